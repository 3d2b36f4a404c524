public import Background

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
    public func schedule(
        through scaleFactors: [Double], observing observations: [Observation], _ cosmology: Cosmology<Dual>
    ) -> Schedule {
        let growth = growthInGrowthTime(at: scaleFactors, cosmology)
        let steps = zip(growth, growth.dropFirst()).map { BullFrogStep(from: $0, to: $1) }
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
