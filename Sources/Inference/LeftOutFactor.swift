/// A factor A > 0 of a prediction that a likelihood was integrated over, with what is known of it once all else is given: a gamma
/// variate.
///
///     ∫ dA/A Π_c (A λ_c)^N_c e^(−A λ_c)  ∝  Π_c λ_c^N_c Λ^(−N),    p(A | N, λ) ∝ A^(N−1) e^(−A Λ),    N = Σ N_c, Λ = Σ λ_c
///
/// A chain of the rest needs no steps for it: a draw of A belongs to each point. The amplitude of a tracer moves with dozens of
/// long waves, and is the number that mixes slowest where it is sampled.
public struct LeftOutFactor: Sendable, Equatable {
    /// N, above 0.
    public let shape: Double
    /// Λ, above 0.
    public let rate: Double

    /// A factor of which N and Λ are known.
    public init(shape: Double, rate: Double) {
        self.shape = shape
        self.rate = rate
    }

    /// The distribution of this factor times a number.
    func times(_ amplitude: Double) -> LeftOutFactor {
        LeftOutFactor(shape: shape, rate: rate / amplitude)
    }

    /// A draw.
    ///
    /// - Parameters:
    ///   - seed: of the random numbers.
    ///   - element: which of them.
    public func draw(seed: UInt64, element: Int) -> Double {
        GammaVariate.draw(shape: shape, seed: seed, element: element) / rate
    }
}
