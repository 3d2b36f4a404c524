public import Measurement
internal import Parallel

extension Labels {
    /// Labels of a plane of pixels, or of several.
    ///
    /// - Parameters:
    ///   - description: ends with the order of the indices.
    ///   - sides: of the plane [Mpc/h].
    ///   - axes: of the box, along u and v.
    public static func plane(
        _ description: String, sides: SIMD2<Double>, axes: SIMD2<Int>, more: [String: AttributeValue] = [:]
    ) -> Labels {
        let place: [String: AttributeValue] = [
            "sides": .reals([sides.x, sides.y]), "axes": .integers([axes.x, axes.y]),
        ]
        return Labels(units: "1", description: description, more: place.merging(more) { $1 })
    }
}

extension OutputFile {
    /// Writes a mean along lines of sight, which every rank has. Collective.
    ///
    /// - Parameter thickness: of the slab [Mpc/h].
    /// - Throws: ``StorageError`` on all ranks when the disk is full.
    public mutating func write(
        _ map: ProjectedMap, _ description: String, at path: String, thickness: Double
    ) throws(StorageError) {
        try write(
            map.columns, shape: [map.width, map.height], at: path,
            labels: .plane(
                "\(description), [u][v]", sides: map.sides, axes: map.axes,
                more: ["thickness": .real(thickness)]))
    }
}

extension InputFile {
    /// A plane of pixels; nil if there is no such dataset or it is none. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when it is damaged.
    public func map(at path: String) throws(StorageError) -> ProjectedMap? {
        guard let shape = try describe(path)?.shape, shape.count == 2 else { return nil }
        return try maps(at: path, count: 1, SIMD2(shape[0], shape[1])).first
    }

    /// Planes of pixels; none if there is no such dataset or it is none. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when it is damaged.
    public func maps(at path: String) throws(StorageError) -> [ProjectedMap] {
        guard let shape = try describe(path)?.shape, shape.count == 3 else { return [] }
        return try maps(at: path, count: shape[0], SIMD2(shape[1], shape[2]))
    }

    private func maps(
        at path: String, count: Int, _ shape: SIMD2<Int>
    ) throws(StorageError) -> [ProjectedMap] {
        guard let sides = try attribute("sides", of: path)?.reals, sides.count == 2,
            sides.allSatisfy({ $0 > 0 && $0.isFinite }),
            let axes = try attribute("axes", of: path)?.integers, axes.count == 2,
            axes[0] != axes[1], axes.allSatisfy({ 0..<3 ~= $0 }), shape.x > 0, shape.y > 0
        else { return [] }
        let values = try readArray(at: path, as: Double.self)
        let size = shape.x * shape.y
        return (0..<count).map { index in
            ProjectedMap(
                columns: Array(values[index * size..<(index + 1) * size]), shape: shape,
                sides: SIMD2(sides[0], sides[1]), axes: SIMD2(axes[0], axes[1]))
        }
    }
}
