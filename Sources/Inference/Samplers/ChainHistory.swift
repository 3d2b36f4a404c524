/// The course of a chain, one row per iteration: numbers and watched modes.
public struct ChainHistory: Sendable, Equatable {
    /// An iteration.
    public struct Row: Sendable, Equatable {
        /// What it did.
        public var draw: Draw
        /// ln p at its end, up to a constant.
        public var logProbability: Double
        /// ε that it took.
        public var step: Double
        /// The parameters beside the modes at its end, in their own units; then draws of those that were left out.
        public var parameters: [Double]

        /// A row.
        public init(draw: Draw, logProbability: Double, step: Double, parameters: [Double]) {
            self.draw = draw
            self.logProbability = logProbability
            self.step = step
            self.parameters = parameters
        }
    }

    /// The names of the parameters.
    public let parameters: [String]
    /// The modes that are watched.
    public let sample: ModeSample
    /// Iterations, those of the warm-up first.
    public private(set) var rows: [Row]
    /// Real and imaginary part of each watched mode, row by row.
    public private(set) var amplitudes: [Float]

    /// A course that was kept, or one that has not begun.
    public init(
        parameters: [String], _ sample: ModeSample, rows: [Row] = [], amplitudes: [Float] = []
    ) {
        precondition(amplitudes.count == 2 * rows.count * sample.modes.count)
        self.parameters = parameters
        self.sample = sample
        self.rows = rows
        self.amplitudes = amplitudes
    }

    mutating func add(_ row: Row, _ amplitudes: [Double]) {
        rows.append(row)
        self.amplitudes += amplitudes.map(Float.init)
    }

    /// Both parts of each watched mode of a shell, as series over some rows.
    public func series(ofShell shell: Int, in range: Range<Int>) -> [[Double]] {
        let width = 2 * sample.modes.count
        let columns = sample.shells.indices.filter { sample.shells[$0] == shell }
            .flatMap { [2 * $0, 2 * $0 + 1] }
        return columns.map { column in range.map { Double(amplitudes[$0 * width + column]) } }
    }

    /// A parameter's values over some rows.
    public func series(ofParameter index: Int, in range: Range<Int>) -> [Double] {
        rows[range].map { $0.parameters[index] }
    }
}
