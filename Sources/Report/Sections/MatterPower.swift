internal import Analysis
internal import Parallel

/// The measured power spectra against linear theory.
struct MatterPower: ReportSection {
    private let spectra: [MeasuredPower]
    private let total: Int

    let identifier = "power"
    let heading = "Power spectrum"

    /// More curves than this cannot be told apart.
    private static let most = 6

    init?(of run: RunDirectory) throws {
        total = run.powers.count
        spectra = try run.powers.spread(over: Self.most).map { output in
            let text = try run.text(of: output.path)
            return try run.world.agree {
                try MeasuredPower(parsing: text, scaleFactor: output.scaleFactor, source: output.path)
            }
        }.filter { !$0.powers.isEmpty }
        if spectra.isEmpty { return nil }
    }

    func content() -> HTML {
        let last = spectra.last!
        let left = spectra.count < total ? " \(spectra.count) of \(total) output times." : ""
        return plot(last).figure(
            "\(identifier)-plot",
            describedAs: "Matter power spectrum, measured and linear, and their ratio",
            caption: """
                Measured P(k) (lines) and linear theory (broken). Below their ratio; the band is the scatter √(2/modes) \
                of a Gaussian field. The thin grey line is the shot noise of the particles, which is not subtracted.\(left)
                """)
    }

    private func plot(_ last: MeasuredPower) -> Plot {
        let colours = Self.colours(spectra.count)
        let shown = spectra.flatMap { $0.powers + $0.linear + $0.shotNoise }.filter { $0 > 0 && $0.isFinite }
        let (least, most) = (shown.min() ?? 1, shown.max() ?? 10)
        let range = max(least, most * 1e-7) / 2...most * 2
        let ratios = spectra.map { spectrum in zip(spectrum.powers, spectrum.linear).map { $0 / $1 } }
        let scatter = last.modes.map { (2 / max($0, 1)).squareRoot() }
        let grey = RGB(red: 140, green: 140, blue: 150)
        let linear = zip(spectra, colours).map {
            Plot.Series(nil, x: $0.wavenumbers, y: $0.linear, style: .dashed, colour: $1)
        }
        let measured = zip(spectra, colours).map {
            Plot.Series(
                "a = \(Numbers.fixed($0.scaleFactor, 4))", x: $0.wavenumbers, y: $0.powers, colour: $1)
        }
        return Plot(
            "", axis: .init("k  [h/Mpc]", .logarithmic),
            panels: [
                .init(
                    .init("P(k)  [(Mpc/h)³]", .logarithmic, range: range),
                    [.init(nil, x: last.wavenumbers, y: last.shotNoise, colour: grey)] + linear + measured,
                    height: 2.2),
                .init(
                    .init(
                        "P / linear", .linear,
                        range: 0...min(max((ratios.joined().filter(\.isFinite).max() ?? 2) * 1.1, 2), 5)),
                    [
                        .init(
                            nil, x: last.wavenumbers, y: scatter.map { 1 - $0 },
                            style: .band(scatter.map { 1 + $0 }), colour: grey)
                    ]
                        + zip(spectra, zip(ratios, colours)).map {
                            .init(nil, x: $0.wavenumbers, y: $1.0, colour: $1.1)
                        },
                    levels: [1]),
            ], size: [1100, 640])
    }

    /// Along the colours of the pictures, from early to late, without the ends that vanish on paper.
    private static func colours(_ count: Int) -> [RGB] {
        guard count > 1 else { return [Plot.colours[0]] }
        return (0..<count).map { ColourMap.density[0.18 + 0.52 * Double($0) / Double(count - 1)] }
    }
}
