internal import Figures
internal import Measurement
internal import Parallel
internal import Storage
internal import Text

/// The picture that the particles were to form, and the one they form.
struct PatternPictures: ReportSection {
    private let target: ProjectedMap
    private let found: ProjectedMap
    private let weights: ProjectedMap?
    private let frames: [(scaleFactor: Double, map: ProjectedMap)]
    private let numbers: [(name: String, value: Double)]

    let identifier = "pattern"
    let heading = "Picture"

    init?(of run: RunDirectory) throws {
        guard let path = run.reconstructionPath else { return nil }
        let file = try InputFile(opening: path, over: run.world)
        guard let target = try file.map(at: "/picture/target"),
            let found = try file.map(at: "/picture/found")
        else { return nil }
        self.target = target
        self.found = found
        weights = try file.map(at: "/picture/weights")
        frames = try file.frames()
        let names = [
            ("picture_mean_squared_error", "mean squared error, in units of the mean density"),
            ("picture_relative_error", "the same in units of the picture's variance"),
            ("picture_correlation", "correlation of the pixels"),
        ]
        var numbers: [(name: String, value: Double)] = []
        for (key, name) in names {
            if let value = try file.attribute(key)?.real { numbers.append((name, value)) }
        }
        self.numbers = numbers
    }

    func content() throws -> HTML {
        let axes = ["x", "y", "z"]
        let sight = axes[3 - target.axes.x - target.axes.y]
        let row = MapRow(
            identifier: identifier,
            panels: [
                .init(map: target, name: "Picture", description: "The picture to be formed"),
                .init(
                    map: found, name: "Particles",
                    description: "Projected density of the particles at the end"),
            ],
            bar: ColourBar(.picture(of: target), in: .density, quantity: "projected density / mean"),
            interpolation: .nearest, columns: MapRow.mostColumns)
        let rows = numbers.map { name, value -> HTML in
            "<tr><th scope=\"row\">\(name)</th><td>\(Numbers.short(value))</td></tr>"
        }
        return """
            <p>The density of all particles, summed along \(sight), beside the picture it was compared with pixel by pixel.</p>
            \(try row.html())
            \(try difference.html())
            \(try mask()?.html() ?? .nothing)
            <div class="table"><table><tbody>\(rows)</tbody></table></div>
            \(try way()?.html() ?? .nothing)
            """
    }

    private var difference: MapRow {
        let difference = found - target
        return MapRow(
            identifier: "\(identifier)-difference",
            panels: [
                .init(
                    map: difference, name: "Particles − picture",
                    description: "Difference of the particles' density and the picture")
            ],
            bar: ColourBar(
                .residual(of: difference), in: .residual, quantity: "difference of density / mean"),
            interpolation: .nearest, columns: MapRow.mostColumns)
    }

    private func mask() -> MapRow? {
        weights.map { weights in
            MapRow(
                identifier: "\(identifier)-weights",
                panels: [
                    .init(
                        map: weights, name: "Weights of the pixels",
                        description: "Weight of each pixel; where it is 0 they were not compared")
                ],
                bar: ColourBar(.picture(of: weights), in: .density, quantity: "weight"),
                interpolation: .nearest, columns: MapRow.mostColumns)
        }
    }

    /// From the lattice to the picture.
    private func way() -> MapRow? {
        guard frames.count > 1 else { return nil }
        return MapRow(
            identifier: "\(identifier)-way",
            panels: frames.map { frame in
                let name = "a = \(Numbers.fixed(frame.scaleFactor, 4))"
                return .init(
                    map: frame.map, name: name, description: "Projected density of the particles at \(name)")
            },
            bar: ColourBar(.picture(of: target), in: .density, quantity: "projected density / mean"),
            interpolation: .nearest, columns: MapRow.mostColumns)
    }
}

extension InputFile {
    /// The planes of `/picture/frames` with their scale factors; none if there are not as many of both. Collective.
    fileprivate func frames() throws(StorageError) -> [(scaleFactor: Double, map: ProjectedMap)] {
        let maps = try maps(at: "/picture/frames")
        guard !maps.isEmpty, let times = try series("/picture/frame_scale_factors"), times.count == maps.count
        else { return [] }
        return zip(times, maps).map { (scaleFactor: $0, map: $1) }
    }
}
