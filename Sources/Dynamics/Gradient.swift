public import Background
public import InitialConditions
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
    /// ∂L/∂ the law of gravity's own parameters, as many as it names.
    public let lawParameters: [Double]
    /// Words of the initial state that the way back did not restore; 0 is the promise.
    public let differingWords: Int
    /// ∂L/∂x and ∂L/∂p at the start, in Lagrangian order.
    public let initial: LagrangianCotangents<Scalar>

    /// Takes ∂L/∂s out.
    public consuming func takeNoise() -> Field<Scalar> { noise }
}

/// What is known when the particles are back at the start.
private struct WayBack {
    /// L.
    let value: Double
    /// Its derivatives with respect to cosmology by way of the steps.
    let parameters: Dual
    /// Those with respect to the force law's own parameters.
    let lawParameters: [Double]
    /// Words of the state that are not what they were.
    let differingWords: Int
}

extension ForwardModel {
    /// The loss of the particles at the observations, and its gradient, by one run forwards and one back. Collective.
    ///
    /// The memory does not depend on the number of steps, but for the forces that the layout keeps.
    ///
    /// - Parameters:
    ///   - noise: white noise on the particle grid.
    ///   - source: where the states of the way back come from.
    ///   - extent: whether derivatives by cosmology are wanted; if not, those that are returned are not whole.
    ///   - look: called at each observation on the way forwards.
    ///   - objective: called at each observation on the way back, first the last one: adds its part of the
    ///     cotangents ∂L/∂x [1/(Mpc/h)] and ∂L/∂p [1/(Mpc/h H0)], and returns its part of the loss.
    /// - Throws: what the stages throw, and what the objective throws; the same on all ranks.
    public func gradient(
        at noise: borrowing Field<Scalar>,
        along source: consuming some TrajectorySource<Scalar> & ~Copyable,
        computing extent: GradientExtent = .everything,
        observing look: (Observation, inout ParticleSet<Scalar>) throws -> Void = { _, _ in },
        _ objective: (Observation, inout ParticleSet<Scalar>, inout AdjointState<Scalar>) throws -> Double
    ) throws -> Gradient<Scalar> {
        var source = source
        let memory = PerturbationMemory<Scalar>()
        var evolution = try startThereAndBack(keeping: noise, remembering: memory)
        let beginning = evolution.particles.checksum()
        try evolution.finish(
            observe: look, before: { stage, particles in source.record(particles, before: stage) })

        var adjoint = mesh.grid.phases.measure(.adjoint) {
            AdjointState(for: evolution.particles, under: solver)
        }
        var value = 0.0
        while evolution.nextStage > 0 {
            try evolution.retreat(carrying: &adjoint, along: source) { observation, particles, adjoint in
                value += try objective(observation, &particles, &adjoint)
            }
        }
        let differing =
            evolution.particles.checksum() == beginning
            ? 0
            : try differingWords(evolution.particles, from: initialState(from: noise))
        let (parameters, lawParameters) = (adjoint.parameters, adjoint.lawParameters)
        let linear = adjoint.takeLinear()
        var particles = evolution.takeParticles()
        particles.forgetState()
        let initial = particles.inLagrangianOrder(adjoint.takeCotangents(), over: particleGrid)
        _ = consume particles
        let way = WayBack(
            value: value, parameters: parameters, lawParameters: lawParameters, differingWords: differing)
        return try pullBack(initial, beside: linear, to: noise, remembering: memory, way, extent)
    }

    /// The same with the exact replay. Collective.
    public func gradient(
        at noise: borrowing Field<Scalar>,
        _ objective: (Observation, inout ParticleSet<Scalar>, inout AdjointState<Scalar>) throws -> Double
    ) throws -> Gradient<Scalar> {
        try gradient(at: noise, along: ReversedTrajectory<Scalar>(), objective)
    }

    /// From the cotangents of the particles at the start to those of white noise and cosmology.
    private func pullBack(
        _ initial: consuming LagrangianCotangents<Scalar>, beside linear: consuming FourierField<Scalar>?,
        to noise: borrowing Field<Scalar>, remembering memory: PerturbationMemory<Scalar>, _ way: WayBack,
        _ extent: GradientExtent
    ) throws -> Gradient<Scalar> {
        let transform = layout.perturbation.transform
        var adjoint = try layout.perturbation.displaceAdjoint(
            initial, at: linearModes(of: noise), to: theory.growthAtStart, remembering: memory, extent)
        if let linear { adjoint.modes.add(linear) }
        var parameters = way.parameters
        if extent == .everything {
            // Transformed again rather than kept while memory is wanted most.
            let noiseModes = transform.forward(keeping: noise)
            let power = LinearPower<Dual>(cosmology, theory.powerModel)
            let throughPower = try theory.amplitudes.parameterDerivatives(
                adjoint.modes, noise: noiseModes, power)
            parameters = way.parameters + adjoint.parameters + throughPower
        }
        theory.amplitudes.apply(to: &adjoint.modes)
        let found = transform.inverse(adjoint.takeModes(), ghosts: .none)
        if extent == .modes { try requireFinite(found) }
        return Gradient(
            value: way.value, noise: found, parameters: parameters,
            lawParameters: way.lawParameters, differingWords: way.differingWords, initial: initial)
    }

    /// The derivatives by cosmology would have met NaN and infinity in their sums.
    private func requireFinite(_ gradient: borrowing Field<Scalar>) throws(NotFiniteError) {
        let values = gradient.values.span
        let largest = ExactSum.largestProduct(values, values, by: particleGrid.grid.kernels)
        guard particleGrid.grid.world.maximum(largest).isFinite else {
            throw NotFiniteError(quantity: "the gradient")
        }
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
