internal import Figures
internal import Records
internal import Text

/// P(k) of all members of an ensemble: each of them, their mean, and how much they scatter.
struct EnsemblePower: ReportSection {
    private let record: EnsembleRecord
    private let spectra: [[Double]]
    private let linear: [[Double]]

    let identifier = "ensemble-power"
    let heading = "Power spectra of the members"

    init?(of run: RunDirectory) {
        guard let record = run.ensemble else { return nil }
        self.record = record
        spectra = record.finishedMembers.compactMap(\.powers)
        linear = record.finishedMembers.compactMap(\.linear)
        if spectra.isEmpty || record.wavenumbers.isEmpty { return nil }
    }

    func content() -> HTML {
        let moment = record.scaleFactor.map { " at a = \(Numbers.fixed($0, 4))" } ?? ""
        return plot.figure(
            "\(identifier)-plot",
            describedAs: "Mean power spectrum of the members, their scatter, and the ratio to linear theory",
            caption: """
                Mean of \(spectra.count) members\(moment) with the band of one standard deviation, and the mean of linear \
                theory (broken). In the middle the ratio of the two. Below, the scatter of the members in units of their \
                mean, beside √(2/modes) of Gaussian fields (broken), where they differ in nothing but their seeds.
                """)
    }

    /// Mean and standard deviation of each shell.
    static func moments(_ spectra: [[Double]]) -> (mean: [Double], deviation: [Double]) {
        let count = Double(spectra.count)
        let mean = spectra[0].indices.map { shell in spectra.reduce(0) { $0 + $1[shell] } / count }
        let deviation = mean.indices.map { shell in
            let squares = spectra.reduce(0) {
                $0 + ($1[shell] - mean[shell]) * ($1[shell] - mean[shell])
            }
            return count > 1 ? (squares / (count - 1)).squareRoot() : 0
        }
        return (mean, deviation)
    }

    private var plot: Plot {
        let k = record.wavenumbers
        let (mean, deviation) = Self.moments(spectra)
        let theory = linear.count == spectra.count ? Self.moments(linear).mean : []
        func band(_ values: [Double], _ widths: [Double], floor: Double) -> Plot.Series {
            Plot.Series(
                nil, x: k, y: zip(values, widths).map { max($0 - $1, floor * $0) },
                style: .band(zip(values, widths).map { $0 + $1 }), colour: Plot.colours[5])
        }
        var powers = [
            band(mean, deviation, floor: 0.05),
            Plot.Series("mean of the members", x: k, y: mean, colour: Plot.colours[0]),
        ]
        var panels: [Plot.Panel] = []
        if !theory.isEmpty {
            powers.append(
                Plot.Series("linear theory", x: k, y: theory, style: .dashed, colour: Plot.colours[1]))
            let ratio = zip(mean, theory).map { $0 / $1 }
            let spread = zip(deviation, theory).map { $0 / $1 }
            let highest = zip(ratio, spread).map { $0 + $1 }.filter(\.isFinite).max() ?? 2
            panels.append(
                Plot.Panel(
                    .init("P / linear", .linear, range: 0...min(max(1.1 * highest, 2), 6)),
                    [
                        band(ratio, spread, floor: 0),
                        Plot.Series(nil, x: k, y: ratio, colour: Plot.colours[0]),
                    ],
                    levels: [1]))
        }
        if spectra.count > 1 {
            let scatter = zip(deviation, mean).map { $0 / $1 }
            panels.append(
                Plot.Panel(
                    .init("σ(P) / P", .logarithmic),
                    [
                        Plot.Series(
                            nil, x: k, y: record.modes.map { (2 / $0).squareRoot() }, style: .dashed,
                            colour: Plot.colours[1]),
                        Plot.Series(nil, x: k, y: scatter, colour: Plot.colours[0]),
                    ]))
        }
        return Plot(
            "", axis: .init("k  [h/Mpc]", .logarithmic),
            panels: [Plot.Panel(.init("P(k)  [(Mpc/h)³]", .logarithmic), powers, height: 2)] + panels,
            size: [1100, 760])
    }
}
