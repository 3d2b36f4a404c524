import Numerics

extension Cosmology {
    /// The time since a = 0 [1/H0].
    ///
    ///     t(a) = ∫₀ᵃ da / (a E)
    ///
    /// Below a = 1e-8 matter alone is taken to be there, as at the start of growth: t = (2/3) a^(3/2) Ω_m^(−1/2).
    ///
    /// - Parameter a: scale factor, 1e-8 or more.
    public func age(at a: Double) -> Scalar {
        let start = 1e-8
        let edges = GaussLegendre.edges(from: Double.log(start), to: Double.log(a), width: 0.25)
        let early = Scalar(2.0 / 3 * start * start.squareRoot()) / Scalar.sqrt(omegaMatter)
        return early
            + GaussLegendre.shared.integrate(edges: edges) { logA in
                1 / expansionRate(at: Double.exp(logA))
            }
    }
}

/// 1/H0 for h = 1 [Gyr]: Mpc / (100 km/s), with years of 365.25 days.
public let hubbleTimeInGigayears = 3.085_677_581_491_367_3e17 / 3.155_76e16
