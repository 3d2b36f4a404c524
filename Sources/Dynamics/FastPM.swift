public import Background

/// Kicks and drifts that are exact for linear growth on large scales whatever the step.
///
///     kick  = (3/2) Ω_m [G_D(a_m) − G_D(a_0)] / G_K(a_0)
///     drift = [D1(a_1) − D1(a_0)] / G_D(a_m)
///     kick  = (3/2) Ω_m [G_D(a_1) − G_D(a_m)] / G_K(a_1)
///
/// with `G_D = a² E D1′`, `G_K = a³ E² [D1″ + (2 + H′/H) D1′]`, and a_m the step's middle.
/// - Source: Feng, Chu, Seljak & McDonald 2016, §2.2; Li et al. 2022 (pmwd), §2.4.
public struct FastPM: Integrator {
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
            let (start, middle, end) = (step.start, step.middle, step.end)
            return (
                firstKick: gravity * (middle.driftFunction - start.driftFunction) / start.kickFunction,
                drift: (end.d1 - start.d1) / middle.driftFunction,
                secondKick: gravity * (end.driftFunction - middle.driftFunction) / end.kickFunction
            )
        }
        return .kickDriftKick(steps, through: scaleFactors, observing: observations)
    }
}
