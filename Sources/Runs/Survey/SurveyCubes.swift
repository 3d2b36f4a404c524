internal import Configuration
internal import Mesh
internal import Parallel
internal import Storage
internal import Survey
internal import Text

/// The cells of a configuration's observations, and the file that their cubes are written to.
struct SurveyCubes {
    let mesh: ObservationMesh
    /// Of the cells.
    let decomposition: Decomposition

    /// Cells of the first observation, whose they all are. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when there is no observation, or there are more ranks than cells to share.
    init(of configuration: RunConfiguration, for command: String, over world: Communicator) throws {
        guard let first = configuration.observations.first else {
            throw UsageError(
                "observation is not given; palindrome \(command) must know what is seen; add a section observation"
            )
        }
        let shape = configuration.box.mesh / SIMD3(repeating: first.coarsen)
        mesh = ObservationMesh(
            box: configuration.box.size, shape: shape, forceMesh: configuration.box.mesh,
            observer: first.observer, padding: first.padding)
        let grid = try configuration.makeRankGrid(on: world)
        decomposition = try Decomposition(shape: shape, over: grid, planes: 1)
    }

    /// What the log should say before anything else.
    func introduction(_ configuration: RunConfiguration) -> [String] {
        let cells = "\(mesh.shape.x) x \(mesh.shape.y) x \(mesh.shape.z)"
        let observer = [mesh.observer.x, mesh.observer.y, mesh.observer.z].map { fixed($0, 3) }
        let width = fixed(mesh.box.x / Double(mesh.shape.x), 3)
        let perCell = Double(configuration.box.particleCount) / Double(mesh.count)
        return [
            "\(cells) cells of \(width) Mpc/h, the observer at [\(observer.joined(separator: ", "))] Mpc/h"
        ]
            + (perCell >= 8
                ? []
                : [
                    "warning: there are \(fixed(perCell, 2)) particles per cell; with fewer than 8 many cells hold no matter, "
                        + "and gradients of what is counted there are stiff; try a larger observation.coarsen"
                ])
    }

    /// S of an observation's cells. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when nothing is seen, or what is seen goes around the box.
    func selection(
        _ observation: ObservationSection, by function: SelectionFunction
    ) throws(UsageError) -> Field<Float> {
        let field = function.field(of: mesh, over: decomposition)
        var (seen, atFaces) = (0, 0)
        field.forEachPoint { x, y, z, value in
            if value > 0 {
                seen += 1
                if mesh.isAtFace([x, y, z]) { atFaces += 1 }
            }
        }
        let sums = decomposition.grid.world.sum([seen, atFaces])
        guard sums[0] > 0 else {
            throw UsageError(
                "\(observation.section): no cell is seen; the observer, the mask and the radial selection must leave some of "
                    + "the box; move the observer or correct them")
        }
        guard !observation.hasObserver || sums[1] == 0 else {
            throw UsageError(
                "observation.padding is \(mesh.padding); it must keep what is seen from the faces of the periodic box, and "
                    + "\(sums[1]) seen cells lie there; give a border, such as observation.padding: "
                    + "\(fixed(0.05 * mesh.box.min(), 1)), or a larger box")
        }
        return field
    }

    /// What the log says of how much is seen. Collective.
    func summary(
        _ selection: borrowing Field<Float>, counted: Int, of observation: ObservationSection
    ) throws -> String {
        let values = selection.values.span
        let world = decomposition.grid.world
        var seen = 0
        selection.forEachPoint { _, _, _, value in if value > 0 { seen += 1 } }
        seen = world.sum(seen)
        let sum = try world.exactSum(count: values.count, of: "the selection") { Double(values[$0]) }
        let volume = sum * mesh.cellVolume
        return
            "\(Self.label(observation))\(seen) of \(mesh.count) cells are seen, \(fixed(100 * sum / Double(seen), 1)) % of "
            + "what is in them; \(scientific(Double(counted) / volume, 3)) galaxies per (Mpc/h)^3 that are seen"
    }

    /// Before a line about one of several tracers.
    static func label(_ observation: ObservationSection) -> String {
        observation.name.isEmpty ? "" : "\(observation.name): "
    }

    /// Starts a file. Collective.
    func file(_ path: String, _ configuration: RunConfiguration) throws -> OutputFile {
        let provenance = Provenance(
            precision: configuration.run.precision.rawValue, seed: nil,
            configuration: configuration.resolvedText, cosmology: [:])
        let file = try OutputFile(
            creating: path, expectedBytes: 8 * mesh.count * configuration.observations.count,
            provenance: provenance, over: decomposition.grid.world)
        file.set("BoxSize", to: .reals([mesh.box.x, mesh.box.y, mesh.box.z]))
        file.set("observer", to: .reals([mesh.observer.x, mesh.observer.y, mesh.observer.z]))
        file.set("padding", to: .real(mesh.padding))
        return file
    }

    /// What labels a dataset of cells.
    func labels(_ description: String) -> Labels {
        Labels(
            units: "1", description: "\(description), [x][y][z]",
            more: ["box_size": .reals([mesh.box.x, mesh.box.y, mesh.box.z])])
    }

    /// Writes counts and selection of a tracer. Collective.
    func write(
        _ counts: borrowing Field<Int32>, _ selection: borrowing Field<Float>,
        of observation: ObservationSection, to file: inout OutputFile
    ) throws(StorageError) {
        let group = Self.group(observation)
        try file.write(counts, at: "\(group)/counts", labels: labels("galaxies in each cell"))
        try file.write(
            selection, at: "\(group)/selection",
            labels: labels("part that is seen of what is in each cell, 0 unseen"))
    }

    /// The group of a tracer: none, of the only one.
    static func group(_ observation: ObservationSection) -> String {
        observation.name.isEmpty ? "" : "/\(observation.name)"
    }
}
