internal import Figures
internal import Parallel
internal import Text

/// How well networks make the haloes of a universe that they have not learned from.
struct TrainedNetworks: ReportSection {
    let identifier = "networks"
    let heading = "Networks"

    /// Columns of the file: k, r, T, r of ρ^1.5.
    private let columns: [[Double]]
    /// Single numbers in its head.
    private let numbers: [String: Double]

    private static let name = "network_test.txt"

    init?(of run: RunDirectory) throws {
        guard run.names.contains(Self.name) else { return nil }
        let path = "\(run.path)/\(Self.name)"
        let text = try run.text(of: path)
        var columns = [[Double]](repeating: [], count: 4)
        var numbers: [String: Double] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.first == "#" {
                if words.count == 3, let value = Double(words[2]) { numbers[words[1]] = value }
                continue
            }
            let values = words.compactMap(Double.init)
            guard values.count == 4, values.allSatisfy(\.isFinite), values[0] > columns[0].last ?? 0 else {
                throw UsageError("\(path): is damaged at '\(PlainText.excerpt(String(line)))'; train again")
            }
            for column in 0..<4 { columns[column].append(values[column]) }
        }
        guard columns[0].count > 1 else { return nil }
        self.columns = columns
        self.numbers = numbers
    }

    func content() -> HTML {
        func shown(_ name: String) -> String { numbers[name].map { Numbers.fixed($0, 3) } ?? "unknown" }
        return plot.figure(
            "\(identifier)-plot",
            describedAs: "Correlation and transfer of the mass that networks make with that of haloes",
            caption: """
                The mass of haloes that networks make on an unseen universe, against that of its haloes; broken, the density \
                to the power 1.5. They make \(shown("mass_ratio")) of the haloes' mass; the area under the curve of the \
                classification is \(shown("area_under_curve")), its precision \(shown("precision")), its recall \
                \(shown("recall")).
                """)
    }

    private var plot: Plot {
        Plot(
            "", axis: .init("k  [h/Mpc]", .logarithmic),
            panels: [
                Plot.Panel(
                    .init("r", .linear, range: 0.5...1),
                    [
                        Plot.Series("networks", x: columns[0], y: columns[1], colour: Plot.colours[0]),
                        Plot.Series(
                            "density^1.5", x: columns[0], y: columns[3], style: .dashed,
                            colour: Plot.colours[1]),
                    ]),
                Plot.Panel(
                    .init("T", .linear, range: 0.5...1.5),
                    [Plot.Series(nil, x: columns[0], y: columns[2], colour: Plot.colours[0])], levels: [1]),
            ], size: [1100, 640])
    }
}
