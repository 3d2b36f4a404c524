internal import CStorage
internal import Memory
internal import Parallel

extension OutputFile {
    /// Writes values that every rank has, all the same: a table, a history, a state of an optimiser. Collective.
    ///
    /// - Parameter shape: points along each axis, slowest first; one axis if not given.
    /// - Throws: ``StorageError`` on all ranks when the disk is full.
    public mutating func write<Element: StorageElement>(
        _ values: [Element], shape: [Int]? = nil, at path: String, labels: Labels
    ) throws(StorageError) {
        let shape = shape ?? [values.count]
        precondition(shape.reduce(1, *) == values.count)
        try create(path, shape: shape, of: Element.self)
        var checksum: UInt64 = 0
        unsafe values.withUnsafeBufferPointer { values in
            guard let start = values.baseAddress, !values.isEmpty else { return }
            unsafe put(communicator.isRoot ? .whole(shape) : nil, of: path, from: start)
            if communicator.isRoot {
                checksum = unsafe ContentChecksum.of(start, count: values.count, first: 0)
            }
        }
        label(path, labels, checksum: checksum)
    }
}

extension InputFile {
    /// More values than any rank should hold of what all hold.
    private static let mostReplicated = 1 << 26

    /// Reads a whole dataset of any shape on every rank. Collective.
    ///
    /// As `Double`, complex numbers can be read too: two values each, the real part first.
    ///
    /// - Throws: ``StorageError`` on all ranks when there is no such dataset, its elements are no such numbers, or one of
    ///   them is not what was expected.
    public func readArray<Element: StorageElement>(
        at path: String, as type: Element.Type = Element.self, expecting values: ExpectedValues = .finite
    ) throws(StorageError) -> [Element] {
        let found = try dataset(path)
        let isComplex = found.kind == .complex && Element.element == palindrome_f64
        if !isComplex { _ = try dataset(path, shape: found.shape, of: Element.self) }
        let count = (isComplex ? 2 : 1) * found.count
        guard count > 0 else { return [] }
        guard count <= Self.mostReplicated else {
            throw StorageError(
                .wrongShape(expected: [Self.mostReplicated], actual: found.shape), fault: fault,
                "\(self.path): \(found.path) has the shape \(described(found.shape)); at most "
                    + "\(Self.mostReplicated) values are read by every rank")
        }
        // Rank 0 reads: thousands of ranks would ask the disk for the same bytes.
        let onRoot = Buffer<Element>(
            count: communicator.isRoot ? count : 0, from: MemoryPool(), for: "replicated array")
        try unsafe get(
            communicator.isRoot ? .whole(found.shape) : nil, of: found.path,
            as: isComplex ? palindrome_c128 : Element.element, into: onRoot.start)
        var check = ContentCheck()
        unsafe check.add(onRoot.start, count: onRoot.count, first: 0)
        try judge(check, of: found, as: Element.self, expecting: values)
        let read = unsafe UnsafeRawBufferPointer(
            start: onRoot.start, count: onRoot.count * MemoryLayout<Element>.size)
        return unsafe communicator.broadcast(Array(read)).withUnsafeBytes { bytes in
            unsafe Array(bytes.bindMemory(to: Element.self))
        }
    }
}
