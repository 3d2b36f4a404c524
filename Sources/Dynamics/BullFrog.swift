public import Background
public import Parallel

/// Drift, kick, drift with D1 as the time: few steps suffice, for each agrees with second-order Lagrangian
/// perturbation theory.
///
/// The weights of ``BullFrogStep`` shrink the velocity v = dx/dD1 before they kick it, which integers could not undo.
/// With momenta p′ = v/F_n and F_{n+1} = α_n F_n its steps are
///
///     drift F_n ΔD/2,    force,    kick β_n / F_{n+1},    drift F_{n+1} ΔD/2
///
/// which they can. F_N = 1/G_D(a_N), so that p′ is p = a² dx/dt at the end; at other times p = G_D(a_n) F_n p′, a factor
/// that observations carry. The start may be a = 0.
/// - Source: Rampf, List & Hahn 2024 (arXiv:2409.19049), §3.
public struct BullFrog: Integrator {
    /// The integrator; steps are halved in D1.
    public init() {}

    /// Drift–kick–drift through the scale factors.
    ///
    /// - Throws: ``UnusableStep`` when next to nothing of the velocity survives a step.
    public func schedule(
        through scaleFactors: [Double], observing observations: [Observation], _ cosmology: Cosmology<Dual>
    ) throws(UnusableStep) -> Schedule {
        let growth = growthInGrowthTime(at: scaleFactors, cosmology)
        let steps = zip(growth, growth.dropFirst()).map { BullFrogStep(from: $0, to: $1) }
        for (number, step) in steps.enumerated() where !step.isUsable {
            throw UnusableStep(
                number: number + 1, start: scaleFactors[number], end: scaleFactors[number + 1],
                velocityFactor: step.velocityFactor.value)
        }
        var factors = [1 / growth.last!.driftFunction]  // F, the last one first
        for step in steps.reversed() { factors.append(factors.last! / step.velocityFactor) }
        factors.reverse()
        var ratios = zip(growth, factors).map { $0.driftFunction * $1 }
        ratios[steps.count] = Dual(1)  // not to a rounding

        return .driftKickDrift(
            steps.enumerated().map { number, step in
                let half = step.length.scaled(by: 0.5)
                return (
                    firstDrift: factors[number] * half, kick: step.forceFactor / factors[number + 1],
                    secondDrift: factors[number + 1] * half
                )
            }, through: scaleFactors, observing: observations,
            of: .perGrowth(startingFactor: factors[0], ratios: ratios))
    }
}

/// A step that leaves next to nothing of the velocity.
public struct UnusableStep: ReportedError, Equatable {
    /// Which step, from 1.
    public let number: Int
    /// Where it starts.
    public let start: Double
    /// Where it ends.
    public let end: Double
    /// α.
    public let velocityFactor: Double

    /// Always the user.
    public var fault: Fault { .user }
    /// The one line.
    public var message: String {
        "BullFrog's step \(number), from a = \(start) to \(end), leaves \(velocityFactor) of the velocity; it must "
            + "leave \(BullFrogStep<Double>.smallestVelocityFactor) at least; take another number of steps"
    }
}
