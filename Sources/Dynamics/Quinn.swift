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

    /// The middle of each step.
    public func midpoints(of scaleFactors: [Double]) -> [Double] { midpoint.between(scaleFactors) }

    /// The three coefficients of a step; see the formulas above.
    public func coefficients(
        from start: GrowthFactors<Dual>, over middle: GrowthFactors<Dual>, to end: GrowthFactors<Dual>,
        _ cosmology: Cosmology<Dual>
    ) -> (firstKick: Dual, drift: Dual, secondKick: Dual) {
        let gravity = cosmology.omegaMatter.scaled(by: 1.5)
        let (a0, am, a1) = (start.scaleFactor, middle.scaleFactor, end.scaleFactor)
        return (
            firstKick: gravity * cosmology.kickIntegral(from: a0, to: am),
            drift: cosmology.driftIntegral(from: a0, to: a1),
            secondKick: gravity * cosmology.kickIntegral(from: am, to: a1)
        )
    }
}
