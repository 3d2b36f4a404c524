internal import InitialConditions
internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage

/// `palindrome compare`: how alike the matter of two runs is, scale by scale, whatever their meshes.
///
///     r(k) = P_ab / √(P_a P_b),    T(k) = √(P_a / P_b)
///
/// over the modes that both meshes have, the window of each divided out.
public struct DensityComparison: Sendable {
    /// A run's directory, or `file.h5` or `file.h5:/dataset`.
    public var first, second: String
    /// Where files are written.
    public var directory: String
    /// Whether files that are there already are written over.
    public var isReplacing = false

    /// A comparison.
    public init(of first: String, with second: String, directory: String) {
        self.first = first
        self.second = second
        self.directory = directory
    }

    /// Reads, compares and writes. Collective.
    ///
    /// - Throws: the same on all ranks when there is no density, the boxes differ, or a file cannot be read or written.
    public func run(in context: RunContext) throws {
        let world = context.world
        let (a, b) = try sources(on: world)
        let (label, name) = (Self.label(of: a.file), { (source: Source) in "\(source.file):\(source.dataset)" })
        let text = "comparison\(label.map { "_\($0)" } ?? "")"
        let claim = try context.claim(
            directory, for: ["\(text).txt", "\(text).svg"], replacing: isReplacing)
        let shapes = (try shape(of: a, on: world), try shape(of: b, on: world))
        let boxes = (try box(of: a, on: world), try box(of: b, on: world))
        guard (0..<3).allSatisfy({ abs(boxes.0[$0] - boxes.1[$0]) < 1e-6 * boxes.0[$0] }) else {
            throw UsageError(
                "\(name(b)): its box is \(Self.sides(boxes.1)); it must be that of \(name(a)), \(Self.sides(boxes.0)); "
                    + "compare runs in the same box")
        }
        let common = shapes.0.replacing(with: shapes.1, where: shapes.1 .< shapes.0)
        let grid = try Self.grid([shapes.0, shapes.1], on: world, named: name(a))
        let mesh = try Decomposition(shape: common, over: grid)
        let comparison = try SpectralComparison(
            of: modes(of: a, shapes.0, over: mesh), with: modes(of: b, shapes.1, over: mesh), box: boxes.0)
        let table = ComparisonTable(comparison, names: (name(a), name(b)), box: boxes.0, mesh: common)
        try world.writeFile("\(directory)/\(text).txt", text: { table.text })
        try world.writeFile("\(directory)/\(text).svg", text: { table.plot.svg })
        claim.release()
        context.say(table.summary.text)
        context.say("\(directory)/\(text).txt, \(directory)/\(text).svg")
    }
}

// MARK: - What is compared

extension DensityComparison {
    private typealias Source = (file: String, dataset: String)

    /// The two datasets. Collective.
    private func sources(on world: Communicator) throws -> (Source, Source) {
        let (a, b) = (try outputs(of: first, on: world), try outputs(of: second, on: world))
        switch (a, b) {
        case (nil, nil): return (Self.source(first), Self.source(second))
        case (nil, let b?):
            let a = Self.source(first)
            return (a, (try pick(Self.label(of: a.file), b, in: second), "/density"))
        case (let a?, nil):
            let b = Self.source(second)
            return ((try pick(Self.label(of: b.file), a, in: first), "/density"), b)
        case (let a?, let b?):
            guard let label = a.last(where: b.contains) else {
                throw UsageError(
                    "\(second): has no density of a time that \(first) has one of (\(a.joined(separator: ", "))); give "
                        + "both runs the same output.snapshots")
            }
            return (
                ("\(first)/density_\(label).h5", "/density"), ("\(second)/density_\(label).h5", "/density")
            )
        }
    }

    private func pick(_ label: String?, _ labels: [String], in directory: String) throws -> String {
        guard let label = label.map({ labels.contains($0) ? $0 : nil }) ?? labels.last else {
            throw UsageError(
                "\(directory): has no density of the time of the other (it has \(labels.joined(separator: ", "))); give "
                    + "the file instead")
        }
        return "\(directory)/density_\(label).h5"
    }

    /// The times of a directory's densities, ascending; nil if a file is named. Collective.
    private func outputs(of path: String, on world: Communicator) throws -> [String]? {
        guard !path.contains(":/"), !path.hasSuffix(".h5"), !path.hasSuffix(".hdf5") else { return nil }
        let labels = try OutputDirectory.names(in: path, over: world).compactMap { name -> String? in
            guard name.hasPrefix("density_a"), name.hasSuffix(".h5") else { return nil }
            return String(name.dropFirst("density_".count).dropLast(".h5".count))
        }
        guard !labels.isEmpty else {
            throw UsageError(
                "\(path): has no density_a*.h5; run with output.density: true, or give a file")
        }
        return labels.sorted { Double($0.dropFirst()) ?? 0 < Double($1.dropFirst()) ?? 0 }
    }

    private static func source(_ text: String) -> Source {
        guard let colon = text.range(of: ":/") else { return (text, "/density") }
        return (String(text[..<colon.lowerBound]), "/" + text[colon.upperBound...])
    }

    /// `a1.0000` of a file that is called so.
    private static func label(of path: String) -> String? {
        guard let part = path.split(separator: "_").last, part.hasPrefix("a"), part.hasSuffix(".h5") else {
            return nil
        }
        let label = String(part.dropLast(".h5".count))
        return Double(label.dropFirst()) == nil ? nil : label
    }

    private func shape(of source: Source, on world: Communicator) throws -> SIMD3<Int> {
        let file = try InputFile(opening: source.file, over: world)
        guard let shape = try file.describe(source.dataset)?.shape, shape.count == 3, shape.min()! > 1 else {
            throw UsageError(
                "\(source.file): has no field \(source.dataset); it must be a density [x][y][z]; name its dataset as "
                    + "file.h5:/dataset")
        }
        return SIMD3(shape[0], shape[1], shape[2])
    }

    private func box(of source: Source, on world: Communicator) throws -> SIMD3<Double> {
        let file = try InputFile(opening: source.file, over: world)
        guard let sides = try file.attribute("box_size", of: source.dataset)?.reals, sides.count == 3,
            sides.allSatisfy({ $0 > 0 && $0.isFinite })
        else {
            throw UsageError(
                "\(source.file):\(source.dataset): has no attribute box_size; it must be the box's three side lengths "
                    + "[Mpc/h]; take a density that a run wrote")
        }
        return SIMD3(sides[0], sides[1], sides[2])
    }

    private static func sides(_ box: SIMD3<Double>) -> String { "\(box.x) x \(box.y) x \(box.z) Mpc/h" }

    /// A grid of the ranks that both meshes fit.
    private static func grid(_ shapes: [SIMD3<Int>], on world: Communicator, named name: String) throws
        -> RankGrid
    {
        let grids = RankGrid.shapes(for: world.size)
        guard let shape = grids.first(where: { grid in shapes.allSatisfy { Decomposition.fits($0, on: grid) } })
        else {
            throw UsageError("\(name): its mesh cannot be shared by \(world.size) ranks; use fewer")
        }
        return RankGrid(world: world, shape: shape)
    }

    /// The overdensity's modes on a mesh, the window of cloud-in-cell divided out. Collective.
    private func modes(of source: Source, _ shape: SIMD3<Int>, over mesh: Decomposition) throws
        -> FourierField<Double>
    {
        let own = try Decomposition(shape: shape, over: mesh.grid)
        let file = try InputFile(opening: source.file, over: mesh.grid.world)
        let field: Field<Double> = try file.readField(at: source.dataset, over: own, for: "density")
        var all = FourierTransform<Double>(own).forward(field)
        let windows = (0..<3).map { axis in
            Wavenumbers(along: axis, of: shape).phases.map { phase in
                1 / (sinc(phase / 2) * sinc(phase / 2))
            }
        }
        all.mapModes { x, y, z, real, imaginary in
            let factor = windows[0][x] * windows[1][y] * windows[2][z]
            return (factor * real, factor * imaginary)
        }
        var common = FourierField<Double>.zero(mesh, for: "common modes")
        common.adopt(modesOf: all, times: Double(mesh.pointCount) / Double(own.pointCount))
        return common
    }
}
