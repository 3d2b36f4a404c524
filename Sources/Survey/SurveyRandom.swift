internal import InitialConditions

/// The random numbers of a mock, from a counter: those of a cell or a halo depend on the seed, on the tracer and on its
/// number alone, not on ranks.
public struct SurveyRandom: Sendable, Equatable {
    /// What numbers are for; no two share any.
    enum Stream: UInt64 {
        /// How many there are in a cell.
        case number = 1
        /// Where in it they are.
        case place
        /// Whether a halo is seen.
        case chance
    }

    /// The seed of all tracers.
    public let seed: UInt64
    /// Which of them, from 0.
    public let tracer: Int

    /// The numbers of a tracer.
    public init(seed: UInt64, tracer: Int) {
        self.seed = seed
        self.tracer = tracer
    }

    /// The largest mean that is drawn in one part.
    private static let largestPart = 16.0

    /// The seed of a part of a stream.
    private func key(_ stream: Stream, part: Int = 0) -> UInt64 {
        let counter = UInt64(tracer) << 40 | UInt64(part) << 8 | stream.rawValue << 1
        let words = RandomBits.words(seed: seed, from: counter, count: 2)
        return UInt64(words[0]) << 32 | UInt64(words[1])
    }

    /// Numbers in (0, 1), of 53 bits.
    private static func uniforms(_ key: UInt64, from first: Int, count: Int) -> [Double] {
        let words = RandomBits.words(seed: key, from: 2 * UInt64(first), count: 2 * count)
        return (0..<count).map {
            let bits = UInt64(words[2 * $0]) << 32 | UInt64(words[2 * $0 + 1])
            // The lowest is not 0, nor the highest 1.
            return (Double(bits >> 12) + 0.5) * 0x1p-52
        }
    }

    /// Poisson numbers of cells that follow each other.
    ///
    /// The inverse of the distribution function at a uniform number. A mean above 16 is shared by as many equal parts as
    /// it takes, the sum of whose numbers has its distribution: e^−λ then stays far from the least of numbers.
    ///
    /// - Parameters:
    ///   - means: λ of each, 0 or more.
    ///   - first: the number of the first cell.
    public func poisson(_ means: [Double], from first: Int) -> [Int] {
        var numbers = [Int](repeating: 0, count: means.count)
        let parts = means.map { max(1, Int(($0 / Self.largestPart).rounded(.up))) }
        for part in 0..<(parts.max() ?? 0) {
            let uniforms = Self.uniforms(key(.number, part: part), from: first, count: means.count)
            for index in means.indices where part < parts[index] && means[index] > 0 {
                numbers[index] += RandomBits.poissonQuantile(
                    uniforms[index], mean: means[index] / Double(parts[index]))
            }
        }
        return numbers
    }

    /// Four numbers in (0, 1) for a galaxy of a cell.
    ///
    /// - Parameters:
    ///   - cell: its number, below 2⁴⁰.
    ///   - galaxy: which of the cell's, below 2²⁰.
    func place(cell: Int, galaxy: Int) -> [Double] {
        Self.uniforms(key(.place), from: 4 * (cell << 20 | galaxy), count: 4)
    }

    /// A number in (0, 1) for each of some haloes that follow each other.
    func chances(of count: Int) -> [Double] { Self.uniforms(key(.chance), from: 0, count: count) }
}
