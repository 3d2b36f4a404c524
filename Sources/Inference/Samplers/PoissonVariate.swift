internal import InitialConditions

/// Whole numbers that come up as Poisson variates do, from a counter: element i of a stream depends on the seed, on i
/// and on the mean alone, whatever the ranks.
///
///     N = min {n : Σ_{m ≤ n} λ^m e^(−λ)/m! ≥ u},    u uniform in [0, 1)
///
/// A mean above ``mostAtOnce`` is the sum of equal parts, whose variates are added: still exact. Above ``mostExact``
/// the nearest whole number to a normal variate stands for it, whose skewness of 1/√λ is then below 1 %.
public enum PoissonVariate {
    /// The largest mean that one uniform number decides.
    static let mostAtOnce = 64.0
    /// The largest mean that is drawn exactly.
    static let mostExact = 16384.0
    /// Words that an element may use.
    private static let words: UInt64 = 2 * 256

    /// An element of a stream.
    ///
    /// - Parameters:
    ///   - mean: λ ≥ 0, finite.
    ///   - seed: of the stream.
    ///   - element: its place, below 2⁵³.
    public static func draw(mean: Double, seed: UInt64, element: Int) -> Double {
        guard mean > 0 else { return 0 }
        let first = UInt64(element) * words
        guard mean <= mostExact else {
            let normal = RandomBits.normals(seed: seed, from: first, count: 1)[0]
            return max(0, (mean + mean.squareRoot() * normal).rounded())
        }
        let parts = Int((mean / mostAtOnce).rounded(.up))
        let words = RandomBits.words(seed: seed, from: first, count: 2 * parts)
        return (0..<parts).reduce(0) { sum, part in
            let bits = UInt64(words[2 * part]) << 32 | UInt64(words[2 * part + 1])
            return sum
                + Double(
                    RandomBits.poissonQuantile(Double(bits >> 11) * 0x1p-53, mean: mean / Double(parts)))
        }
    }
}
