internal import Glibc
public import Mesh

/// Microcanonical Langevin Monte Carlo: fast, and biased by its step; nothing is rejected. An iteration is one step.
///
/// Directions are refreshed before and after each step, `u ∝ u + νw, ν² = (e^(ε/L) − 1)/d`, and forgotten over a
/// length L. The step is such that the energy error's variance per dimension is a wanted one.
///
/// - Source: Robnik et al. 2023; Robnik & Seljak 2024.
public struct MicrocanonicalLangevin: Sampler {
    /// How a step is composed.
    public let integrator: SymplecticComposition
    /// The energy error's variance per dimension: what the bias grows with.
    public let energyVariance: Double

    /// A method.
    public init(_ integrator: SymplecticComposition = .minimumNorm, energyVariance: Double = 5e-5) {
        self.integrator = integrator
        self.energyVariance = energyVariance
    }

    /// The same in burn-in.
    private static let earlyVariance = 5e-4

    /// By the scatter of energy errors.
    public func stepSearch(dimensions: Int) -> StepSearch {
        .energyVariance(
            EnergyVarianceSearch(
                for: energyVariance, early: max(Self.earlyVariance, energyVariance),
                from: 0.25 * Double(dimensions).squareRoot(), dimensions: dimensions))
    }

    /// √d.
    public func usualLength(dimensions: Int) -> Double { Double(dimensions).squareRoot() }

    /// 0.4 of the way between independent points.
    public var measuresLength: Bool { true }

    /// It does not.
    public var usesLattice: Bool { false }

    /// One step; a step out of the posterior is not taken, and the direction turned round. Nor is, in warm-up, one whose
    /// energy error is beyond all measure: a walk keeps its energy, and would take thousands of steps to come back.
    public func draw<Scalar: FourierScalar>(
        _ state: inout ChainState<Scalar>, _ tuning: SamplerTuning<Scalar>, _ random: ChainRandom,
        from density: some SampledDensity<Scalar>
    ) throws -> Draw {
        var direction: ParameterVector<Scalar>
        if let kept = state.direction?.copy() {
            direction = kept
        } else {
            direction = normals(.momentum, state, random)
            try direction.normalise()
        }
        try refresh(&direction, .refreshBefore, state, tuning, random)
        let energy = state.evaluation.value
        var walk = MicrocanonicalWalk(
            at: state.point.copy(), state.evaluation.copy(), along: direction.copy(), mass: tuning.mass)
        let error = try walk.step(by: integrator, tuning.step, on: density)
        let found = error.map { $0.isFinite ? $0 : .infinity } ?? .infinity
        let isTaken = found.isFinite && abs(found) <= tuning.mostError
        if isTaken {
            direction = walk.direction.copy()
            state.move(to: walk.position.copy(), walk.evaluation.copy())
        } else {
            direction.scale(by: -1)
        }
        try refresh(&direction, .refreshAfter, state, tuning, random)
        state.direction = consume direction
        return Draw(
            energyError: found, energy: energy, acceptance: isTaken ? 1 : 0,
            isAccepted: isTaken, steps: 1, gradients: integrator.gradients)
    }

    private func refresh<Scalar: FourierScalar>(
        _ direction: inout ParameterVector<Scalar>, _ stream: ChainRandom.Stream,
        _ state: borrowing ChainState<Scalar>, _ tuning: SamplerTuning<Scalar>, _ random: ChainRandom
    ) throws {
        let width = (exp(tuning.step / tuning.length) - 1) / Double(direction.count)
        direction.add(normals(stream, state, random), times: width.squareRoot())
        try direction.normalise()
    }

    private func normals<Scalar: FourierScalar>(
        _ stream: ChainRandom.Stream, _ state: borrowing ChainState<Scalar>, _ random: ChainRandom
    ) -> ParameterVector<Scalar> {
        random.normals(
            stream, at: state.iteration, over: state.grid, parameters: state.point.parameters.count)
    }
}
