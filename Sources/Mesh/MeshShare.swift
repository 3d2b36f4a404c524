/// One rank's share of a mesh, on paper: the sizes of its arrays and what it sends, for ranks that need not be
/// there.
public struct MeshShare: Sendable, Equatable {
    /// The whole mesh: points along x, y and z.
    public let shape: SIMD3<Int>
    /// Ranks along x and y.
    public let ranks: SIMD2<Int>
    /// The rank's place.
    public let position: SIMD2<Int>
    /// Bytes of a number: 4 or 8.
    public let wordBytes: Int

    /// The share of the rank at a place.
    public init(of shape: SIMD3<Int>, on ranks: SIMD2<Int>, at position: SIMD2<Int>, wordBytes: Int) {
        self.shape = shape
        self.ranks = ranks
        self.position = position
        self.wordBytes = wordBytes
    }

    /// Places of a grid of ranks whose shares send and hold most: of those that own most planes along x, one that
    /// owns most along y and one that owns most modes along z.
    public static func fullestPositions(of shape: SIMD3<Int>, on ranks: SIMD2<Int>) -> [SIMD2<Int>] {
        func widest(_ length: Int, _ parts: Int) -> Int {
            (0..<parts).max {
                Decomposition.block($0, of: parts, length: length).count
                    < Decomposition.block($1, of: parts, length: length).count
            }!
        }
        let x = widest(shape.x, ranks.x)
        return [[x, widest(shape.y, ranks.y)], [x, widest(shape.z / 2 + 1, ranks.y)]]
    }

    /// The rank's range of x.
    public var x: Range<Int> { Decomposition.block(position.x, of: ranks.x, length: shape.x) }
    /// The rank's range of y.
    public var y: Range<Int> { Decomposition.block(position.y, of: ranks.y, length: shape.y) }
    /// Points that it owns.
    public var ownedCount: Int { x.count * y.count * shape.z }

    private var layout: FourierLayout { FourierLayout(shape: shape, grid: ranks, position: position) }

    // MARK: Arrays

    /// Bytes of an array of a transform, or of a field without ghost planes, which reserves as much.
    public var transformBytes: Int { 2 * wordBytes * layout.capacity }

    /// Bytes of a field with ghost planes, as it is reserved.
    public func fieldBytes(ghosts: GhostWidth) -> Int {
        let width = ghosts.lower + ghosts.upper
        return max(wordBytes * (x.count + width) * (y.count + width) * shape.z, transformBytes)
    }

    /// Bytes of the integers of a sum that ranks put together: all points but those that no neighbour reaches.
    public func rimBytes(ghosts: GhostWidth) -> Int {
        let width = ghosts.lower + ghosts.upper
        let inner = max(0, x.count - width) * max(0, y.count - width)
        return 8 * ((x.count + width) * (y.count + width) - inner) * shape.z
    }

    // MARK: Traffic

    /// One transform, forwards or back: an exchange in the row and one in the column.
    public var transform: Traffic {
        func exchange(_ count: Int, _ block: Int) -> Traffic {
            block == 0
                ? .none : Traffic(bytes: (count - 1) * block * 2 * wordBytes, messages: count - 1)
        }
        return exchange(ranks.y, layout.rowBlock) + exchange(ranks.x, layout.columnBlock)
    }

    /// Ghost planes of a field of reals.
    public func fieldGhosts(_ width: GhostWidth) -> Traffic { ghosts(width, elementBytes: wordBytes) }

    /// Ghost planes of a deposit, which is of 64-bit integers in both precisions.
    public func depositGhosts(_ width: GhostWidth) -> Traffic { ghosts(width, elementBytes: 8) }

    /// Planes of x without the ghosts of y, planes of y with the ghosts of x; nothing along an axis that is not
    /// shared.
    private func ghosts(_ width: GhostWidth, elementBytes: Int) -> Traffic {
        let planes = width.lower + width.upper
        let messages = (width.lower > 0 ? 1 : 0) + (width.upper > 0 ? 1 : 0)
        func neighbours(_ count: Int, among ranks: Int) -> Traffic {
            ranks == 1
                ? .none
                : Traffic(bytes: planes * count * shape.z * elementBytes, messages: messages)
        }
        return neighbours(y.count, among: ranks.x) + neighbours(x.count + planes, among: ranks.y)
    }
}
