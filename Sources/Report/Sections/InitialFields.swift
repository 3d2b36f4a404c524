internal import Figures
internal import Measurement
internal import Parallel

/// The linear overdensity at the beginning: truth, reconstruction, and their difference, all in one scale.
struct InitialFields: ReportSection {
    private let truth: Slab?
    private let found: Slab?

    let identifier = "initial"
    let heading = "Initial conditions"

    init?(of run: RunDirectory) throws {
        guard let path = run.reconstructionPath else { return nil }
        truth = try run.slab(of: "/truth/initial_density", in: path)
        found = try run.slab(of: "/initial_density", in: path)
        if truth == nil && found == nil { return nil }
    }

    func content() throws -> HTML {
        var panels: [MapRow.Panel] = []
        if let truth {
            panels.append(
                .init(
                    map: truth.map, name: "Truth",
                    description: "Projected initial overdensity of the true universe"))
        }
        if let found {
            panels.append(
                .init(
                    map: found.map, name: "Reconstruction",
                    description: "Projected initial overdensity that was found"))
        }
        if let truth, let found, truth.mesh == found.mesh {
            panels.append(
                .init(
                    map: found.map - truth.map, name: "Reconstruction − truth",
                    description: "Difference of the projected initial overdensities"))
        }
        let reference = (truth ?? found)!
        let row = MapRow(
            identifier: identifier, panels: panels,
            bar: ColourBar(
                .residual(of: reference.map, within: 0.998), in: .residual,
                quantity: "linear overdensity, D₁ = 1"),
            columns: MapRow.mostColumns)
        let reading =
            panels.count > 1 ? " All pictures share one scale, so the paler the difference, the better." : ""
        return """
            <p>Linear overdensity scaled to growth factor one, \(reference.lineOfSight).\(reading)</p>
            \(try row.html())
            """
    }
}
