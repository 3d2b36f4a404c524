internal import Mesh
public import Parallel

/// Where a rank's rows lie in an array of any shape: a range of its slowest axis, dense in memory.
public struct Slab: Sendable, Equatable {
    /// Points along each axis of the array, slowest first; at least one axis.
    public let shape: [Int]
    /// This rank's rows.
    public let rows: Range<Int>

    /// Rows of an array.
    ///
    /// - Precondition: the array has as many rows.
    public init(_ rows: Range<Int>, of shape: [Int]) {
        precondition(!shape.isEmpty && rows.lowerBound >= 0 && rows.upperBound <= shape[0])
        self.rows = rows
        self.shape = shape
    }

    /// A fair share of the rows of an array.
    public init(sharing shape: [Int], over communicator: Communicator) {
        self.init(
            Decomposition.block(communicator.rank, of: communicator.size, length: shape[0]), of: shape)
    }

    /// The rows of all ranks, one after the other. Collective.
    ///
    /// - Parameters:
    ///   - count: this rank's rows.
    ///   - row: the shape of each of them.
    public init(joining count: Int, rowsOf row: [Int], over communicator: Communicator) {
        let counts = communicator.allGather([count]).map { $0[0] }
        let first = counts.prefix(communicator.rank).reduce(0, +)
        self.init(first..<first + count, of: [counts.reduce(0, +)] + row)
    }

    /// This rank's numbers.
    public var count: Int { rows.count * rowCount }

    /// Numbers in a row.
    private var rowCount: Int { shape.dropFirst().reduce(1, *) }

    /// The rows in ranges small enough for one transfer, as many on all ranks. Collective.
    fileprivate func transfers(
        bytes: Int, limit: Int, over communicator: Communicator
    ) throws(UsageError) -> [Range<Int>] {
        guard rowCount <= Int(Int32.max) / bytes else {
            throw UsageError(
                "the array has the shape \(described(shape)); a row of it must have less than 2 GiB; "
                    + "make it of smaller rows")
        }
        // The library refuses to write nothing into a dataset that has no room at all.
        guard !shape.contains(0) else { return [] }
        let most = max(1, limit / (rowCount * bytes))
        return (0..<communicator.maximum((rows.count + most - 1) / most)).map { transfer in
            let start = min(rows.lowerBound + transfer * most, rows.upperBound)
            return start..<min(start + most, rows.upperBound)
        }
    }

    /// Where a range of rows begins among this rank's numbers, and among all.
    fileprivate func place(of range: Range<Int>) -> (local: Int, first: Int, count: Int) {
        (
            (range.lowerBound - rows.lowerBound) * rowCount, range.lowerBound * rowCount,
            range.count * rowCount
        )
    }
}

extension OutputFile {
    /// Writes an array of which each rank has some rows. Collective.
    ///
    /// - Parameters:
    ///   - values: this rank's rows.
    ///   - slab: where they lie; those of all ranks are the whole array.
    /// - Throws: ``StorageError`` on all ranks when the disk is full, `UsageError` when a row is too large.
    public mutating func write<Element: StorageElement>(
        _ values: Span<Element>, as slab: Slab, at path: String, labels: Labels
    ) throws {
        precondition(values.count == slab.count)
        let transfers = try slab.transfers(
            bytes: MemoryLayout<Element>.size, limit: largestTransfer, over: communicator)
        try create(path, shape: slab.shape, of: Element.self)
        var check = ContentCheck()
        unsafe values.withUnsafeBufferPointer { values in
            for range in transfers {
                let place = slab.place(of: range)
                guard let part = DatasetPart.slab(range, of: slab.shape), let start = values.baseAddress
                else {
                    unsafe put(nil, of: path, from: nil as UnsafePointer<Element>?)
                    continue
                }
                unsafe put(part, of: path, from: start + place.local)
                unsafe check.add(start + place.local, count: place.count, first: place.first)
            }
        }
        label(path, labels, checksum: check.checksum)
    }
}

extension InputFile {
    /// Reads rows of an array, whatever ranks wrote them. Collective.
    ///
    /// Numbers of another kind are converted. A dataset with a checksum is verified if it needs no conversion and the rows
    /// of all ranks are the whole of it, each once.
    ///
    /// - Parameters:
    ///   - slab: this rank's rows.
    ///   - values: where they go.
    /// - Throws: ``StorageError`` on all ranks when there is no such dataset, its shape is another, its elements are no
    ///   such numbers, or its contents do not match their checksum; `UsageError` when a row is too large.
    public func read<Element: StorageElement>(
        _ slab: Slab, at path: String, into values: inout MutableSpan<Element>
    ) throws {
        precondition(values.count == slab.count)
        let found = try dataset(path, shape: slab.shape, of: Element.self)
        let transfers = try slab.transfers(
            bytes: MemoryLayout<Element>.size, limit: largestTransfer, over: communicator)
        var check = ContentCheck()
        try unsafe values.withUnsafeMutableBufferPointer { values in
            for range in transfers {
                let place = slab.place(of: range)
                let start = unsafe values.baseAddress.map { unsafe $0 + place.local }
                let part = DatasetPart.slab(range, of: slab.shape)
                try unsafe get(part, of: found.path, into: part == nil ? nil : start)
                if part != nil, let start = unsafe start {
                    unsafe check.add(start, count: place.count, first: place.first)
                }
            }
        }
        let share = communicator.allGather([slab.rows.lowerBound, slab.rows.upperBound])
        var next = 0
        for rows in share { next = rows[0] == next ? rows[1] : -1 }
        guard next == slab.shape[0] else { return }
        try judge(check, of: found, as: Element.self, expecting: .any)
    }
}
