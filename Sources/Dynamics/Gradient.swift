public import Background
internal import InitialConditions
public import Mesh
internal import Parallel
public import Particles

/// The value of a loss and its derivatives with respect to everything that made it.
public struct Gradient<Scalar: ParticleScalar>: ~Copyable {
    /// The loss.
    public var value: Double
    /// ∂L/∂s for the white noise s on the particle grid.
    public var noise: Field<Scalar>
    /// ∂L/∂θ for the cosmological parameters, in its derivative part.
    public var parameters: Dual
    /// Words of the initial state that the way back did not restore; 0 is the promise.
    public let differingWords: Int
    /// ∂L/∂x and ∂L/∂p at the start, in Lagrangian order.
    public let initial: LagrangianCotangents<Scalar>

    /// Takes ∂L/∂s out.
    public consuming func takeNoise() -> Field<Scalar> { noise }
}

extension ForwardModel {
    /// The loss of the particles at the observations, and its gradient, by one run forwards and one back. Collective.
    ///
    /// The memory does not depend on the number of steps.
    ///
    /// - Parameters:
    ///   - noise: white noise on the particle grid.
    ///   - source: where the states of the way back come from.
    ///   - objective: called at each observation on the way back, first the last one: adds its part of the
    ///     cotangents ∂L/∂x [1/(Mpc/h)] and ∂L/∂p [1/(Mpc/h H0)], and returns its part of the loss.
    /// - Throws: what the stages throw, and what the objective throws; the same on all ranks.
    public func gradient(
        at noise: borrowing Field<Scalar>,
        along source: consuming some TrajectorySource<Scalar> & ~Copyable,
        _ objective: (Double, borrowing ParticleSet<Scalar>, inout CotangentSet<Scalar>) throws -> Double
    ) throws -> Gradient<Scalar> {
        var source = source
        var evolution = try start(from: noise.copy(for: "white noise"))
        let beginning = evolution.particles.checksum()
        while !evolution.isFinished {
            source.record(evolution.particles, before: evolution.nextStage)
            try evolution.advance { _, _ in }
        }

        var adjoint = mesh.grid.phases.measure("adjoint") { AdjointState(for: evolution.particles) }
        var value = 0.0
        while evolution.nextStage > 0 {
            try evolution.retreat(carrying: &adjoint, along: source) { scaleFactor, particles, cotangents in
                value += try objective(scaleFactor, particles, &cotangents)
            }
        }
        let differing =
            evolution.particles.checksum() == beginning
            ? 0
            : try differingWords(
                evolution.particles, from: initialState(from: noise.copy(for: "white noise")))
        let parameters = adjoint.parameters
        var particles = evolution.takeParticles()
        particles.forgetState()
        let initial = particles.inLagrangianOrder(adjoint.takeCotangents(), over: particleGrid)
        _ = consume particles
        return try pullBack(
            initial, to: noise, value: value, parameters: parameters, differingWords: differing)
    }

    /// The same with the exact replay. Collective.
    public func gradient(
        at noise: borrowing Field<Scalar>,
        _ objective: (Double, borrowing ParticleSet<Scalar>, inout CotangentSet<Scalar>) throws -> Double
    ) throws -> Gradient<Scalar> {
        try gradient(at: noise, along: ReversedTrajectory<Scalar>(), objective)
    }

    /// From the cotangents of the particles at the start to those of white noise and cosmology.
    private func pullBack(
        _ initial: consuming LagrangianCotangents<Scalar>, to noise: borrowing Field<Scalar>, value: Double,
        parameters: Dual, differingWords: Int
    ) throws -> Gradient<Scalar> {
        let modes = linearModes(of: noise.copy(for: "white noise"))
        let growth = perturbation.order.growth(at: growthAtStart.scaleFactor, cosmology)
        var adjoint = try perturbation.displaceAdjoint(initial, at: modes, to: growth)
        // Transformed again rather than kept while memory is wanted most.
        let noiseModes = perturbation.transform.forward(noise.copy(for: "white noise"))
        let power = LinearPower<Dual>(cosmology, powerModel)
        let throughPower = try amplitudes.parameterDerivatives(adjoint.modes, noise: noiseModes, power)
        _ = consume noiseModes
        let total = parameters + adjoint.parameters + throughPower
        amplitudes.apply(to: &adjoint.modes)
        return Gradient(
            value: value, noise: perturbation.transform.inverse(adjoint.takeModes(), ghosts: .none),
            parameters: total, differingWords: differingWords, initial: initial)
    }

    /// How many of the six words of each particle differ.
    private func differingWords(
        _ particles: borrowing ParticleSet<Scalar>, from expected: consuming LagrangianBlock<Scalar>
    ) -> Int {
        let found = particles.inLagrangianOrder(over: particleGrid)
        var count = 0
        for axis in 0..<3 {
            let (x, y) = (found.position[axis].span, expected.position[axis].span)
            let (p, q) = (found.momentum[axis].span, expected.momentum[axis].span)
            for index in x.indices {
                count += (x[index] == y[index] ? 0 : 1) + (p[index] == q[index] ? 0 : 1)
            }
        }
        return particleGrid.grid.world.sum(count)
    }
}
