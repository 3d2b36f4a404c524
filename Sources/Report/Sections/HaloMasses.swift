internal import Figures
internal import Glibc
internal import Parallel
internal import Records
internal import Text

/// How many haloes there are of each mass, beside what is expected.
struct HaloMasses: ReportSection {
    private let table: MassFunctionTable

    let identifier = "haloes"
    let heading = "Haloes"

    init?(of run: RunDirectory) throws {
        guard let output = run.massFunctions.last else { return nil }
        let text = try run.text(of: output.path)
        table = try run.world.agree {
            try MassFunctionTable(parsing: text, scaleFactor: output.scaleFactor, source: output.path)
        }
        if table.bins.allSatisfy({ $0.count == 0 }) { return nil }
    }

    func content() -> HTML {
        plot.figure(
            "\(identifier)-plot",
            describedAs: "The mass function of haloes, measured and expected, and their ratio",
            caption: """
                Haloes at a = \(Numbers.fixed(table.scaleFactor, 4)): friends of friends (discs) and the fit of Watson et \
                al. 2013 (broken). Below their ratio; the band is the scatter 1/√N of the numbers. A particle-mesh run \
                lacks haloes that its mesh does not resolve.
                """)
    }

    private var bins: [MassFunctionTable.Bin] { table.bins.filter { $0.count > 0 || $0.expected > 0 } }
    private var masses: [Double] { bins.map(\.mass) }

    private var plot: Plot {
        Plot("", axis: .init("M  [Msun/h]", .logarithmic), panels: [numbers, ratios], size: [1100, 640])
    }

    private var numbers: Plot.Panel {
        func perLogarithm(_ number: (MassFunctionTable.Bin) -> Double) -> [Double] {
            bins.map { number($0) / (table.volume * log($0.highest / $0.lowest)) }
        }
        let measured = perLogarithm { Double($0.count) }
        let expected = perLogarithm(\.expected)
        let shown = measured.filter { $0 > 0 }
        let range = shown.min()! / 3...shown.max()! * 3
        return Plot.Panel(
            .init("dn/dlnM  [(h/Mpc)³]", .logarithmic, range: range),
            [
                Plot.Series("Watson 2013", x: masses, y: expected, style: .dashed, colour: Plot.colours[1]),
                Plot.Series(
                    "friends of friends", x: masses, y: measured, style: .points, colour: Plot.colours[0]),
            ], height: 2.2)
    }

    private var ratios: Plot.Panel {
        let scatter = bins.map { 1 / max($0.expected, 1e-9).squareRoot() }
        let ratio = bins.map { $0.count > 0 ? Double($0.count) / $0.expected : .nan }
        return Plot.Panel(
            .init("ratio", .linear, range: 0...2),
            [
                Plot.Series(
                    nil, x: masses, y: scatter.map { max(0, 1 - $0) },
                    style: .band(scatter.map { min(2, 1 + $0) }),
                    colour: RGB(red: 140, green: 140, blue: 150)),
                Plot.Series(nil, x: masses, y: ratio, style: .points, colour: Plot.colours[0]),
            ], levels: [1])
    }
}
