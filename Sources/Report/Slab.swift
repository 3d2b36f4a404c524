internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage
internal import Text

/// A field averaged over a slab at the lower end of the box, as pictures show it.
struct Slab {
    /// Thickness of the slabs that are averaged here [Mpc/h], or the box if that is thinner.
    private static let usualThickness = 16.0

    /// Side lengths of the box, or of the slab [Mpc/h].
    let box: SIMD3<Double>
    /// The mesh.
    let mesh: SIMD3<Int>
    /// How thick it is [Mpc/h].
    let thickness: Double
    private let mapOnRoot: ProjectedMap?

    /// Reads a field and averages it. Collective.
    ///
    /// - Returns: nil if the file has no such dataset.
    /// - Throws: on all ranks when the dataset is damaged, no field, or not finite.
    init?(of dataset: String, in file: borrowing InputFile, for run: RunDirectory) throws {
        guard let shape = try file.meshShape(of: dataset) else { return nil }
        mesh = shape
        box = try file.boxSize(of: dataset)
        let field: Field<Float> = try file.readField(
            at: dataset, over: run.decomposition(of: shape), for: "report")
        let projection = Projection(along: .z, thickness: Self.usualThickness, mesh: shape, box: box)
        thickness = box.z * Double(projection.planes.count) / Double(shape.z)
        mapOnRoot = try projection.map(of: field, box: box)
    }

    /// Reads a slab that was averaged when the file was written. Collective.
    ///
    /// - Returns: nil if the file has none.
    /// - Throws: on all ranks when it is damaged.
    init?(ready dataset: String, in file: borrowing InputFile) throws {
        guard let map = try file.map(at: dataset), map.axes == BoxAxis.z.plane,
            let thickness = try file.attribute("thickness", of: dataset)?.real, thickness > 0
        else { return nil }
        self.thickness = thickness
        mesh = [map.width, map.height, 1]
        box = [map.sides.x, map.sides.y, thickness]
        mapOnRoot = map
    }

    /// The map; to be asked for on rank 0 only.
    var map: ProjectedMap { mapOnRoot! }

    /// What the reader is told about the line of sight: `mean over 16 Mpc/h along z`.
    var lineOfSight: String {
        "mean over \(Numbers.short(thickness)) Mpc/h along z"
    }
}

extension InputFile {
    /// The mesh of a field; nil if there is no such dataset or it is no field.
    func meshShape(of dataset: String) throws(StorageError) -> SIMD3<Int>? {
        guard let shape = try describe(dataset)?.shape, shape.count == 3 else { return nil }
        return SIMD3(shape[0], shape[1], shape[2])
    }

    /// Side lengths of the box of a field [Mpc/h]: from its attribute `box_size`, or the file's, or its
    /// configuration.
    func boxSize(of dataset: String) throws(StorageError) -> SIMD3<Double> {
        for object in [dataset, "/"] {
            if let sides = try attribute("box_size", of: object)?.reals, sides.count == 3,
                sides.allSatisfy({ $0 > 0 && $0.isFinite })
            {
                return SIMD3(sides[0], sides[1], sides[2])
            }
        }
        if let text = try attribute("configuration")?.text, let sides = ConfigurationText(text).boxSize {
            return sides
        }
        throw StorageError(
            .missingDataset, fault: fault,
            "\(path): \(dataset) has no attribute box_size; it must be the box's three side lengths [Mpc/h]")
    }
}
