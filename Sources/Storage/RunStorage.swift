internal import CStorage
internal import Memory
internal import Mesh
internal import Parallel

/// A run of rows of a table, the rank's share of it: ranks' runs follow each other.
public struct RowRun: Sendable, Equatable {
    /// This rank's rows.
    public let rows: Range<Int>
    /// Rows of all ranks.
    public let total: Int
    /// Values per row.
    public let columns: Int

    /// A share of a table.
    public init(_ rows: Range<Int>, of total: Int, columns: Int = 1) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= total && columns > 0)
        self.rows = rows
        self.total = total
        self.columns = columns
    }

    /// The shape of the dataset.
    var datasetShape: [Int] { columns == 1 ? [total] : [total, columns] }

    /// Parts small enough for one transfer; nil where this rank has none for it. Collective.
    fileprivate func parts<Element>(of _: Element.Type, limit: Int, over communicator: Communicator)
        -> [Range<Int>?]
    {
        let step = max(1, limit / (columns * MemoryLayout<Element>.stride))
        let count = communicator.maximum((rows.count + step - 1) / step)
        return (0..<count).map { part in
            let start = min(rows.lowerBound + part * step, rows.upperBound)
            let range = start..<min(start + step, rows.upperBound)
            return range.isEmpty ? nil : range
        }
    }
}

extension OutputFile {
    /// Writes a table of which each rank has a run of rows. Collective.
    ///
    /// - Parameter values: this rank's, row by row.
    /// - Throws: ``StorageError`` on all ranks when the disk is full.
    public mutating func write<Element: StorageElement>(
        _ values: Span<Element>, as run: RowRun, at path: String, labels: Labels
    ) throws(StorageError) {
        precondition(values.count == run.rows.count * run.columns)
        try create(path, shape: run.datasetShape, of: Element.self)
        var check = ContentCheck()
        let parts = run.parts(of: Element.self, limit: largestTransfer, over: communicator)
        unsafe values.withUnsafeBufferPointer { values in
            for part in parts {
                guard let part, let start = values.baseAddress else {
                    unsafe put(nil, of: path, from: nil as UnsafePointer<Element>?)
                    continue
                }
                let first = unsafe start + (part.lowerBound - run.rows.lowerBound) * run.columns
                unsafe put(.slab(part, of: run.datasetShape), of: path, from: first)
                unsafe check.add(first, count: part.count * run.columns, first: part.lowerBound * run.columns)
            }
        }
        label(path, labels, checksum: check.checksum)
    }

    /// Writes a table of which each rank has a run of rows. Collective.
    public mutating func write<Element: StorageElement>(
        _ values: [Element], as run: RowRun, at path: String, labels: Labels
    ) throws(StorageError) {
        try write(values.span, as: run, at: path, labels: labels)
    }
}

extension InputFile {
    /// The rows of a table that every rank may read its share of. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when there is no such dataset, or it is no list of numbers.
    public func rowCount(of path: String) throws(StorageError) -> Int {
        let found = try dataset(path)
        guard found.shape.count == 1 else {
            throw StorageError(
                .wrongShape(expected: [0], actual: found.shape), fault: fault,
                "\(self.path): \(found.path) has the shape \(described(found.shape)); it must be a list of numbers"
            )
        }
        return found.shape[0]
    }

    /// Reads this rank's run of the rows of a table. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when there is no such dataset, its shape is another, its elements are no
    ///   such numbers, its contents do not match their checksum, or a value is NaN or infinite.
    public func read<Element: StorageElement & Numeric>(
        _ run: RowRun, at path: String, as _: Element.Type = Element.self
    ) throws(StorageError) -> [Element] {
        let found = try dataset(path, shape: run.datasetShape, of: Element.self)
        var values = [Element](repeating: 0, count: run.rows.count * run.columns)
        var check = ContentCheck()
        for part in run.parts(of: Element.self, limit: largestTransfer, over: communicator) {
            let first = part.map { ($0.lowerBound - run.rows.lowerBound) * run.columns } ?? 0
            let selection = part.flatMap { DatasetPart.slab($0, of: run.datasetShape) }
            var status: StorageError?
            unsafe values.withUnsafeMutableBufferPointer { values in
                let start = unsafe values.baseAddress.map { unsafe $0 + first }
                do throws(StorageError) {
                    try unsafe get(selection, of: found.path, into: start)
                } catch {
                    status = error
                }
                if let part, let start = unsafe start {
                    unsafe check.add(
                        UnsafePointer(start), count: part.count * run.columns,
                        first: part.lowerBound * run.columns)
                }
            }
            if let status { throw status }
        }
        try judge(check, of: found, as: Element.self)
        return values
    }
}
