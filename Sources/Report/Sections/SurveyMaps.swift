internal import Figures
internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage
internal import Text

/// What was counted and what is seen of it, of each tracer: along z through the whole box.
struct SurveyMaps: ReportSection {
    private struct Tracer {
        let title: String
        let identifier: String
        /// On rank 0.
        let counts: ProjectedMap?
        let selection: ProjectedMap?
        let total: Int
        let seen: Int
        let cells: Int
        /// Mean of S over the cells that are seen.
        let completeness: Double
    }

    private let tracers: [Tracer]

    let identifier = "survey"
    let heading = "Galaxies"

    /// More tracers than this make the page heavy.
    private static let most = 6

    init?(of run: RunDirectory) throws {
        var found: [Tracer] = []
        for path in run.surveys {
            let file = try InputFile(opening: path, over: run.world)
            let name = path.split(separator: "/").last.map(String.init) ?? path
            for dataset in try file.datasets().map(\.path) where dataset.hasSuffix("/counts") {
                let group = String(dataset.dropLast("/counts".count))
                guard found.count < Self.most,
                    let tracer = try Self.tracer(group, in: file, called: name, number: found.count, of: run)
                else { continue }
                found.append(tracer)
            }
        }
        tracers = found
        if tracers.isEmpty { return nil }
    }

    /// Collective.
    private static func tracer(
        _ group: String, in file: borrowing InputFile, called name: String, number: Int, of run: RunDirectory
    ) throws -> Tracer? {
        let shape = try file.meshShape(of: "\(group)/counts")
        guard let shape, try file.meshShape(of: "\(group)/selection") == shape else { return nil }
        let box = try file.boxSize(of: "\(group)/counts")
        let decomposition = try run.decomposition(of: shape)
        var maps: [ProjectedMap?] = []
        // Galaxies, cells that are seen.
        var numbers = [0, 0]
        var sum = 0.0
        for dataset in ["counts", "selection"] {
            let field: Field<Float> = try file.readField(
                at: "\(group)/\(dataset)", over: decomposition, for: "report")
            let whole = Projection(along: .z, planes: 0..<shape.z)
            maps.append(try whole.map(of: field, box: box))
            let values = field.values.span
            if dataset == "counts" {
                for index in values.indices { numbers[0] += Int(values[index]) }
            } else {
                for index in values.indices where values[index] > 0 { numbers[1] += 1 }
                sum = try run.world.exactSum(count: values.count, of: "a selection") { Double(values[$0]) }
            }
        }
        numbers = run.world.sum(numbers)
        return Tracer(
            title: group.isEmpty ? name : "\(group.dropFirst()) (\(name))", identifier: "survey-\(number)",
            counts: maps[0].map { map in map.map { $0 * Double(shape.z) } }, selection: maps[1],
            total: numbers[0], seen: numbers[1], cells: shape.x * shape.y * shape.z,
            completeness: numbers[1] > 0 ? sum / Double(numbers[1]) : 0)
    }

    func content() throws -> HTML {
        let rows = try tracers.map { try html(of: $0) }
        return "<p>Along z, through the whole box.</p>\(rows)"
    }

    private func html(of tracer: Tracer) throws -> HTML {
        guard let counts = tracer.counts, let selection = tracer.selection else { return .nothing }
        let galaxies = MapRow(
            identifier: "\(tracer.identifier)-counts",
            panels: [
                .init(map: counts, name: "Counts", description: "Galaxies along each line through the box")
            ],
            bar: ColourBar(.picture(of: counts), in: .density, quantity: "galaxies"), interpolation: .nearest,
            columns: 1)
        let seen = MapRow(
            identifier: "\(tracer.identifier)-selection",
            panels: [
                .init(
                    map: selection, name: "Completeness",
                    description: "Mean part that is seen along each line through the box")
            ],
            bar: ColourBar(.picture(of: selection), in: .density, quantity: "part that is seen"),
            interpolation: .nearest, columns: 1)
        return """
            <p><strong>\(tracer.title)</strong>: \(tracer.total) galaxies in \(tracer.seen) of \(tracer.cells) cells; \
            \(Numbers.fixed(100 * tracer.completeness, 1)) % is seen of what is in these.</p>
            <div class="maps" style="--columns: 2">
            \(try galaxies.html())
            \(try seen.html())
            </div>
            """
    }
}
