public import Background

/// The kicks and drifts of ``FastPM`` with the force in the middle of a step: a force less for as many steps.
///
///     drift = [D1(a_m) − D1(a_0)] / G_D(a_0)
///     kick  = (3/2) Ω_m [G_D(a_1) − G_D(a_0)] / G_K(a_m)
///     drift = [D1(a_1) − D1(a_m)] / G_D(a_1)
///
/// Exact for linear growth whatever the step, as ``FastPM`` is.
/// - Source: Feng, Chu, Seljak & McDonald 2016, §2.2, in the other order.
public struct FastPMDriftKickDrift: Integrator {
    private let midpoint: Midpoint

    /// The integrator with its middle of a step.
    public init(midpoint: Midpoint = .geometric) {
        self.midpoint = midpoint
    }

    /// Drift–kick–drift through the scale factors.
    public func schedule(
        through scaleFactors: [Double], observing observations: [Observation], _ cosmology: Cosmology<Dual>
    ) -> Schedule {
        let gravity = cosmology.omegaMatter.scaled(by: 1.5)
        let steps = midpoint.steps(through: scaleFactors, cosmology).map { step in
            let (start, middle, end) = (step.start, step.middle, step.end)
            return (
                firstDrift: (middle.d1 - start.d1) / start.driftFunction,
                kick: gravity * (end.driftFunction - start.driftFunction) / middle.kickFunction,
                secondDrift: (end.d1 - middle.d1) / end.driftFunction
            )
        }
        return .driftKickDrift(steps, through: scaleFactors, observing: observations)
    }
}
