internal import Figures
internal import Storage
internal import Text

/// How alike reconstruction, truth and data are, scale by scale.
struct Likeness: ReportSection {
    private struct Comparison {
        let name: String
        let correlation: [Double]
        let transfer: [Double]
        let colour: RGB
    }

    private let wavenumbers: [Double]
    private let comparisons: [Comparison]

    let identifier = "likeness"
    let heading = "Correlation and transfer"

    init?(of run: RunDirectory) throws {
        guard let path = run.reconstructionPath else { return nil }
        let file = try InputFile(opening: path, over: run.world)
        guard let k = try file.series("/diagnostics/k"), !k.isEmpty else { return nil }
        wavenumbers = k
        let kinds = [
            ("initial", "initial density with the truth", 0), ("final", "final density with the truth", 1),
            ("data", "final density with the data", 2),
            ("standard", "standard reconstruction with the truth", 3),
        ]
        var comparisons: [Comparison] = []
        for (key, name, colour) in kinds {
            let missing = k.map { _ in Double.nan }
            let correlation = try file.series("/diagnostics/correlation_\(key)")
            let transfer = try file.series("/diagnostics/transfer_\(key)")
            guard correlation != nil || transfer != nil else { continue }
            comparisons.append(
                Comparison(
                    name: name, correlation: correlation ?? missing, transfer: transfer ?? missing,
                    colour: Plot.colours[colour]))
        }
        self.comparisons = comparisons
        if comparisons.isEmpty { return nil }
    }

    func content() -> HTML {
        let reach = comparisons.first.flatMap { first in
            first.correlation.firstIndex { !($0 >= 0.9) }.map { ($0, first.name) }
        }
        let sentence =
            reach.map { index, name in
                index == 0
                    ? " The \(name) correlates less than 0.9 at all scales."
                    : " The \(name) correlates to 0.9 or better up to k = "
                        + "\(Numbers.short(wavenumbers[min(index, wavenumbers.count) - 1], digits: 3)) h/Mpc."
            } ?? ""
        return """
            <p>The cross-correlation r(k) = P<sub>ab</sub>/√(P<sub>a</sub>P<sub>b</sub>) says whether the phases are right, \
            the transfer T(k) = √(P<sub>a</sub>/P<sub>b</sub>) whether the amplitudes are.\(sentence)</p>
            \(plot.figure(
                "\(identifier)-plot", describedAs: "Cross-correlation and transfer by wavenumber",
                caption: "1 is perfect in both."))
            """
    }

    private var plot: Plot {
        func series(_ values: KeyPath<Comparison, [Double]>, named: Bool) -> [Plot.Series] {
            comparisons.map { comparison in
                let shown = min(wavenumbers.count, comparison[keyPath: values].count)
                return Plot.Series(
                    named ? comparison.name : nil, x: Array(wavenumbers.prefix(shown)),
                    y: Array(comparison[keyPath: values].prefix(shown)), colour: comparison.colour)
            }
        }
        let correlations = comparisons.flatMap(\.correlation).filter(\.isFinite)
        let transfers = comparisons.flatMap(\.transfer).filter(\.isFinite)
        return Plot(
            "", axis: .init("k  [h/Mpc]", .logarithmic),
            panels: [
                .init(
                    .init("r(k)", .linear, range: min(0, max(-1, correlations.min() ?? 0))...1.05),
                    series(\.correlation, named: true), levels: [0.9, 1]),
                .init(
                    .init("T(k)", .linear, range: 0...min(2, max(1.2, 1.1 * (transfers.max() ?? 1)))),
                    series(\.transfer, named: false), levels: [1]),
            ], size: [1100, 600])
    }
}
