internal import CFourier
internal import Parallel

/// How the modes of a mesh travel to the points of a finer one and back, as ``DealiasedProducts`` moves them.
///
/// As in a ``FourierTransform`` lines are transformed along x, y and z with swaps in the column and in the row between
/// them, but each axis is padded only when its turn comes: the modes that a finer mesh has in addition are read as
/// zeros and not written, so they are never stored nor sent. N are the sides of the mesh of the modes, M those of the
/// finer one.
struct PaddedLayout {
    /// Planes of the finer mesh that this rank owns.
    let planes: Int
    /// How many of them are in real space at once.
    let planesAtOnce: Int
    /// Lines along z of one such plane.
    let lines: Int
    /// Modes of a plane of constant kx that this rank holds.
    let modes: Int
    /// Complex numbers of a field between its first and its second axis, whole cache lines of them.
    let halfCount: Int
    /// Complex numbers of some planes between their second and their third axis.
    let planeCount: Int
    /// Complex numbers per block of the exchange in the column.
    let columnBlock: Int
    /// Complex numbers per block of the exchange in the row.
    let rowBlock: Int

    /// kx of lines along x, in a ``FourierField``.
    let xInModes: LineLayout
    /// x of lines along x, before the column's swap.
    let xInColumn: LineLayout
    /// ky of lines along y, after it.
    let yInColumn: LineLayout
    /// y of lines along y, before the row's swap.
    let yInRow: LineLayout
    /// kz of lines along z, after it.
    let zInRow: LineLayout
    /// z of lines along z, in real space.
    let zInPlanes: LineLayout

    /// The finer mesh of 3/2 as many points along each side.
    static func padded(_ shape: SIMD3<Int>) -> SIMD3<Int> {
        SIMD3((3 * shape.x + 1) / 2, (3 * shape.y + 1) / 2, (3 * shape.z + 1) / 2)
    }

    init(shape: SIMD3<Int>, grid: SIMD2<Int>, position: SIMD2<Int>) {
        let padded = Self.padded(shape)
        let own = FourierLayout(shape: shape, grid: grid, position: position)
        let finer = FourierLayout(shape: padded, grid: grid, position: position)
        func widest(_ blocks: [Range<Int>]) -> Int { blocks.map(\.count).max()! }
        let z = own.z.count
        planes = finer.xBlocks[position.x].count
        planesAtOnce = grid.y == 1 ? 1 : max(1, (planes + 31) / 32)
        lines = finer.yPencils[position.y].count
        modes = own.y.count * z
        columnBlock = widest(finer.xBlocks) * widest(own.yBlocks) * z
        rowBlock = planesAtOnce * widest(finer.yPencils) * widest(own.zBlocks)
        halfCount = (grid.x * columnBlock + 15) / 16 * 16
        planeCount = grid.y * rowBlock

        let (modes, lines, columnBlock, rowBlock) = (modes, lines, columnBlock, rowBlock)
        xInModes = Self.padded(shape.x, to: padded.x, [0..<shape.x]) { _, part in
            palindrome_block(part.count, at: part.lowerBound * modes, plane: 0, line: 1, point: modes)
        }
        xInColumn = LineLayout(
            finer.xBlocks.enumerated().map { rank, x in
                palindrome_block(x.count, at: rank * columnBlock, plane: 0, line: 1, point: modes)
            })
        yInColumn = Self.padded(shape.y, to: padded.y, own.yBlocks) { rank, part in
            let all = own.yBlocks[rank]
            return palindrome_block(
                part.count, at: rank * columnBlock + (part.lowerBound - all.lowerBound) * z,
                plane: all.count * z, line: 1, point: z)
        }
        yInRow = LineLayout(
            finer.yPencils.enumerated().map { rank, y in
                palindrome_block(
                    y.count, at: rank * rowBlock, plane: z * y.count, line: y.count, point: 1)
            })
        let zParts = own.zBlocks.enumerated().map { rank, z in
            palindrome_block(z.count, at: rank * rowBlock, plane: z.count * lines, line: 1, point: lines)
        }
        zInRow = LineLayout(zParts + Self.gap(padded.z / 2 - shape.z / 2))
        zInPlanes = LineLayout(count: padded.z, plane: lines * padded.z, line: padded.z, point: 1)
    }

    /// Indices 0 ... N/2, then as many zeros as it takes, then the negative wavenumbers.
    private static func padded(
        _ length: Int, to points: Int, _ ranges: [Range<Int>],
        _ block: (_ rank: Int, _ part: Range<Int>) -> palindrome_block
    ) -> LineLayout {
        func parts(_ half: Range<Int>) -> [palindrome_block] {
            ranges.enumerated().compactMap { rank, range in
                let part = range.clamped(to: half)
                return part.isEmpty ? nil : block(rank, part)
            }
        }
        let negative = length / 2 + 1
        return LineLayout(
            parts(0..<min(negative, length)) + gap(points - length) + parts(min(negative, length)..<length))
    }

    private static func gap(_ count: Int) -> [palindrome_block] {
        count == 0 ? [] : [palindrome_block(count, at: -1, plane: 0, line: 0, point: 1)]
    }
}
