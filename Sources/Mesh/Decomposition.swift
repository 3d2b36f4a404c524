public import Parallel

/// How a mesh is shared: each rank owns a range of x, a range of y and all of z.
///
/// The ranges are balanced, `⌊i n / P⌋ ..< ⌊(i + 1) n / P⌋`, so sizes need not divide. Grids are indexed
/// `[x][y][z]`, z fastest.
public final class Decomposition {
    /// The ranks.
    public let grid: RankGrid
    /// The whole mesh: points along x, y and z.
    public let shape: SIMD3<Int>
    /// This rank's range of x.
    public let x: Range<Int>
    /// This rank's range of y.
    public let y: Range<Int>
    /// How the Fourier modes of the mesh are shared.
    public let fourier: FourierLayout

    /// The widest ghost zone that neighbours fill (the potential's upper planes); no block that has one may be
    /// narrower.
    public static let widestGhostZone = 3

    /// Shares a mesh among the ranks of a grid.
    ///
    /// - Parameter least: the fewest planes that a block may have; a mesh whose ghost planes are fetched as a
    ///   ``Window`` needs one.
    /// - Throws: ``UsageError``, the same on all ranks, when a block would be narrower; it names the largest usable
    ///   grid.
    public init(
        shape: SIMD3<Int>, over grid: RankGrid, planes least: Int = widestGhostZone
    ) throws(UsageError) {
        guard Self.fits(shape, on: grid.shape, planes: least) else {
            let most = [0, 1].map { shape[$0] / least }
            throw UsageError(
                "run.ranks is [\(grid.shape.x), \(grid.shape.y)]; every rank needs at least "
                    + "\(least) \(least == 1 ? "plane" : "planes") of a \(shape.x) x \(shape.y) x \(shape.z) mesh along x and y; "
                    + "use at most [\(most[0]), \(most[1])]")
        }
        self.grid = grid
        self.shape = shape
        x = Self.block(grid.position.x, of: grid.shape.x, length: shape.x)
        y = Self.block(grid.position.y, of: grid.shape.y, length: shape.y)
        fourier = FourierLayout(shape: shape, grid: grid.shape, position: grid.position)
    }

    /// Whether every rank of a grid would own enough planes of a mesh.
    public static func fits(
        _ shape: SIMD3<Int>, on grid: SIMD2<Int>, planes least: Int = widestGhostZone
    ) -> Bool {
        shape.x / grid.x >= least && shape.y / grid.y >= least
    }

    /// The `index`-th of `parts` balanced ranges of `0 ..< length`; may be empty.
    public static func block(_ index: Int, of parts: Int, length: Int) -> Range<Int> {
        index * length / parts..<(index + 1) * length / parts
    }

    /// The number of the balanced range that holds `point`.
    public static func owner(of point: Int, among parts: Int, length: Int) -> Int {
        ((point + 1) * parts - 1) / length
    }

    /// The rank that owns a column of the mesh.
    public func owner(x: Int, y: Int) -> Int {
        grid.rank(at: [
            Self.owner(of: x, among: grid.shape.x, length: shape.x),
            Self.owner(of: y, among: grid.shape.y, length: shape.y),
        ])
    }

    /// Whether two meshes have the same shape and are shared in the same way, so that a field on one is a field
    /// on the other.
    func isAlike(_ other: Decomposition) -> Bool {
        shape == other.shape && grid.shape == other.grid.shape && grid.position == other.grid.position
    }

    /// This rank's points along x and y, ghost planes included.
    func extent(ghosts: GhostWidth) -> SIMD2<Int> {
        let width = ghosts.lower + ghosts.upper
        return [x.count + width, y.count + width]
    }

    /// The number of points of the whole mesh.
    public var pointCount: Int { shape.x * shape.y * shape.z }
    /// The number of points that this rank owns.
    public var ownedCount: Int { x.count * y.count * shape.z }
}
