internal import Figures
internal import Text

/// Parameters of chains against each other: below the diagonal each pair, on it the distribution of each, all in one grid.
struct CornerPlot {
    /// The parameters.
    let names: [String]
    /// [chain][parameter][draw].
    let chains: [[[Double]]]
    /// True values, where they are known.
    let truth: [Double?]

    /// So many points of a chain are drawn at most.
    private static let mostPoints = 400
    private static let bins = 20

    /// The grid; nothing of no parameters.
    func html(named identifier: String) -> HTML {
        guard !names.isEmpty else { return .nothing }
        let panels = names.indices.flatMap { row in
            names.indices.map { column -> HTML in
                guard column <= row else { return "<div></div>" }
                let (plot, description) =
                    column == row
                    ? (distribution(of: row), "Distribution of \(names[row])")
                    : (pair(column, row), "\(names[row]) against \(names[column])")
                return plot.figure(
                    "\(identifier)-\(row)-\(column)", describedAs: description, caption: .nothing)
            }
        }
        let known = truth.contains { $0 != nil } ? " Broken lines and levels are true values." : ""
        return """
            <div class="row">
            <div class="maps" style="--columns: \(names.count)">
            \(panels)
            </div>
            <p>Parameters against each other, a colour for each chain; on the diagonal the share of draws by value.\(known)</p>
            </div>
            """
    }

    private func range(of parameter: Int) -> ClosedRange<Double> {
        let all = chains.flatMap { $0[parameter] } + [truth[parameter]].compactMap(\.self)
        guard let low = all.min(), let high = all.max(), high > low else {
            let value = all.first ?? 0
            return (value - max(abs(value), 1) / 2)...(value + max(abs(value), 1) / 2)
        }
        return (low - 0.04 * (high - low))...(high + 0.04 * (high - low))
    }

    private func marks(_ parameter: Int) -> [Plot.Mark] { truth[parameter].map { [Plot.Mark($0)] } ?? [] }

    private var size: SIMD2<Double> { names.count > 2 ? [420, 340] : [540, 400] }

    private func pair(_ column: Int, _ row: Int) -> Plot {
        let series = chains.enumerated().map { number, chain -> Plot.Series in
            let count = min(chain[column].count, chain[row].count)
            let shown = stride(from: 0, to: count, by: max(1, count / Self.mostPoints))
            return Plot.Series(
                nil, x: shown.map { chain[column][$0] }, y: shown.map { chain[row][$0] }, style: .points,
                colour: Plot.colours[number % Plot.colours.count])
        }
        return Plot(
            "", axis: .init(names[column], .linear, range: range(of: column)),
            panels: [
                .init(
                    .init(names[row], .linear, range: range(of: row)), series,
                    levels: [truth[row]].compactMap(\.self))
            ], marks: marks(column), size: size)
    }

    private func distribution(of parameter: Int) -> Plot {
        let range = range(of: parameter)
        let width = (range.upperBound - range.lowerBound) / Double(Self.bins)
        let series = chains.enumerated().map { number, chain -> Plot.Series in
            var shares = [Double](repeating: 0, count: Self.bins)
            for value in chain[parameter] {
                let bin = Int((value - range.lowerBound) / width)
                shares[max(0, min(Self.bins - 1, bin))] += 1 / Double(chain[parameter].count)
            }
            // As steps.
            let edges = (0..<Self.bins).flatMap { bin in
                [0, 1].map { range.lowerBound + width * Double(bin + $0) }
            }
            return Plot.Series(
                nil, x: edges, y: shares.flatMap { [$0, $0] },
                colour: Plot.colours[number % Plot.colours.count])
        }
        return Plot(
            "", axis: .init(names[parameter], .linear, range: range),
            panels: [.init(.init("share of draws", .linear), series)], marks: marks(parameter), size: size)
    }
}
