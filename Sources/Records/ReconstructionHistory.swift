public import Storage
internal import Text

/// The course of a reconstruction, one row per iteration; row 0 of a stage is where it starts.
public struct ReconstructionHistory: Sendable {
    /// One point of the course.
    public struct Row: Sendable, Equatable {
        /// From 0.
        public let stage: Int
        /// Steps taken in the stage.
        public let iteration: Int
        /// The loss under the smoothing of the stage.
        public let loss: Double
        /// The root of the sum of its squared derivatives.
        public let gradientNorm: Double
        /// Gradients computed since the very beginning, those of line searches and of the curvature too.
        public let gradients: Int
        /// R [Mpc/h].
        public let smoothing: Double
        /// Wall-clock time of all processes that worked on it [s]; the only column that no run repeats.
        public let seconds: Double

        /// A point.
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

    /// The points in the order in which they were reached.
    public private(set) var rows: [Row] = []
    /// The values of each cosmological parameter that is sought, as many as there are rows; by name, as files list them.
    public private(set) var parameters: [(name: String, values: [Double])] = []

    /// Iterations after which the loss must have fallen by the tolerance.
    private static let span = 10

    /// Steps taken in all stages.
    public var iterations: Int { rows.count { $0.iteration > 0 } }

    /// Adds a point.
    public mutating func add(_ row: Row) { rows.append(row) }

    /// Adds a parameter's value at the row that was added last.
    public mutating func add(_ value: Double, of parameter: String) {
        if let index = parameters.firstIndex(where: { $0.name == parameter }) {
            parameters[index].values.append(value)
        } else {
            parameters.append((parameter, [value]))
            parameters.sort { $0.name < $1.name }
        }
    }

    /// Whether the stage at hand no longer lowers the loss by a fraction over some iterations.
    public func isSettled(to tolerance: Double) -> Bool {
        guard tolerance > 0, let last = rows.last, last.iteration >= Self.span else { return false }
        return rows[rows.count - 1 - Self.span].loss - last.loss < tolerance * abs(last.loss)
    }

    /// The table as a file, `history.csv`.
    public var text: String {
        let lines = rows.map {
            "\($0.stage + 1),\($0.iteration),\($0.loss),\($0.gradientNorm),\($0.smoothing),\($0.gradients),\(fixed($0.seconds, 3))"
        }
        let head = "stage,iteration,loss,gradient_norm,smoothing,gradients,seconds"
        return
            ([head + parameters.map { ",\($0.name)" }.joined()]
            + lines.enumerated().map { row, line in
                line + parameters.map { ",\($0.values[row])" }.joined()
            }).map { $0 + "\n" }.joined()
    }

    /// What the columns take in a file, without those of parameters.
    public static func bytes(rows: Int) -> Int { 56 * rows }

    /// Writes the columns as datasets of `/history`. Collective.
    public func write(to file: inout OutputFile) throws(StorageError) {
        try file.write(
            rows.map { Int64($0.stage + 1) }, at: "/history/stage",
            labels: Labels(units: "1", description: "from 1"))
        try file.write(
            rows.map { Int64($0.iteration) }, at: "/history/iteration",
            labels: Labels(units: "1", description: "steps taken in the stage"))
        try file.write(
            rows.map(\.loss), at: "/history/loss", labels: Labels(units: "1", description: "the loss"))
        try file.write(
            rows.map(\.gradientNorm), at: "/history/gradient_norm",
            labels: Labels(units: "1", description: "root of the sum of the squared derivatives"))
        try file.write(
            rows.map(\.smoothing), at: "/history/smoothing",
            labels: Labels(units: "Mpc/h", description: "Gaussian radius R of the residual"))
        try file.write(
            rows.map { Int64($0.gradients) }, at: "/history/gradients",
            labels: Labels(units: "1", description: "gradients computed since the beginning"))
        try file.write(
            rows.map(\.seconds), at: "/history/seconds",
            labels: Labels(units: "s", description: "wall-clock time; differs from run to run"))
        for (name, values) in parameters {
            try file.write(
                values, at: "\(Self.parameterGroup)\(name)",
                labels: Labels(units: "1", description: "value of the cosmological parameter"))
        }
    }

    private static let parameterGroup = "/history/cosmology/"

    /// A course that has not begun.
    public init() {}

    /// Reads the columns. Collective.
    public init(from file: borrowing InputFile) throws(StorageError) {
        let stages = try file.readArray(at: "/history/stage", as: Int64.self)
        let iterations = try file.readArray(at: "/history/iteration", as: Int64.self)
        let losses = try file.readArray(at: "/history/loss", as: Double.self)
        let norms = try file.readArray(at: "/history/gradient_norm", as: Double.self)
        let smoothings = try file.readArray(at: "/history/smoothing", as: Double.self)
        let gradients = try file.readArray(at: "/history/gradients", as: Int64.self)
        let seconds = try file.readArray(at: "/history/seconds", as: Double.self)
        let datasets = try file.datasets().sorted { $0.path < $1.path }
        for dataset in datasets where dataset.path.hasPrefix(Self.parameterGroup) {
            parameters.append(
                (
                    String(dataset.path.dropFirst(Self.parameterGroup.count)),
                    try file.readArray(at: dataset.path, as: Double.self)
                ))
        }
        for index in stages.indices {
            rows.append(
                Row(
                    stage: Int(stages[index]) - 1, iteration: Int(iterations[index]), loss: losses[index],
                    gradientNorm: norms[index], gradients: Int(gradients[index]),
                    smoothing: smoothings[index],
                    seconds: seconds[index]))
        }
    }
}
