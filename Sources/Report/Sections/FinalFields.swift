internal import Figures
internal import Measurement
internal import Parallel
internal import Storage

/// The density today: truth, data, reconstruction, and what is left between them.
struct FinalFields: ReportSection {
    private let truth: Slab?
    private let data: Slab?
    private let found: Slab?
    private let weights: Slab?

    let identifier = "final"
    let heading = "Observed and found"

    init?(of run: RunDirectory) throws {
        // A picture that particles form is a section of its own.
        guard let path = run.reconstructionPath,
            try InputFile(opening: path, over: run.world).describe("/picture/target") == nil
        else { return nil }
        truth = try run.slab(of: "/truth/final_density", in: path)
        data = try run.slab(of: "/data", in: path)
        found = try run.slab(of: "/final_density", in: path)
        weights = try run.slab(of: "/weights", in: path)
        if truth == nil && data == nil && found == nil { return nil }
    }

    func content() throws -> HTML {
        let fields: [(slab: Slab?, name: String, description: String)] = [
            (truth, "Truth", "Projected density of the true universe"),
            (data, "Data", "Projected density of the data"),
            (found, "Reconstruction", "Projected density of the universe found"),
        ]
        let panels = fields.compactMap { field in
            field.slab.map { MapRow.Panel(map: $0.map, name: field.name, description: field.description) }
        }
        let reference = (truth ?? found ?? data)!
        let row = MapRow(
            identifier: identifier, panels: panels,
            bar: ColourBar(.density(of: reference.map), in: .density, quantity: "density / mean"),
            columns: MapRow.mostColumns)
        return """
            <p>Density over its mean at the end of the run, \(reference.lineOfSight). Colours mean the same in each \
            row.</p>
            \(try row.html())
            \(try residuals()?.html() ?? .nothing)
            \(try mask()?.html() ?? .nothing)
            """
    }

    /// Where the data count, and how much.
    private func mask() -> MapRow? {
        guard let weights, data != nil else { return nil }
        return MapRow(
            identifier: "\(identifier)-weights",
            panels: [
                .init(
                    map: weights.map, name: "Weights of the data",
                    description: "Mean weight of the data; where it is 0 they were not compared")
            ],
            bar: ColourBar(.picture(of: weights.map), in: .density, quantity: "weight"),
            interpolation: .nearest, columns: MapRow.mostColumns)
    }

    private func residuals() -> MapRow? {
        guard let found else { return nil }
        let others = [(truth, "truth"), (data, "data")].compactMap { slab, name in
            slab.flatMap { $0.mesh == found.mesh ? ($0, name) : nil }
        }
        guard let first = others.first else { return nil }
        return MapRow(
            identifier: "\(identifier)-residual",
            panels: others.map { slab, name in
                MapRow.Panel(
                    map: found.map - slab.map, name: "Reconstruction − \(name)",
                    description: "Difference of the projected densities of the reconstruction and the \(name)"
                )
            },
            bar: ColourBar(
                .residual(of: found.map - first.0.map), in: .residual,
                quantity: "difference of density / mean"),
            columns: MapRow.mostColumns)
    }
}
