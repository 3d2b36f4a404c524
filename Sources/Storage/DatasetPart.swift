internal import CStorage
internal import Mesh
internal import Parallel

/// A part of a dataset, and where it lies in memory.
struct DatasetPart {
    /// Along each axis of the file: `count` blocks of `block` points, `stride` apart.
    var file: [(start: Int, stride: Int, count: Int, block: Int)]
    /// Along each axis of the array in memory: `count` points from `start`, of `extent`.
    var memory: [(start: Int, count: Int, extent: Int)]

    /// The whole of a dataset; nil if that is nothing.
    static func whole(_ shape: [Int]) -> DatasetPart? {
        guard !shape.contains(0) else { return nil }
        return DatasetPart(
            file: shape.map { (0, 1, 1, $0) },
            memory: [(0, shape.reduce(1, *), shape.reduce(1, *))])
    }

    /// Points `range` of the slowest axis, dense in memory; nil if that is nothing.
    static func slab(_ range: Range<Int>, of shape: [Int]) -> DatasetPart? {
        guard let slowest = shape.first else { return range.isEmpty ? nil : whole(shape) }
        let all = shape.reduce(1, *)
        guard !range.isEmpty, all > 0 else { return nil }
        let count = all / slowest * range.count
        return DatasetPart(
            file: [(range.lowerBound, 1, 1, range.count)] + shape.dropFirst().map { (0, 1, 1, $0) },
            memory: [(0, count, count)])
    }

    /// For the C layer; nil selects nothing.
    static func selection(_ part: DatasetPart?) -> palindrome_selection {
        var selection = palindrome_selection()
        guard let part else { return selection }
        selection.scalar = part.file.isEmpty ? 1 : 0
        selection.axes = Int32(part.file.count)
        selection.memory_axes = Int32(part.memory.count)
        func set<Axes>(_ axes: inout Axes, _ numbers: [Int]) {
            unsafe withUnsafeMutableBytes(of: &axes) { bytes in
                let words = unsafe bytes.bindMemory(to: Int64.self)
                for (axis, number) in numbers.enumerated() { unsafe words[axis] = Int64(number) }
            }
        }
        set(&selection.file_start, part.file.map(\.start))
        set(&selection.file_stride, part.file.map(\.stride))
        set(&selection.file_count, part.file.map(\.count))
        set(&selection.file_block, part.file.map(\.block))
        set(&selection.memory_start, part.memory.map(\.start))
        set(&selection.memory_count, part.memory.map(\.count))
        set(&selection.memory_shape, part.memory.map(\.extent))
        return selection
    }
}

/// A rank's block of a mesh in boxes small enough for one transfer, each a range of x, a range of y and all z;
/// the range of y is whole unless that of x is one plane, so a box is one run of the block's own order.
struct BlockBoxes {
    struct Box {
        let x: Range<Int>
        let y: Range<Int>
    }

    private let boxes: [Box]
    /// The number of collective transfers: that of the rank with most boxes.
    let count: Int

    init(of decomposition: Decomposition, bytesPerPoint: Int, limit: Int, over communicator: Communicator) {
        let line = decomposition.shape.z * bytesPerPoint
        let plane = decomposition.y.count * line
        let planes = plane > 0 ? max(1, limit / plane) : 1
        let lines = plane > limit ? max(1, limit / line) : max(1, decomposition.y.count)
        var boxes: [Box] = []
        for x in Self.ranges(decomposition.x, step: planes) {
            for y in Self.ranges(decomposition.y, step: lines) { boxes.append(Box(x: x, y: y)) }
        }
        self.boxes = boxes
        count = communicator.maximum(boxes.count)
    }

    /// Nil when this rank has nothing for that transfer.
    subscript(index: Int) -> Box? { index < boxes.count ? boxes[index] : nil }

    private static func ranges(_ whole: Range<Int>, step: Int) -> [Range<Int>] {
        stride(from: whole.lowerBound, to: whole.upperBound, by: step)
            .map { $0..<min($0 + step, whole.upperBound) }
    }
}
