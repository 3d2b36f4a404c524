internal import Background
public import Inference
public import Storage
internal import Text

extension SearchHistory {
    /// The table as a file, `history.csv`.
    public var text: String {
        let head =
            "stage,iteration,loss,gradient_norm,smoothing,gradients,seconds"
            + parameters.map { ",\($0.name)" }.joined()
        let lines = rows.enumerated().map { index, row in
            "\(row.stage + 1),\(row.iteration),\(row.loss),\(row.gradientNorm),\(row.smoothing),\(row.gradients),"
                + fixed(row.seconds, 3) + parameters.map { ",\($0.values[index])" }.joined()
        }
        return ([head] + lines).map { $0 + "\n" }.joined()
    }

    /// What ``write(to:)`` needs at most for some rows, parameters aside [bytes].
    public static func bytes(rows: Int) -> Int { 56 * rows }

    private static let cosmologyGroup = "/history/cosmology/"
    private static let observationGroup = "/history/observation/"

    private static func isCosmological(_ parameter: String) -> Bool {
        parameter == "sigma8" || CosmologyParameter.allCases.contains { $0.name == parameter }
    }

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
        for parameter in parameters {
            let isCosmological = Self.isCosmological(parameter.name)
            let group = isCosmological ? Self.cosmologyGroup : Self.observationGroup
            try file.write(
                parameter.values, at: group + parameter.name,
                labels: Labels(
                    units: "1",
                    description: "value of the \(isCosmological ? "cosmological " : "")parameter"))
        }
    }

    /// Reads the columns. Collective.
    public init(from file: borrowing InputFile) throws(StorageError) {
        let stages = try file.readArray(at: "/history/stage", as: Int64.self)
        let iterations = try file.readArray(at: "/history/iteration", as: Int64.self)
        let losses = try file.readArray(at: "/history/loss", as: Double.self)
        let norms = try file.readArray(at: "/history/gradient_norm", as: Double.self)
        let smoothings = try file.readArray(at: "/history/smoothing", as: Double.self)
        let gradients = try file.readArray(at: "/history/gradients", as: Int64.self)
        let seconds = try file.readArray(at: "/history/seconds", as: Double.self)
        var parameters: [Parameter] = []
        for dataset in try file.datasets() {
            guard
                let group = [Self.cosmologyGroup, Self.observationGroup].first(where: dataset.path.hasPrefix)
            else { continue }
            parameters.append(
                Parameter(
                    name: String(dataset.path.dropFirst(group.count)),
                    values: try file.readArray(at: dataset.path, as: Double.self)))
        }
        let rows = stages.indices.map { index in
            Row(
                stage: Int(stages[index]) - 1, iteration: Int(iterations[index]), loss: losses[index],
                gradientNorm: norms[index], gradients: Int(gradients[index]), smoothing: smoothings[index],
                seconds: seconds[index])
        }
        self.init(rows, parameters: parameters)
    }
}
