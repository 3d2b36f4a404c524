internal import CStorage
internal import Memory
internal import Mesh
internal import Text

/// The checksum that every dataset carries: the sum over its elements of a mix of position and bits, modulo 2⁶⁴.
///
/// Sums commute, so every division among ranks gives the same; a single changed element always changes it.
enum ContentChecksum {
    /// The name of the attribute that holds it.
    static let attribute = "checksum"

    /// Of a run of elements, the first of which is the dataset's `first`-th.
    static func of<Element: StorageElement>(
        _ values: UnsafePointer<Element>, count: Int, first: Int
    ) -> UInt64 {
        unsafe palindrome_content_checksum(
            values, Int64(count), Int32(MemoryLayout<Element>.size), UInt64(first))
    }
}

/// What a pass over data that was read finds.
struct ContentCheck {
    var checksum: UInt64 = 0
    var notFinite = 0
    /// The number of the first of them in the dataset.
    var firstNotFinite = Int.max

    /// Takes in a run of elements, the first of which is the dataset's `first`-th.
    mutating func add<Element: StorageElement>(
        _ values: UnsafePointer<Element>, count: Int, first: Int
    ) {
        checksum &+= unsafe ContentChecksum.of(values, count: count, first: first)
        let raw = unsafe UnsafeRawPointer(values)
        let before = notFinite
        defer { if notFinite > before { unsafe find(values, count: count, first: first) } }
        switch Element.element {
        case palindrome_f32:
            notFinite += Int(
                unsafe palindrome_count_not_finite_f32(raw.assumingMemoryBound(to: Float.self), Int64(count)))
        case palindrome_f64:
            notFinite += Int(
                unsafe palindrome_count_not_finite_f64(raw.assumingMemoryBound(to: Double.self), Int64(count))
            )
        default: break
        }
    }

    /// Looks for the first value that is not finite, in a run that holds one.
    private mutating func find<Element: StorageElement>(
        _ values: UnsafePointer<Element>, count: Int, first: Int
    ) {
        let index = (0..<count).first { index in
            switch unsafe values[index] {
            case let value as Float: !value.isFinite
            case let value as Double: !value.isFinite
            default: false
            }
        }
        if let index { firstNotFinite = min(firstNotFinite, first + index) }
    }
}

/// What a reader is prepared to find.
public enum ExpectedValues: Sendable {
    /// NaN and infinity are errors.
    case finite
    /// They are values too, such as a ratio where there is nothing to divide by.
    case any
}

extension InputFile {
    /// Compares what all ranks read of a dataset with what was written.
    func judge<Element: StorageElement>(
        _ check: ContentCheck, of dataset: DatasetDescription, as type: Element.Type,
        expecting values: ExpectedValues = .finite
    ) throws(StorageError) {
        if Element.isStored(in: dataset) { try compare(check.checksum, with: dataset) }
        guard values == .finite else { return }
        let count = communicator.sum(check.notFinite)
        guard count > 0 else { return }
        let place = dataset.place(of: communicator.minimum(check.firstNotFinite))
        throw StorageError(
            .notFinite, fault: fault,
            "\(path): \(dataset.path) holds values that are not finite (NaN or infinity), \(count) of "
                + "\(dataset.count), the first at \(place)")
    }

    /// Reads every dataset that has a checksum, and compares.
    ///
    /// The memory it takes is a plane of the largest dataset, or 64 MiB. Collective.
    ///
    /// - Throws: ``StorageError`` of kind `damaged` on all ranks.
    public func verify() throws(StorageError) {
        let memory = MemoryPool()
        for dataset in try datasets() where try attribute(ContentChecksum.attribute, of: dataset.path) != nil
        {
            let element = try element(of: dataset)
            try compare(sum(of: dataset, as: element, bytes: dataset.elementBytes, memory), with: dataset)
        }
    }

    /// The checksum of the numbers that a dataset holds now, each as a `Double`. Collective.
    ///
    /// The memory it takes is a plane of the dataset, or 64 MiB.
    func contentChecksum(of dataset: DatasetDescription) throws(StorageError) -> String {
        let mine = try sum(of: dataset, as: palindrome_f64, bytes: 8, MemoryPool())
        return hexadecimal(communicator.wrappingSum(mine))
    }

    /// This rank's part of the checksum of a dataset. Collective.
    private func sum(
        of dataset: DatasetDescription, as element: palindrome_element, bytes: Int, _ memory: MemoryPool
    ) throws(StorageError) -> UInt64 {
        // The library reads nothing of a dataset that has no room at all.
        guard dataset.count > 0 else { return 0 }
        let planes = dataset.shape.first ?? 1
        let plane = dataset.count / planes
        let mine = Decomposition.block(communicator.rank, of: communicator.size, length: planes)
        let most = max(1, (64 << 20) / max(1, plane * bytes))
        let buffer = Buffer<UInt8>(
            count: min(most, mine.count) * plane * bytes, from: memory, for: "verification")
        var checksum: UInt64 = 0
        for transfer in 0..<communicator.maximum((mine.count + most - 1) / most) {
            let start = min(mine.lowerBound + transfer * most, mine.upperBound)
            let range = start..<min(start + most, mine.upperBound)
            try unsafe get(.slab(range, of: dataset.shape), of: dataset.path, as: element, into: buffer.start)
            checksum &+= unsafe palindrome_content_checksum(
                buffer.start, Int64(range.count * plane), Int32(bytes), UInt64(start * plane))
        }
        return checksum
    }

    private func compare(_ checksum: UInt64, with dataset: DatasetDescription) throws(StorageError) {
        guard let written = try attribute(ContentChecksum.attribute, of: dataset.path)?.text else { return }
        guard written == hexadecimal(communicator.wrappingSum(checksum)) else {
            throw damaged("the contents of \(dataset.path) do not match their checksum")
        }
    }

    /// The element with the bits of those in the file.
    private func element(of dataset: DatasetDescription) throws(StorageError) -> palindrome_element {
        switch (dataset.kind, dataset.elementBytes) {
        case (.unsigned, 1): return palindrome_u8
        case (.unsigned, 4): return palindrome_u32
        case (.unsigned, 8): return palindrome_u64
        case (.signed, 4): return palindrome_i32
        case (.signed, 8): return palindrome_i64
        case (.real, 4): return palindrome_f32
        case (.real, 8): return palindrome_f64
        default: throw damaged("\(dataset.path) holds \(dataset.typeName), which has no checksum")
        }
    }
}
