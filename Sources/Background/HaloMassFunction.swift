import Numerics

/// How many haloes of a mass there should be: the fit of Watson et al. 2013 to friends of friends with b = 0.2.
///
///     dn/dlnM = f(σ) ρ_m/M |dlnσ/dlnM|,    f(σ) = 0.282 [(1.406/σ)^2.163 + 1] exp(−1.210/σ²)
///
/// with σ(M, a) the linear rms overdensity in spheres that hold M on average. Fitted where 0.55 < ln σ⁻¹ < 1.31.
///
/// - Source: Watson et al. 2013, MNRAS 433, 1230, eq. 12 and table 2.
public struct HaloMassFunction: Sendable {
    private let power: LinearPower<Double>
    private let growth: Double
    /// The mean density of matter [Msun/h / (Mpc/h)³].
    private let density: Double

    /// The critical density today [Msun/h / (Mpc/h)³], from the IAU's nominal solar mass parameter.
    private static let criticalDensity = 27.753_662_724e10

    /// The mass function at a scale factor.
    public init(_ cosmology: Cosmology<Double>, _ power: LinearPower<Double>, at scaleFactor: Double) {
        self.power = power
        growth = growthFactors(at: [scaleFactor], cosmology)[0].d1 / power.growthToday
        density = cosmology.omegaMatter * Self.criticalDensity
    }

    /// f(σ).
    static func multiplicity(_ sigma: Double) -> Double {
        0.282 * (Double.pow(1.406 / sigma, 2.163) + 1) * Double.exp(-1.210 / (sigma * sigma))
    }

    /// dn/dlnM [(h/Mpc)³] of haloes of a mass [Msun/h].
    public func callAsFunction(_ mass: Double) -> Double {
        precondition(mass > 0)
        let radius = Double.pow(3 * mass / (4 * Double.pi * density), 1.0 / 3)
        // σ is smooth: a difference over some percent of R is off by less than 1e-4 of the slope.
        let step = 0.02
        let (below, above) = (
            power.sigma(radius: radius * (1 - step)), power.sigma(radius: radius * (1 + step))
        )
        let slope =
            (Double.log(above) - Double.log(below)) / (Double.log(1 + step) - Double.log(1 - step)) / 3
        return Self.multiplicity(growth * power.sigma(radius: radius)) * density / mass * abs(slope)
    }

    /// The number of haloes between two masses [Msun/h] per volume [(h/Mpc)³].
    public func number(from lowest: Double, to highest: Double) -> Double {
        let edges = GaussLegendre.edges(from: Double.log(lowest), to: Double.log(highest), width: 1)
        return GaussLegendre.shared.integrate(edges: edges) { self(Double.exp($0)) }
    }
}
