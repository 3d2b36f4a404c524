internal import Memory
public import Mesh
internal import Parallel

extension OutputFile {
    /// Writes a field as a dataset `[x][y][z]` of the whole mesh; ghost planes are left out. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when the disk is full.
    public mutating func write<Element: StorageElement>(
        _ field: borrowing Field<Element>, at path: String, labels: Labels
    ) throws(StorageError) {
        let shape = field.decomposition.shape
        try create(path, shape: [shape.x, shape.y, shape.z], of: Element.self)
        let boxes = field.boxes(limit: largestTransfer, over: communicator)
        for index in 0..<boxes.count {
            unsafe put(field.part(boxes[index]), of: path, from: field.values.start)
        }
        label(path, labels, checksum: field.contentCheck().checksum)
    }
}

extension InputFile {
    /// Reads a dataset `[x][y][z]` of the whole mesh into a field; its ghost planes are undefined. Collective.
    ///
    /// Numbers of another precision are converted. A dataset with a checksum is verified if it needs no conversion.
    ///
    /// - Throws: ``StorageError`` on all ranks when there is no such dataset, its shape is not that of the mesh,
    ///   its elements are no such numbers, or one of them is NaN or infinite.
    public func readField<Element: StorageElement>(
        at path: String, over decomposition: Decomposition, ghosts: GhostWidth = .none,
        for purpose: StaticString, expecting values: ExpectedValues = .finite
    ) throws(StorageError) -> Field<Element> {
        let shape = decomposition.shape
        let found = try dataset(path, shape: [shape.x, shape.y, shape.z], of: Element.self)
        let field = Field<Element>(decomposition, ghosts: ghosts, for: purpose)
        let boxes = field.boxes(limit: largestTransfer, over: communicator)
        for index in 0..<boxes.count {
            try unsafe get(field.part(boxes[index]), of: found.path, into: field.values.start)
        }
        try judge(field.contentCheck(), of: found, as: Element.self, expecting: values)
        return field
    }

    /// Finds out whether ``readField(at:over:ghosts:for:expecting:)`` would find a dataset that it can read, without reading
    /// it. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks.
    public func requireField<Element: StorageElement>(
        at path: String, of shape: SIMD3<Int>, as type: Element.Type
    ) throws(StorageError) {
        _ = try dataset(path, shape: [shape.x, shape.y, shape.z], of: Element.self)
    }

    /// A dataset of a given shape that can be read as a given type.
    func dataset<Element: StorageElement>(
        _ path: String, shape: [Int], of type: Element.Type
    ) throws(StorageError) -> DatasetDescription {
        let found = try dataset(path)
        guard Element.accepts(found) else {
            throw StorageError(
                .wrongType, fault: fault,
                "\(self.path): \(found.path) holds \(found.typeName), which cannot be read as "
                    + (Element.isFloatingPoint ? "real numbers" : "\(Element.self)")
            )
        }
        guard found.shape == shape else {
            throw StorageError(
                .wrongShape(expected: shape, actual: found.shape), fault: fault,
                "\(self.path): \(found.path) has the shape \(described(found.shape)); it must be \(described(shape))"
            )
        }
        return found
    }
}

extension Field where Element: StorageElement {
    fileprivate func boxes(limit: Int, over communicator: Communicator) -> BlockBoxes {
        BlockBoxes(
            of: decomposition, bytesPerPoint: MemoryLayout<Element>.size, limit: limit, over: communicator)
    }

    /// Where a box of owned points lies in the dataset and in the field's memory.
    fileprivate func part(_ box: BlockBoxes.Box?) -> DatasetPart? {
        guard let box else { return nil }
        let (width, nz) = (ghosts.lower, decomposition.shape.z)
        return DatasetPart(
            file: [
                (box.x.lowerBound, 1, 1, box.x.count), (box.y.lowerBound, 1, 1, box.y.count), (0, 1, 1, nz),
            ],
            memory: [
                (width + box.x.lowerBound - decomposition.x.lowerBound, box.x.count, extent.x),
                (width + box.y.lowerBound - decomposition.y.lowerBound, box.y.count, extent.y),
                (0, nz, nz),
            ])
    }

    fileprivate func contentCheck() -> ContentCheck {
        var check = ContentCheck()
        let shape = decomposition.shape
        for x in decomposition.x {
            for y in decomposition.y {
                unsafe check.add(
                    values.start + offset(x: x, y: y, z: 0), count: shape.z,
                    first: (x * shape.y + y) * shape.z)
            }
        }
        return check
    }
}
