import Numerics

extension Cosmology {
    /// E²(a) = H²/H0².
    ///
    ///     E² = Ω_m a⁻³ + Ω_k a⁻² + Ω_DE a^(−3(1+w0+wa)) exp(−3 wa (1−a))
    ///
    /// - Parameter a: scale factor, positive.
    /// - Source: Chevallier & Polarski 2001; Linder 2003; no radiation.
    public func expansionRateSquared(at a: Double) -> Scalar {
        expansion(at: a).scaledRateSquared.scaled(by: 1 / (a * a * a))
    }

    /// E(a) = H/H0, at a positive scale factor.
    public func expansionRate(at a: Double) -> Scalar { Scalar.sqrt(expansionRateSquared(at: a)) }

    /// dlnE/dlna = H′/H, at a positive scale factor.
    ///
    ///     ½ [−3 Ω_m a⁻³ − 2 Ω_k a⁻² − 3 (1 + w0 + wa (1−a)) Ω_DE(a)] / E²
    public func expansionRateSlope(at a: Double) -> Scalar { expansion(at: a).slope }

    /// Ω_m(a) = Ω_m / (a³E²), at a positive scale factor.
    public func matterFraction(at a: Double) -> Scalar { expansion(at: a).matterFraction }

    /// What the growth equations need of the expansion at one time, from a single exponential.
    func expansion(at a: Double) -> Expansion<Scalar> {
        // Everything is multiplied by a³, which is near Ω_m early and never over- or underflows.
        let exponent = ((w0 + wa).scaled(by: Double.log(a)) + wa.scaled(by: 1 - a)).scaled(by: -3)
        let darkEnergy = omegaDarkEnergy * Scalar.exp(exponent)
        let curvature = omegaCurvature.scaled(by: a)
        let total = omegaMatter + curvature + darkEnergy
        let equationOfState = w0 + wa.scaled(by: 1 - a)
        let pressure = curvature.scaled(by: -1.0 / 3) + equationOfState * darkEnergy
        return Expansion(
            scaledRateSquared: total, slope: (1 + pressure / total).scaled(by: -1.5),
            matterFraction: omegaMatter / total)
    }
}

/// The expansion at one scale factor.
struct Expansion<Scalar: CosmologyScalar> {
    /// a³E².
    var scaledRateSquared: Scalar
    /// dlnE/dlna.
    var slope: Scalar
    /// Ω_m(a).
    var matterFraction: Scalar
}
