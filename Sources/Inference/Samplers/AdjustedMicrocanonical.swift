public import Mesh

/// The adjusted microcanonical sampler: the steps of MCLMC, accepted or not, so without its bias.
///
/// A trajectory has a fresh uniform direction and n = ⌈2LU/ε⌉ steps, U uniform in [0, 1); it is accepted with
/// min(1, exp(−(ΔU + ΣΔK))). It runs in floating point: reversible to rounding.
///
/// - Source: Robnik, Cohn-Gordon & Seljak 2025.
public struct AdjustedMicrocanonical: Sampler {
    /// How a step is composed.
    public let integrator: SymplecticComposition
    /// The acceptance that the warm-up looks for.
    public let target: Double

    /// A method.
    public init(_ integrator: SymplecticComposition = .minimumNorm, target: Double = 0.9) {
        self.integrator = integrator
        self.target = target
    }

    /// By dual averaging.
    public func stepSearch(dimensions: Int) -> StepSearch {
        .acceptance(DualAveraging(target: target, from: 0.2 * Double(dimensions).squareRoot()))
    }

    /// √d.
    public func usualLength(dimensions: Int) -> Double { Double(dimensions).squareRoot() }

    /// It is not.
    public var measuresLength: Bool { false }

    /// It does not.
    public var usesLattice: Bool { false }

    /// A trajectory along a new direction, accepted or not.
    public func draw<Scalar: FourierScalar>(
        _ state: inout ChainState<Scalar>, _ tuning: SamplerTuning<Scalar>, _ random: ChainRandom,
        from density: some SampledDensity<Scalar>
    ) throws -> Draw {
        let iteration = state.iteration
        // A step longer than the trajectory would leave it no choice of length.
        let step = min(tuning.step, tuning.length / 1.1)
        let steps = HamiltonianMonteCarlo.steps(
            of: 2 * tuning.length * random.uniform(.length, at: iteration), step)
        var direction: ParameterVector<Scalar> = random.normals(
            .momentum, at: iteration, over: state.grid, parameters: state.point.parameters.count)
        try direction.normalise()
        var walk = MicrocanonicalWalk(
            at: state.point.copy(), state.evaluation.copy(), along: direction, mass: tuning.mass)
        var (error, taken) = (0.0, 0)
        while taken < steps, error.isFinite {
            taken += 1
            error += try walk.step(by: integrator, step, on: density) ?? .infinity
        }
        let probability = acceptance(of: error)
        let isAccepted = random.uniform(.accept, at: iteration) < probability
        let energy = state.evaluation.value
        if isAccepted { state.move(to: walk.position.copy(), walk.evaluation.copy()) }
        return Draw(
            energyError: error, energy: energy, acceptance: probability, isAccepted: isAccepted,
            steps: taken, gradients: taken * integrator.gradients)
    }
}
