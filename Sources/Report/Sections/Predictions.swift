internal import Figures
internal import Storage
internal import Text

/// What draws of chains predict beside the data: how often each value comes up, and P(k).
struct Predictions: ReportSection {
    /// Of one objective.
    private struct Objective {
        let name: String
        let edges: [Double]
        let wavenumbers: [Double]
        let histogram: [Double]
        let powers: [Double]
        /// [draw][bin] and [draw][shell].
        var histograms: [[Double]] = []
        var drawnPowers: [[Double]] = []
        /// Of the data and of what was drawn.
        var chiSquared: [(observed: Double, drawn: Double)] = []
    }

    private var objectives: [Objective] = []

    let identifier = "predictions"
    let heading = "Predictions of the chains"

    /// So many samples are read at most.
    private static let mostSamples = 200

    init?(of run: RunDirectory) throws {
        let names = run.names.filter {
            $0.hasSuffix(".h5")
                && ($0.hasPrefix("sample_") || ($0.hasPrefix("chain_") && $0.contains("_sample_")))
        }.sorted()
        let step = max(1, names.count / Self.mostSamples)
        for index in stride(from: 0, to: names.count, by: step) {
            try read("\(run.path)/\(names[index])", of: run)
        }
        if objectives.isEmpty { return nil }
    }

    private mutating func read(_ path: String, of run: RunDirectory) throws {
        let file = try InputFile(opening: path, over: run.world)
        let group = "/predictive/"
        let suffix = "/edges"
        let names = try file.datasets().map(\.path).filter { $0.hasPrefix(group) && $0.hasSuffix(suffix) }
            .map { String($0.dropFirst(group.count).dropLast(suffix.count)) }
        for name in names {
            func series(_ dataset: String) throws -> [Double] {
                try file.series("\(group)\(name)/\(dataset)") ?? []
            }
            let place: Int
            if let known = objectives.firstIndex(where: { $0.name == name }) {
                place = known
            } else {
                place = objectives.count
                objectives.append(
                    Objective(
                        name: name, edges: try series("edges"), wavenumbers: try series("k"),
                        histogram: try series("observed_histogram"), powers: try series("observed_power")))
            }
            objectives[place].histograms.append(try series("drawn_histogram"))
            objectives[place].drawnPowers.append(try series("drawn_power"))
            let both = try series("chi_squared")
            if both.count == 2 { objectives[place].chiSquared.append((both[0], both[1])) }
        }
    }

    func content() -> HTML {
        let parts = objectives.enumerated().map { number, objective -> HTML in
            let worse = objective.chiSquared.count { $0.drawn >= $0.observed }
            let share = Double(worse) / Double(max(1, objective.chiSquared.count))
            return """
                <h3>\(objective.name)</h3>
                <p>Data drawn of a sample have a larger χ² about its prediction than what was observed in \
                \(Numbers.fixed(100 * share, 0)) % of \(objective.chiSquared.count) samples; near 0 or 100 % the model does \
                not describe the data.</p>
                \(plot(
                    objective.edges, objective.histogram, objective.histograms, .init("value of a cell, from", .linear),
                    .init("share of cells", .logarithmic), isShare: true)?.figure(
                        "\(identifier)-values-\(number)", describedAs: "How often each value comes up",
                        caption: "Band: 95 % of what is predicted; points: what was observed.") ?? .nothing)
                \(plot(
                    objective.wavenumbers, objective.powers, objective.drawnPowers, .init("k  [h/Mpc]", .logarithmic),
                    .init("P(k) of the data", .logarithmic), isShare: false)?.figure(
                        "\(identifier)-power-\(number)", describedAs: "Power spectrum of the data",
                        caption: "Band: 95 % of what is predicted; points: what was observed.") ?? .nothing)
                """
        }
        return """
            <p>Of each sample that was written data were drawn, noise included: what would have been observed, were it true \
            (Gelman, Meng &amp; Stern 1996).</p>
            \(parts)
            """
    }

    private func plot(
        _ x: [Double], _ observed: [Double], _ drawn: [[Double]], _ axis: Plot.Axis, _ vertical: Plot.Axis,
        isShare: Bool
    ) -> Plot? {
        guard x.count > 1, observed.count == x.count, drawn.allSatisfy({ $0.count == x.count }),
            !drawn.isEmpty
        else { return nil }
        let whole = isShare ? max(1, observed.reduce(0, +)) : 1
        func quantile(_ share: Double) -> [Double] {
            x.indices.map { place in
                let sorted = drawn.map { $0[place] / whole }.sorted()
                return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
            }
        }
        let band = Plot.Series(
            "predicted", x: x, y: quantile(0.025), style: .band(quantile(0.975)), colour: Plot.colours[5])
        let median = Plot.Series(nil, x: x, y: quantile(0.5), colour: Plot.colours[0])
        let data = Plot.Series(
            "observed", x: x, y: observed.map { $0 / whole }, style: .points, colour: Plot.colours[1])
        return Plot("", axis: axis, panels: [.init(vertical, [band, median, data])], size: [1100, 360])
    }
}
