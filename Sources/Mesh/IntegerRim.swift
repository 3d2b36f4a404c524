package import CKernels
internal import Memory
internal import Parallel

/// The part of a sum over particles that ranks have to put together: integers at the rim of a block.
///
/// Sums are formed in integers, which any order gives alike. At the inner points of its block a rank knows the
/// whole sum at once and makes it real while it is in cache. To the points of the rim neighbours add their parts,
/// and ghost points are the neighbours' own: these stay integers until ``addGhosts()``. A mesh of integers, the
/// largest array that there would be, never exists.
public struct IntegerRim: ~Copyable {
    /// How the mesh is shared.
    public let decomposition: Decomposition
    /// The ghost planes of the sum.
    public let ghosts: GhostWidth

    private let inner: (x: Range<Int>, y: Range<Int>)
    private let planes: Buffer<Int64>
    private let rows: Buffer<Int64>

    /// Which of a block's own points are kept as integers.
    public enum Extent: Sendable {
        /// Those that neighbours add to.
        case rim
        /// All, so that the whole sum can be looked at.
        case allPoints
    }

    /// Integers that are not defined yet.
    public init(_ decomposition: Decomposition, ghosts: GhostWidth, keeping kept: Extent = .rim) {
        func innerPoints(_ owned: Int) -> Range<Int> {
            let (first, end) = (ghosts.upper, owned - ghosts.lower)
            return kept == .allPoints || first >= end ? 0..<0 : first..<end
        }
        self.decomposition = decomposition
        self.ghosts = ghosts
        inner = (innerPoints(decomposition.x.count), innerPoints(decomposition.y.count))
        let extent = decomposition.extent(ghosts: ghosts)
        let depth = decomposition.shape.z
        planes = Buffer(
            count: (extent.x - inner.x.count) * extent.y * depth, from: decomposition.grid.memory, for: "rim")
        rows = Buffer(
            count: inner.x.count * (extent.y - inner.y.count) * depth, from: decomposition.grid.memory,
            for: "rim")
    }

    /// As kernels take it; valid as long as this is.
    package var layout: palindrome_rim {
        unsafe palindrome_rim(
            points_z: Int64(decomposition.shape.z),
            owned_x: Int64(decomposition.x.count), owned_y: Int64(decomposition.y.count),
            lower: Int64(ghosts.lower), upper: Int64(ghosts.upper),
            inner_x: (Int64(inner.x.lowerBound), Int64(inner.x.upperBound)),
            inner_y: (Int64(inner.y.lowerBound), Int64(inner.y.upperBound)),
            planes: planes.start, rows: rows.start)
    }

    /// Whether a row stays integers until ranks have met. Points are counted from the first owned one, here and in
    /// ``row(x:y:)``.
    package func contains(x: Int, y: Int) -> Bool {
        unsafe withUnsafePointer(to: layout) {
            unsafe palindrome_rim_contains($0, Int64(x), Int64(y)) != 0
        }
    }

    /// The integers along z at a point of the rim or of the ghost planes.
    package func row(x: Int, y: Int) -> UnsafeMutablePointer<Int64> {
        unsafe withUnsafePointer(to: layout) { unsafe palindrome_rim_row($0, Int64(x), Int64(y)) }
    }

    /// All integers, as a field; their ghost planes are as they are.
    ///
    /// - Precondition: it holds all.
    public consuming func takeField() -> Field<Int64> {
        precondition(inner.x.isEmpty, "a rim without the inner points is no field")
        return Field(decomposition, ghosts: ghosts, values: planes)
    }

    /// Adds the ghost planes to the owners' points, with wrapping integer addition; the transpose of
    /// ``Field/fillGhosts()``.
    ///
    ///     ⟨fill x, y⟩ = ⟨x, add y⟩
    ///
    /// Along y first, then along x, so that corners travel home. An axis that is not shared is its own neighbour.
    /// Afterwards the ghost planes are undefined. Integers only: their sum does not depend on the order in which
    /// ranks add. Collective.
    public mutating func addGhosts() {
        let grid = decomposition.grid
        let (x, y) = (decomposition.x.count, decomposition.y.count)
        let (lower, upper) = (ghosts.lower, ghosts.upper)
        grid.phases.measure(.ghosts) {
            let across = -lower..<x + upper
            add(Rows(x: across, y: -lower..<0), to: Rows(x: across, y: y - lower..<y), of: grid.row, -1)
            add(Rows(x: across, y: y..<y + upper), to: Rows(x: across, y: 0..<upper), of: grid.row, 1)
            add(Rows(x: -lower..<0, y: 0..<y), to: Rows(x: x - lower..<x, y: 0..<y), of: grid.column, -1)
            add(Rows(x: x..<x + upper, y: 0..<y), to: Rows(x: 0..<upper, y: 0..<y), of: grid.column, 1)
        }
    }

    /// Sends rows to the next rank up or down, and adds those that come from the other side.
    private mutating func add(_ sent: Rows, to target: Rows, of ranks: Communicator, _ direction: Int) {
        let depth = decomposition.shape.z
        let count = sent.x.count * sent.y.count * depth
        guard count > 0 else { return }
        let memory = decomposition.grid.memory
        let outgoing = Buffer<Int64>(count: count, from: memory, for: "ghost planes")
        let incoming = Buffer<Int64>(count: count, from: memory, for: "ghost planes")
        for (run, place) in sent.enumerated() {
            unsafe (outgoing.start + run * depth).update(from: row(x: place.x, y: place.y), count: depth)
        }
        unsafe ranks.shift(
            outgoing.start, to: ranks.neighbour(direction), incoming.start, from: ranks.neighbour(-direction),
            Communicator.Runs(1, bytes: count * MemoryLayout<Int64>.stride, stride: 0))
        for (run, place) in target.enumerated() {
            let owner = unsafe row(x: place.x, y: place.y)
            let ghost = unsafe incoming.start + run * depth
            for z in 0..<depth { unsafe owner[z] &+= ghost[z] }
        }
    }
}

/// Rows of constant x and y, those with the same x together.
private struct Rows: Sequence {
    let x: Range<Int>
    let y: Range<Int>

    func makeIterator() -> some IteratorProtocol<SIMD2<Int>> {
        x.lazy.flatMap { x in y.lazy.map { y in SIMD2(x, y) } }.makeIterator()
    }
}
