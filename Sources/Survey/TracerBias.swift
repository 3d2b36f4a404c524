internal import Glibc

/// How many tracers there are where matter is so dense, with all of them seen.
///
///     B(ρ) = x^α e^−b,    x = ρ + 10⁻²,    b = min(80, (x/ρ_g)^−ε)
///
/// in units of their number where x = 1; b is 0 without a threshold ρ_g. As the bias models of an objective have it.
///
/// - Source: Neyrinck et al. 2014, MNRAS 441, 646, eq. 5.
public struct TracerBias: Sendable, Equatable {
    /// α.
    public let exponent: Double
    /// ρ_g, above 0; nil for none.
    public let threshold: Double?
    /// ε.
    public let steepness: Double

    /// A power law, with or without a threshold.
    public init(exponent: Double, threshold: Double? = nil, steepness: Double = 1) {
        self.exponent = exponent
        self.threshold = threshold
        self.steepness = steepness
    }

    /// B.
    ///
    /// - Parameter density: ρ/ρ̄, 0 or more.
    public func callAsFunction(_ density: Double) -> Double {
        let x = density + 0.01
        let suppression = threshold.map { min(80, pow(x / $0, -steepness)) } ?? 0
        return exp(exponent * log(x) - suppression)
    }
}
