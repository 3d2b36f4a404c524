import Numerics

/// The comoving distance to what is seen at a redshift, and back.
///
///     r(z) = c/H0 ∫₀ᶻ dz′/E(z′),    c/H0 = 2997.92458 Mpc/h
///
/// It is the distance along the line of sight, also where space is curved: a box of particles is Euclidean, and in it
/// this is the distance from the observer. What spans an angle there differs from a curved universe's by the factor
/// sin(√−Ω_k r H0/c) / (√−Ω_k r H0/c), which is 1 − 5 × 10⁻⁵ at r = 500 Mpc/h and Ω_k = −0.01.
///
/// - Source: Hogg 1999, astro-ph/9905116, eq. 15; no radiation.
public struct DistanceRedshift: Sendable {
    /// c / (100 km/s) [Mpc/h].
    public static let hubbleDistance = 2997.924_58
    /// The largest redshift that is asked for; that of the last scattering is below it.
    public static let largestRedshift = 1100.0

    private let cosmology: Cosmology<Double>

    /// The distances of a cosmology.
    public init(_ cosmology: Cosmology<Double>) { self.cosmology = cosmology }

    /// The distances of a cosmology, of whose parameters only those of the expansion act.
    public init(_ parameters: CosmologyParameters) {
        self.init(Cosmology<Double>(parameters, scalarAmplitude: parameters.amplitude.value))
    }

    /// dr/dz = c / (H0 E) [Mpc/h].
    ///
    /// - Parameter redshift: above −1.
    public func slope(at redshift: Double) -> Double {
        Self.hubbleDistance / cosmology.expansionRate(at: 1 / (1 + redshift))
    }

    /// r [Mpc/h].
    ///
    /// By quadrature over ln(1 + z) with 16 points in panels no wider than 0.25; the error is of some units in the last
    /// place.
    ///
    /// - Parameter redshift: z, above −1 and at most ``largestRedshift``.
    public func distance(at redshift: Double) -> Double {
        let edges = GaussLegendre.edges(from: 0, to: Double.log(onePlus: redshift), width: 0.25)
        return GaussLegendre.shared.integrate(edges: edges) { (logarithm: Double) -> Double in
            let stretch = Double.exp(logarithm)
            return slope(at: stretch - 1) * stretch
        }
    }

    /// z at a distance [Mpc/h]; nil if nothing at ``largestRedshift`` or below is as far.
    ///
    /// Newton's method on r(z), which rises everywhere; the bracket is kept, so that it cannot run away.
    ///
    /// - Parameter distance: r, 0 or more.
    public func redshift(at distance: Double) -> Double? {
        guard distance > 0 else { return distance == 0 ? 0 : nil }
        var (lower, upper) = (0.0, Self.largestRedshift)
        guard distance <= self.distance(at: upper) else { return nil }
        var redshift = min(distance / Self.hubbleDistance, 1)
        for _ in 0..<100 {
            let excess = self.distance(at: redshift) - distance
            if excess == 0 { break }
            if excess > 0 { upper = redshift } else { lower = redshift }
            let next = redshift - excess / slope(at: redshift)
            let kept = next > lower && next < upper ? next : 0.5 * (lower + upper)
            if abs(kept - redshift) <= 2e-16 * redshift { break }
            redshift = kept
        }
        return redshift
    }
}
