internal import Glibc
internal import InitialConditions

/// Numbers that come up as gamma variates do, of scale 1, from a counter: element i of a stream depends on the seed, on i and on
/// the shape alone, whatever the ranks.
///
///     p(g) = g^(r−1) e^(−g)/Γ(r)
///
/// By rejection from a transformed normal, which is refused less often than once in twenty; of a shape below 1 that of r + 1 times
/// u^(1/r).
///
/// - Source: Marsaglia & Tsang 2000.
enum GammaVariate {
    /// Trials that an element has, and one more number; that all fail has a probability below 10⁻³⁹.
    private static let trials: UInt64 = 32

    /// An element of a stream.
    ///
    /// - Parameters:
    ///   - shape: r > 0.
    ///   - seed: of the stream; what `PoissonVariate` draws of it has nothing to do with this.
    ///   - element: its place, below 2⁵³.
    static func draw(shape: Double, seed: UInt64, element: Int) -> Double {
        let mode = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
        let width = 1 / (9 * mode).squareRoot()
        let first = UInt64(element) * trials
        let (ofNormals, ofUniforms) = (key(seed, 0), key(seed, 1))
        func uniform(_ trial: UInt64) -> Double {
            let words = RandomBits.words(seed: ofUniforms, from: 2 * (first + trial), count: 2)
            return (Double((UInt64(words[0]) << 32 | UInt64(words[1])) >> 12) + 0.5) * 0x1p-52
        }
        var value = mode
        for trial in 0..<trials - 1 {
            let normal = RandomBits.normals(seed: ofNormals, from: first + trial, count: 1)[0]
            let root = 1 + width * normal
            guard root > 0 else { continue }
            let cube = root * root * root
            if log(uniform(trial)) < normal * normal / 2 + mode * (1 - cube + log(cube)) {
                value = mode * cube
                break
            }
        }
        return shape < 1 ? value * pow(uniform(trials - 1), 1 / shape) : value
    }

    /// A seed that follows from another; from words that no element of `PoissonVariate` uses.
    static func key(_ seed: UInt64, _ which: UInt64) -> UInt64 {
        let words = RandomBits.words(seed: seed, from: 1 << 63 | which << 1, count: 2)
        return UInt64(words[0]) << 32 | UInt64(words[1])
    }
}
