/// The course of a search, one row per iteration; row 0 of a stage is where it starts.
public struct SearchHistory: Sendable, Equatable {
    /// A point of the course.
    public struct Row: Sendable, Equatable {
        /// The stage, from 0.
        public let stage: Int
        /// Steps taken in the stage.
        public let iteration: Int
        /// L.
        public let loss: Double
        /// √(Σ g²).
        public let gradientNorm: Double
        /// Gradients computed since the very beginning, those of line searches and of the curvature too.
        public let gradients: Int
        /// R [Mpc/h].
        public let smoothing: Double
        /// Wall-clock time of all processes that worked on it [s]; the only column that no run repeats.
        public let seconds: Double

        /// A point of the course.
        public init(
            stage: Int, iteration: Int, loss: Double, gradientNorm: Double, gradients: Int, smoothing: Double,
            seconds: Double
        ) {
            self.stage = stage
            self.iteration = iteration
            self.loss = loss
            self.gradientNorm = gradientNorm
            self.gradients = gradients
            self.smoothing = smoothing
            self.seconds = seconds
        }
    }

    /// A parameter that is sought, and its value at each row.
    public struct Parameter: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// As many as there are rows.
        public internal(set) var values: [Double]

        /// A parameter's course.
        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// The course.
    public private(set) var rows: [Row] = []
    /// The parameters that are sought, by name, as files list them.
    public private(set) var parameters: [Parameter] = []

    /// Iterations after which the loss must have fallen by the tolerance.
    private static let span = 10

    /// A course that has not begun, or one that was kept.
    public init(_ rows: [Row] = [], parameters: [Parameter] = []) {
        precondition(parameters.allSatisfy { $0.values.count == rows.count })
        self.rows = rows
        self.parameters = parameters.sorted { $0.name < $1.name }
    }

    /// Steps taken in all stages.
    public var iterations: Int { rows.count { $0.iteration > 0 } }

    /// Adds a row, with the values of the parameters there: the same ones every time.
    mutating func add(_ row: Row, _ values: [(name: String, value: Double)]) {
        rows.append(row)
        for (name, value) in values {
            if let index = parameters.firstIndex(where: { $0.name == name }) {
                parameters[index].values.append(value)
            } else {
                parameters.append(Parameter(name: name, values: [value]))
                parameters.sort { $0.name < $1.name }
            }
        }
    }

    /// Whether the stage at hand no longer lowers the loss by a fraction over some iterations.
    public func isSettled(to tolerance: Double) -> Bool {
        guard tolerance > 0, let last = rows.last, last.iteration >= Self.span else { return false }
        return rows[rows.count - 1 - Self.span].loss - last.loss < tolerance * abs(last.loss)
    }
}
