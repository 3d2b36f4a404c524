internal import Glibc
public import Mesh
internal import Parallel

func exponential(_ x: Double) -> Double { exp(x) }

/// Hamiltonian Monte Carlo: exact whatever the step, for proposals are as probable as their reverse.
///
/// 1. p = F⁻¹C^½F w, w unit normals.
/// 2. T = T₀(1 + jitter · u), u uniform in (−1, 1), n = ⌈T/ε⌉ steps.
/// 3. Kicks `p −= b_i ε g` and drifts `s += a_i ε M⁻¹p`.
/// 4. Accept with min(1, exp(−ΔH)), H = U + ½ pᵀM⁻¹p.
///
/// - Source: Duane et al. 1987; Neal 2011.
public struct HamiltonianMonteCarlo: Sampler {
    /// How a step is composed.
    public let integrator: SymplecticComposition
    /// By which fraction of T₀ trajectories differ in length.
    public let jitter: Double
    /// The acceptance that the warm-up looks for.
    public let target: Double
    /// Whether points and momenta lie on lattices, so that trajectories go back to the last bit.
    public let usesLattice: Bool

    /// A method.
    public init(
        _ integrator: SymplecticComposition = .leapfrog, jitter: Double = 0.2, target: Double = 0.8,
        onLattice usesLattice: Bool = true
    ) {
        self.integrator = integrator
        self.jitter = jitter
        self.target = target
        self.usesLattice = usesLattice
    }

    /// The most steps of a trajectory, while its step is still looked for too.
    static let mostSteps = 1024

    /// By dual averaging.
    public func stepSearch(dimensions: Int) -> StepSearch {
        .acceptance(DualAveraging(target: target, from: 0.2))
    }

    /// A quarter of a period: π/2.
    public func usualLength(dimensions: Int) -> Double { Double.pi / 2 }

    /// It is not.
    public var measuresLength: Bool { false }

    /// A trajectory from new momenta, accepted or not.
    public func draw<Scalar: FourierScalar>(
        _ state: inout ChainState<Scalar>, _ tuning: SamplerTuning<Scalar>, _ random: ChainRandom,
        from density: some SampledDensity<Scalar>
    ) throws -> Draw {
        let iteration = state.iteration
        let shift = 2 * random.uniform(.length, at: iteration) - 1
        let steps = Self.steps(of: tuning.length * (1 + jitter * shift), tuning.step)
        let normals: ParameterVector<Scalar> = random.normals(
            .momentum, at: iteration, over: state.grid, parameters: state.point.parameters.count)
        let momentum = tuning.mass.apply(.squareRoot, to: normals)
        let threshold = random.uniform(.accept, at: iteration)
        guard usesLattice else {
            let trajectory = Trajectory(
                position: state.point.copy(), momentum: momentum, evaluation: state.evaluation.copy(),
                mass: tuning.mass)
            return try follow(trajectory, steps: steps, tuning.step, density)
                .conclude(&state, threshold) { _, _ in }
        }
        guard let position = state.lattice?.copy(),
            let momentum = LatticeVector.momentum(nearest: momentum, under: tuning.mass)
        else {
            preconditionFailure("a chain on a lattice has its point there, and momenta have room for 64 σ")
        }
        let trajectory = Trajectory(
            position: position, momentum: momentum, evaluation: state.evaluation.copy(), mass: tuning.mass)
        return try follow(trajectory, steps: steps, tuning.step, density)
            .conclude(&state, threshold) { state, position in state.lattice = consume position }
    }

    static func steps(of length: Double, _ step: Double) -> Int {
        let count = (length / step).rounded(.up)
        return count < Double(mostSteps) ? max(1, Int(count)) : mostSteps
    }

    private func follow<Vector: TrajectoryVector & ~Copyable>(
        _ trajectory: consuming Trajectory<Vector>, steps: Int, _ step: Double,
        _ density: some SampledDensity<Vector.Scalar>
    ) throws -> TrajectoryEnd<Vector> {
        var trajectory = trajectory
        let start = try trajectory.energy()
        for taken in 1...steps {
            guard try trajectory.step(by: integrator, step, on: density) else {
                return TrajectoryEnd(
                    nil, from: start, error: .infinity, steps: taken, taken * integrator.gradients)
            }
        }
        let error = try trajectory.energy() - start
        return TrajectoryEnd(
            trajectory, from: start, error: error, steps: steps, steps * integrator.gradients)
    }
}

/// Where a trajectory ended, and how well it kept its energy.
private struct TrajectoryEnd<Vector: TrajectoryVector & ~Copyable>: ~Copyable {
    private var end: Trajectory<Vector>?
    let draw: Draw

    init(
        _ end: consuming Trajectory<Vector>?, from energy: Double, error: Double, steps: Int,
        _ gradients: Int
    ) {
        draw = Draw(
            energyError: error, energy: energy, acceptance: acceptance(of: error), isAccepted: false,
            steps: steps, gradients: gradients)
        self.end = end
    }

    /// Moves a chain there, if chance has it so.
    consuming func conclude(
        _ state: inout ChainState<Vector.Scalar>, _ threshold: Double,
        _ keep: (inout ChainState<Vector.Scalar>, consuming Vector) -> Void
    ) -> Draw {
        var draw = draw
        draw.isAccepted = threshold < draw.acceptance
        if draw.isAccepted, let end {
            state.move(to: end.position.numbers(), end.evaluation.copy())
            keep(&state, end.takePosition())
        }
        return draw
    }
}

extension HamiltonianMonteCarlo {
    /// Follows a trajectory on a lattice, turns it round, and counts the words that differ from those at its start, on
    /// this rank: 0. Collective.
    ///
    /// - Returns: -1 where the trajectory leads out of the posterior.
    public func wordsThatDifferThereAndBack<Scalar: FourierScalar>(
        from point: borrowing ParameterVector<Scalar>, steps: Int, _ tuning: SamplerTuning<Scalar>,
        _ random: ChainRandom, on density: some SampledDensity<Scalar>
    ) throws -> Int {
        let normals: ParameterVector<Scalar> = random.normals(
            .momentum, at: 0, over: point.noise.decomposition, parameters: point.parameters.count)
        guard let start = LatticeVector.position(nearest: point),
            let momentum = LatticeVector.momentum(
                nearest: tuning.mass.apply(.squareRoot, to: normals), under: tuning.mass),
            let evaluation = try density.evaluate(at: start.numbers())
        else { return -1 }
        var trajectory = Trajectory(
            position: start.copy(), momentum: momentum.copy(), evaluation: evaluation, mass: tuning.mass)
        for _ in 0..<2 {
            for _ in 0..<steps {
                guard try trajectory.step(by: integrator, tuning.step, on: density) else { return -1 }
            }
            trajectory.reverse()
        }
        return trajectory.position.differences(from: start)
            + trajectory.momentum.differences(from: momentum)
    }
}
