import Numerics

/// Linear and second-order growth at one scale factor, with the expansion there; ′ = d/dlna unless it is said.
///
/// D1 → a early; D2 is negative, D2 → −(3/7) D1² in an Einstein–de Sitter universe.
public struct GrowthFactors<Scalar: CosmologyScalar>: Sendable {
    /// a.
    public let scaleFactor: Double
    /// E(a) = H/H0.
    public let expansionRate: Scalar
    /// dlnE/dlna = H′/H.
    public let expansionRateSlope: Scalar
    /// D1.
    public let d1: Scalar
    /// D1′.
    public let d1Prime: Scalar
    /// D1″.
    public let d1DoublePrime: Scalar
    /// D2.
    public let d2: Scalar
    /// D2′.
    public let d2Prime: Scalar
    /// D2″.
    public let d2DoublePrime: Scalar
    /// What D′ is multiplied by where it is not a² E.
    var givenMomentumScale: Scalar?

    /// a² E [H0]: what the rate D′ of a displacement field is multiplied by to be a momentum.
    public var momentumScale: Scalar {
        givenMomentumScale ?? expansionRate.scaled(by: scaleFactor * scaleFactor)
    }

    /// G_D = a² E D1′ [H0]: the momentum p = a² dx/dt of unit first-order displacement field, −∇φ1.
    ///
    /// - Source: Feng et al. 2016, eq. 15 (up to their units).
    public var driftFunction: Scalar { d1Prime * momentumScale }

    /// G_K = a³ E² [D1″ + (2 + H′/H) D1′] [H0²]: a × the rate dp/dt of that momentum.
    ///
    /// - Source: Feng et al. 2016, eq. 16 (up to their units).
    public var kickFunction: Scalar {
        let cubed = scaleFactor * scaleFactor * scaleFactor
        return (d1DoublePrime + (2 + expansionRateSlope) * d1Prime) * expansionRate
            * expansionRate.scaled(by: cubed)
    }

    /// a² E D2′ [H0]: the momentum of unit second-order displacement field, +∇φ2.
    public var secondOrderMomentum: Scalar { d2Prime * momentumScale }
}
