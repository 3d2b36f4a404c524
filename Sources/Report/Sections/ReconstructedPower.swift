internal import Figures
internal import Measurement
internal import Mesh
internal import Storage

/// Power spectra of the fields of a reconstruction, measured here.
struct ReconstructedPower: ReportSection {
    private struct Curve {
        let name: String
        let spectrum: PowerSpectrum
        let style: Plot.Style
        let colour: RGB
    }

    private let initial: [Curve]
    private let final: [Curve]

    let identifier = "spectra"
    let heading = "Power spectra"

    init?(of run: RunDirectory) throws {
        guard let path = run.reconstructionPath else { return nil }
        let file = try InputFile(opening: path, over: run.world)
        let (truth, found, data) = (Plot.colours[1], Plot.colours[0], Plot.colours[2])
        initial = try Self.curves(
            [
                ("/truth/initial_density", "truth", .dashed, truth),
                ("/initial_density", "reconstruction", .line, found),
            ], .none, in: file, for: run)
        final = try Self.curves(
            [
                ("/data", "data", .points, data), ("/truth/final_density", "truth", .dashed, truth),
                ("/final_density", "reconstruction", .line, found),
            ], .cloudInCell, in: file, for: run)
        if initial.isEmpty && final.isEmpty { return nil }
    }

    func content() -> HTML {
        let plots = [
            (initial, "initial", "Initial conditions", "Linear overdensity scaled to growth factor one."),
            (
                final, "final", "Final density",
                "Density on the force mesh, its window divided out, shot noise included."
            ),
        ]
        let figures = plots.filter { !$0.0.isEmpty }.map { curves, key, heading, caption -> HTML in
            Self.plot(curves).figure(
                "\(identifier)-\(key)", describedAs: "Power spectrum: \(heading.lowercased())",
                caption: "<strong>\(heading)</strong> \(caption)")
        }
        return "<div class=\"plots\">\(figures)</div>"
    }

    private static func curves(
        _ wanted: [(path: String, name: String, style: Plot.Style, colour: RGB)],
        _ correction: WindowCorrection,
        in file: borrowing InputFile, for run: RunDirectory
    ) throws -> [Curve] {
        var curves: [Curve] = []
        for (path, name, style, colour) in wanted {
            guard let shape = try file.meshShape(of: path) else { continue }
            let decomposition = try run.decomposition(of: shape)
            let field: Field<Float> = try file.readField(at: path, over: decomposition, for: "report")
            // The mean is in the mode k = 0 alone, which no shell holds.
            let modes = FourierTransform<Float>(decomposition).forward(field)
            let spectrum = try PowerSpectrum(of: modes, box: file.boxSize(of: path), correcting: correction)
            curves.append(Curve(name: name, spectrum: spectrum, style: style, colour: colour))
        }
        return curves
    }

    private static func plot(_ curves: [Curve]) -> Plot {
        Plot(
            "", axis: .init("k  [h/Mpc]", .logarithmic),
            panels: [
                .init(
                    .init("P(k)  [(Mpc/h)³]", .logarithmic),
                    curves.map {
                        .init(
                            $0.name, x: $0.spectrum.wavenumbers, y: $0.spectrum.powers, style: $0.style,
                            colour: $0.colour)
                    })
            ], size: [600, 440])
    }
}
