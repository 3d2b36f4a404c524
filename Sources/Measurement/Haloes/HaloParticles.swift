public import Mesh
internal import Parallel

/// Particles among which groups are sought: each rank's own, asked for piece by piece, wherever they are kept.
///
/// A run's particles and those of a snapshot serve alike, and give the same groups: what is asked for is what both
/// know to the last bit.
public struct HaloParticles {
    /// Fills in values of a range of this rank's particles; along an axis, where there are several.
    public typealias Fill<Element> = (Range<Int>, inout MutableSpan<Element>) -> Void
    /// The same for one of the axes 0, 1 and 2.
    public typealias FillAxis<Element> = (Int, Range<Int>, inout MutableSpan<Element>) -> Void

    /// The ranks, and the points of the particle grid.
    let grid: RankGrid
    /// Particles along each side, as they started: each of `0 ..< nx ny nz` is one's index.
    public let shape: SIMD3<Int>
    /// Whose particles are where; at most one unit of position beyond it.
    let domain: HaloDomain
    /// Particles on this rank.
    public let count: Int
    /// Positions [2⁻³² box].
    let positions: FillAxis<UInt32>
    /// Velocities of any unit, the same on all ranks.
    let velocities: FillAxis<Int32>
    /// Lagrangian indices.
    let indices: Fill<Int64>

    /// Particles that are asked for piece by piece.
    ///
    /// - Parameters:
    ///   - shape: of the particle grid.
    ///   - mesh: says which rank's a place in the box is.
    ///   - count: particles on this rank, fewer than 2³².
    ///   - positions: [2⁻³² box].
    ///   - velocities: integers, whose sums are exact.
    ///   - indices: Lagrangian, each once on all ranks.
    public init(
        of shape: SIMD3<Int>, over mesh: Decomposition, count: Int, positions: @escaping FillAxis<UInt32>,
        velocities: @escaping FillAxis<Int32>, indices: @escaping Fill<Int64>
    ) {
        grid = mesh.grid
        domain = HaloDomain(of: mesh)
        self.shape = shape
        self.count = count
        self.positions = positions
        self.velocities = velocities
        self.indices = indices
    }

    /// Particles on all ranks.
    var totalCount: Int { shape.x * shape.y * shape.z }

    /// Calls a body with the values of all particles, some at a time.
    func forEachPiece<Element: BitwiseCopyable>(
        of fill: Fill<Element>, zero: Element, _ body: (Range<Int>, Span<Element>) -> Void
    ) {
        let step = 1 << 14
        var values = [Element](repeating: zero, count: min(step, count))
        for start in stride(from: 0, to: count, by: step) {
            let range = start..<min(start + step, count)
            var span = values.mutableSpan
            var piece = span._mutatingExtracting(first: range.count)
            fill(range, &piece)
            body(range, values.span)
        }
    }
}
