public import Memory
public import Mesh
internal import Parallel

/// Per-particle data in the order of the Lagrangian grid: one row of `columns` values for each grid point.
///
/// In the file a dataset `[N]` or `[N][columns]`, row `(i ny + j) nz + k` for particle `(i, j, k)`; in memory this
/// rank's block `[x][y][z][column]`.
public struct Rows {
    /// How the particle grid is shared.
    public let decomposition: Decomposition
    /// Values per particle.
    public let columns: Int

    /// Rows of the particles of a grid.
    public init(of decomposition: Decomposition, columns: Int = 1) {
        self.decomposition = decomposition
        self.columns = columns
    }

    /// This rank's rows.
    public var count: Int { decomposition.ownedCount }

    /// The global number of this rank's `row`-th row: the Lagrangian index of that particle.
    public func globalIndex(of row: Int) -> Int {
        let (ny, nz) = (decomposition.shape.y, decomposition.shape.z)
        let (line, z) = row.quotientAndRemainder(dividingBy: nz)
        let (x, y) = line.quotientAndRemainder(dividingBy: decomposition.y.count)
        return ((decomposition.x.lowerBound + x) * ny + decomposition.y.lowerBound + y) * nz + z
    }

    /// The shape of the dataset.
    var datasetShape: [Int] {
        columns == 1 ? [decomposition.pointCount] : [decomposition.pointCount, columns]
    }

    fileprivate func boxes<Element>(
        of type: Element.Type, limit: Int, over communicator: Communicator
    ) -> BlockBoxes {
        BlockBoxes(
            of: decomposition, bytesPerPoint: columns * MemoryLayout<Element>.size, limit: limit,
            over: communicator)
    }

    /// The rows of a box among this rank's.
    fileprivate func localRows(_ box: BlockBoxes.Box) -> Range<Int> {
        let (x, y) = (decomposition.x, decomposition.y)
        let nz = decomposition.shape.z
        let first = ((box.x.lowerBound - x.lowerBound) * y.count + box.y.lowerBound - y.lowerBound) * nz
        return first..<first + box.x.count * box.y.count * nz
    }

    /// The rows of a box in the dataset: one run for each x.
    fileprivate func part(_ box: BlockBoxes.Box) -> DatasetPart {
        let (ny, nz) = (decomposition.shape.y, decomposition.shape.z)
        let rows = (
            start: (box.x.lowerBound * ny + box.y.lowerBound) * nz, stride: ny * nz, count: box.x.count,
            block: box.y.count * nz
        )
        let values = box.x.count * box.y.count * nz * columns
        return DatasetPart(
            file: columns == 1 ? [rows] : [rows, (0, 1, 1, columns)], memory: [(0, values, values)])
    }

    /// Looks through the values of a box.
    fileprivate func check<Element: StorageElement>(
        _ box: BlockBoxes.Box, _ values: UnsafePointer<Element>, into check: inout ContentCheck
    ) {
        let (ny, nz) = (decomposition.shape.y, decomposition.shape.z)
        let run = box.y.count * nz * columns
        for (index, x) in box.x.enumerated() {
            unsafe check.add(
                values + index * run, count: run, first: (x * ny + box.y.lowerBound) * nz * columns)
        }
    }
}

extension OutputFile {
    /// Writes per-particle data that is in memory. Collective.
    ///
    /// - Parameter values: this rank's rows, `[x][y][z][column]`.
    /// - Throws: ``StorageError`` on all ranks when the disk is full.
    public mutating func write<Element: StorageElement>(
        _ values: Span<Element>, as rows: Rows, at path: String, labels: Labels
    ) throws(StorageError) {
        precondition(values.count == rows.count * rows.columns)
        try create(path, shape: rows.datasetShape, of: Element.self)
        let boxes = rows.boxes(of: Element.self, limit: largestTransfer, over: communicator)
        var check = ContentCheck()
        unsafe values.withUnsafeBufferPointer { values in
            for index in 0..<boxes.count {
                guard let box = boxes[index], let start = values.baseAddress else {
                    unsafe put(nil, of: path, from: nil as UnsafePointer<Element>?)
                    continue
                }
                let first = unsafe start + rows.localRows(box).lowerBound * rows.columns
                unsafe put(rows.part(box), of: path, from: first)
                unsafe rows.check(box, first, into: &check)
            }
        }
        label(path, labels, checksum: check.checksum)
    }

    /// Writes per-particle data that is made on the way, at most 64 MiB at a time. Collective.
    ///
    /// - Parameter fill: is given a range of this rank's rows, and where their values go.
    /// - Throws: ``StorageError`` on all ranks when the disk is full.
    public mutating func write<Element: StorageElement>(
        _ rows: Rows, at path: String, labels: Labels,
        _ fill: (Range<Int>, inout MutableSpan<Element>) -> Void
    ) throws(StorageError) {
        try create(path, shape: rows.datasetShape, of: Element.self)
        let boxes = rows.boxes(of: Element.self, limit: min(largestTransfer, 64 << 20), over: communicator)
        let largest = (0..<boxes.count).compactMap { boxes[$0].map { rows.localRows($0).count } }.max() ?? 0
        let staging = Buffer<Element>(
            count: largest * rows.columns, from: rows.decomposition.grid.memory, for: "output staging")
        var check = ContentCheck()
        for index in 0..<boxes.count {
            guard let box = boxes[index] else {
                unsafe put(nil, of: path, from: nil as UnsafePointer<Element>?)
                continue
            }
            let range = rows.localRows(box)
            var span = unsafe MutableSpan(_unsafeStart: staging.start, count: range.count * rows.columns)
            fill(range, &span)
            unsafe put(rows.part(box), of: path, from: staging.start)
            unsafe rows.check(box, staging.start, into: &check)
        }
        label(path, labels, checksum: check.checksum)
    }
}

extension InputFile {
    /// Reads per-particle data, written on any number of ranks. Collective.
    ///
    /// - Returns: this rank's rows, `[x][y][z][column]`.
    /// - Throws: ``StorageError`` on all ranks when there is no such dataset, its shape is not that of the rows,
    ///   its elements are no such numbers, its contents do not match their checksum, or a value is NaN or infinite.
    public func read<Element: StorageElement>(
        _ rows: Rows, at path: String, for purpose: StaticString
    ) throws(StorageError) -> Buffer<Element> {
        let found = try dataset(path, shape: rows.datasetShape, of: Element.self)
        let values = Buffer<Element>(
            count: rows.count * rows.columns, from: rows.decomposition.grid.memory, for: purpose)
        let boxes = rows.boxes(of: Element.self, limit: largestTransfer, over: communicator)
        var check = ContentCheck()
        for index in 0..<boxes.count {
            let first =
                unsafe values.start + (boxes[index].map { rows.localRows($0).lowerBound } ?? 0) * rows.columns
            try unsafe get(boxes[index].map(rows.part), of: found.path, into: first)
            if let box = boxes[index] { unsafe rows.check(box, first, into: &check) }
        }
        try judge(check, of: found, as: Element.self)
        return values
    }
}
