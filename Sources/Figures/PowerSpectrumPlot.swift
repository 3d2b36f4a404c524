public import Records

extension Plot {
    /// A measured power spectrum against linear theory, and their ratio below.
    ///
    /// The band around 1 is the scatter √(2/modes) that the finite number of modes gives a Gaussian field.
    ///
    /// - Parameters:
    ///   - table: measurement, linear theory and shot noise.
    ///   - title: what was run.
    public static func powerSpectrum(_ table: PowerSpectrumTable, title: String) -> Plot {
        let (k, measured, linear) = (table.spectrum.wavenumbers, table.spectrum.powers, table.linear)
        let scatter = table.spectrum.modesPerShell.map { (2 / Double($0)).squareRoot() }
        let ratio = zip(measured, linear).map { $0 / $1 }
        let grey = RGB(red: 90, green: 90, blue: 100)
        // A tiny shot noise must not press the curves against the top.
        let shown = (measured + linear + [table.shotNoise]).filter { $0 > 0 && $0.isFinite }
        let least = max(shown.min() ?? 1, (shown.max() ?? 10) * 1e-6)
        let range = least / 2...max((shown.max() ?? 10) * 2, least * 2)
        return Plot(
            title, axis: Axis("k  [h/Mpc]", .logarithmic),
            panels: [
                Panel(
                    Axis("P(k)  [(Mpc/h)³]", .logarithmic, range: range),
                    [
                        Series("linear theory", x: k, y: linear, style: .dashed, colour: grey),
                        Series(
                            "shot noise", x: k, y: k.map { _ in table.shotNoise }, colour: colours[4]),
                        Series("measured", x: k, y: measured, colour: colours[0]),
                    ],
                    height: 2.4),
                Panel(
                    Axis(
                        "P / linear", .linear,
                        range: 0...min(max((ratio.filter(\.isFinite).max() ?? 2) * 1.1, 2), 4)),
                    [
                        Series(
                            nil, x: k, y: scatter.map { 1 - $0 }, style: .band(scatter.map { 1 + $0 }),
                            colour: grey),
                        Series(nil, x: k, y: ratio, colour: colours[0]),
                    ],
                    levels: [1]),
            ])
    }
}
