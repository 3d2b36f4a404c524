/// How the independent modes of a real mesh are shared, and how they travel there.
///
/// Lines are transformed along z, then y, then x. Before y, the ranks of a row swap blocks, so that each has
/// all y for its range of kz; before x, the ranks of a column swap blocks, so that each has all x for its
/// range of ky. Both ranges are balanced and may be empty. Blocks are padded to the largest in their group.
public struct FourierLayout: Sendable {
    /// The indices of ky that this rank holds.
    public let y: Range<Int>
    /// The indices of kz that this rank holds, of nz/2 + 1.
    public let z: Range<Int>

    /// All ranges of ky, by position in the column.
    let yBlocks: [Range<Int>]
    /// All ranges of kz, by position in the row.
    let zBlocks: [Range<Int>]
    /// All ranges of x, by position in the column.
    let xBlocks: [Range<Int>]
    /// All ranges of y in real space, by position in the row.
    let yPencils: [Range<Int>]
    /// Complex numbers per block of the exchange in the row (y against kz).
    public let rowBlock: Int
    /// Complex numbers per block of the exchange in the column (x against ky).
    public let columnBlock: Int
    /// Complex numbers that an array needs to serve as source or target of either exchange.
    public let capacity: Int

    /// The share of the rank at a place of a grid, of a mesh of some points along x, y and z.
    public init(shape: SIMD3<Int>, grid: SIMD2<Int>, position: SIMD2<Int>) {
        func blocks(_ length: Int, _ parts: Int) -> [Range<Int>] {
            (0..<parts).map { Decomposition.block($0, of: parts, length: length) }
        }
        func widest(_ blocks: [Range<Int>]) -> Int { blocks.map(\.count).max()! }
        yBlocks = blocks(shape.y, grid.x)
        zBlocks = blocks(shape.z / 2 + 1, grid.y)
        xBlocks = blocks(shape.x, grid.x)
        yPencils = blocks(shape.y, grid.y)
        y = yBlocks[position.x]
        z = zBlocks[position.y]
        rowBlock = xBlocks[position.x].count * widest(yPencils) * widest(zBlocks)
        columnBlock = widest(xBlocks) * widest(yBlocks) * z.count
        capacity = max(grid.y * rowBlock, grid.x * columnBlock)
    }
}
