public import Background

/// Kicks and drifts that are exact for linear growth on large scales whatever the step.
///
///     drift = [D1(a1) − D1(a0)] / G_D(a_m)
///     kick  = (3/2) Ω_m [G_D(a') − G_D(a)] / G_K(a_f)
///
/// with `G_D = a² E D1′`, `G_K = a³ E² [D1″ + (2 + H′/H) D1′]`, a_m the step's middle and a_f the time of
/// the force: the start for the first kick, the end for the second.
/// - Source: Feng, Chu, Seljak & McDonald 2016, §2.2; Li et al. 2022 (pmwd), §2.4.
public struct FastPM: Integrator {
    private let midpoint: Midpoint

    /// The integrator with its middle of a step.
    public init(midpoint: Midpoint = .geometric) {
        self.midpoint = midpoint
    }

    /// The middle of each step.
    public func midpoints(of scaleFactors: [Double]) -> [Double] { midpoint.between(scaleFactors) }

    /// The three coefficients of a step; see the formulas above.
    public func coefficients(
        from start: GrowthFactors<Dual>, over middle: GrowthFactors<Dual>, to end: GrowthFactors<Dual>,
        _ cosmology: Cosmology<Dual>
    ) -> (firstKick: Dual, drift: Dual, secondKick: Dual) {
        let gravity = cosmology.omegaMatter.scaled(by: 1.5)
        return (
            firstKick: gravity * (middle.driftFunction - start.driftFunction) / start.kickFunction,
            drift: (end.d1 - start.d1) / middle.driftFunction,
            secondKick: gravity * (end.driftFunction - middle.driftFunction) / end.kickFunction
        )
    }
}
