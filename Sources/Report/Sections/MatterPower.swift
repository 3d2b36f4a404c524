internal import Figures
internal import Parallel
internal import Records
internal import Text

/// The measured power spectra against linear theory.
struct MatterPower: ReportSection {
    private let spectra: [MeasuredPower]
    private let total: Int

    let identifier = "power"
    static let name = "Power spectrum"
    let heading = Self.name

    /// More curves than this cannot be told apart.
    private static let most = 6

    init?(of run: RunDirectory) throws {
        total = run.powers.count
        spectra = try run.powers.spread(over: Self.most).compactMap { output -> MeasuredPower? in
            do {
                let text = try run.text(of: output.path)
                return try run.world.agree {
                    try MeasuredPower(parsing: text, scaleFactor: output.scaleFactor, source: output.path)
                }
            } catch let error as any ReportedError {
                run.note(leavingOut: error)
                return nil
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
                of a Gaussian field.\(ofNoise) The thin grey line is the shot noise of the particles, which is not subtracted.\(left)
                """)
    }

    private func plot(_ last: MeasuredPower) -> Plot {
        Plot(
            "", axis: .init("k  [h/Mpc]", .logarithmic),
            panels: [powers(last), ratios(last)] + (knowsNoise ? [ratiosToNoise] : []),
            size: [1100, knowsNoise ? 800 : 640])
    }

    private var knowsNoise: Bool { spectra.allSatisfy { !$0.linearOfNoise.isEmpty } }

    private var ofNoise: String {
        knowsNoise
            ? " Lowest the ratio to linear theory of this run's own noise: the scatter of the few longest waves is in both."
            : ""
    }

    /// Without the scatter that the noise has anyhow.
    private var ratiosToNoise: Plot.Panel {
        var largest = 0.0
        let series = zip(spectra, colours).map { spectrum, colour in
            let ratio: [Double] = zip(spectrum.powers, spectrum.linearOfNoise).map { $0 / $1 }
            largest = max(largest, ratio.filter(\.isFinite).max() ?? 0)
            return Plot.Series(nil, x: spectrum.wavenumbers, y: ratio, colour: colour)
        }
        let axis = Plot.Axis("P / own linear", .linear, range: 0...min(max(1.1 * largest, 2), 5))
        return Plot.Panel(axis, series, levels: [1])
    }

    private func powers(_ last: MeasuredPower) -> Plot.Panel {
        let curves = spectra.flatMap { [$0.powers, $0.linear, $0.shotNoise] }
        let shown = curves.joined().filter { $0 > 0 && $0 < 1e100 }
        let most = shown.max() ?? 10
        let least = max(shown.min() ?? 1, most * 1e-7)
        var series = [Plot.Series(nil, x: last.wavenumbers, y: last.shotNoise, colour: Self.grey)]
        for (spectrum, colour) in zip(spectra, colours) {
            series.append(
                Plot.Series(nil, x: spectrum.wavenumbers, y: spectrum.linear, style: .dashed, colour: colour))
        }
        for (spectrum, colour) in zip(spectra, colours) {
            let name = "a = \(Numbers.fixed(spectrum.scaleFactor, 4))"
            series.append(Plot.Series(name, x: spectrum.wavenumbers, y: spectrum.powers, colour: colour))
        }
        let axis = Plot.Axis("P(k)  [(Mpc/h)³]", .logarithmic, range: least / 2...most * 2)
        return Plot.Panel(axis, series, height: 2.2)
    }

    private func ratios(_ last: MeasuredPower) -> Plot.Panel {
        let scatter = last.modes.map { (2 / max($0, 1)).squareRoot() }
        let band = Plot.Style.band(scatter.map { 1 + $0 })
        var series = [
            Plot.Series(nil, x: last.wavenumbers, y: scatter.map { 1 - $0 }, style: band, colour: Self.grey)
        ]
        var largest = 0.0
        for (spectrum, colour) in zip(spectra, colours) {
            let ratio: [Double] = zip(spectrum.powers, spectrum.linear).map { $0 / $1 }
            largest = max(largest, ratio.filter(\.isFinite).max() ?? 0)
            series.append(Plot.Series(nil, x: spectrum.wavenumbers, y: ratio, colour: colour))
        }
        let axis = Plot.Axis("P / linear", .linear, range: 0...min(max(1.1 * largest, 2), 5))
        return Plot.Panel(axis, series, levels: [1])
    }

    private static let grey = RGB(red: 140, green: 140, blue: 150)

    /// Along the colours of the pictures, from early to late, without the ends that vanish on paper.
    private var colours: [RGB] {
        guard spectra.count > 1 else { return [Plot.colours[0]] }
        let step = 0.52 / Double(spectra.count - 1)
        return spectra.indices.map { ColourMap.density[0.18 + step * Double($0)] }
    }
}
