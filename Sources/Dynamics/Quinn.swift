public import Background

/// The standard symplectic leapfrog in cosmic time.
///
///     drift = ∫ da / (a³ E),    kick = (3/2) Ω_m ∫ da / (a² E)
///
/// - Source: Quinn, Katz, Stadel & Lake 1997, §2.
public struct Quinn: Integrator {
    private let midpoint: Midpoint

    /// The integrator with its middle of a step.
    public init(midpoint: Midpoint = .geometric) {
        self.midpoint = midpoint
    }

    /// Kick–drift–kick through the scale factors.
    public func schedule(
        through scaleFactors: [Double], observing observations: [Observation], _ cosmology: Cosmology<Dual>
    ) -> Schedule {
        let gravity = cosmology.omegaMatter.scaled(by: 1.5)
        let steps = midpoint.steps(through: scaleFactors, cosmology).map { step in
            let (start, middle, end) = (
                step.start.scaleFactor, step.middle.scaleFactor, step.end.scaleFactor
            )
            return (
                firstKick: gravity * cosmology.kickIntegral(from: start, to: middle),
                drift: cosmology.driftIntegral(from: start, to: end),
                secondKick: gravity * cosmology.kickIntegral(from: middle, to: end)
            )
        }
        return .kickDriftKick(steps, through: scaleFactors, observing: observations)
    }
}
