public import Mesh

/// Which part of the box is each rank's, where groups are sought: a range along x and one along y.
public struct HaloDomain: Sendable, Equatable {
    /// Along x and along y: where the part of each place of the rank grid begins, and the end of the box
    /// [2⁻³² box].
    let edges: [[Int]]

    /// The side of the box [2⁻³² box].
    static let box = 1 << 32

    /// The parts that belong to the ranks' ranges of mesh points, as the particles of a run are shared.
    public init(of mesh: Decomposition) {
        edges = [0, 1].map { axis in
            let (parts, points) = (mesh.grid.shape[axis], mesh.shape[axis])
            return (0...parts).map { part in
                // The first position whose cell is the range's first.
                let point = part * points / parts
                return (point << 32 + points - 1) / points
            }
        }
    }

    /// The place along an axis whose part a position is in.
    func owner(of position: UInt32, along axis: Int) -> Int {
        let edges = edges[axis]
        var (low, high) = (0, edges.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(position) < edges[middle] { high = middle } else { low = middle }
        }
        return low
    }

    /// The part of a place, with as much as `reach` on both sides; the whole axis if that is no less.
    private func wide(_ place: Int, along axis: Int, reach: Int) -> Range<Int> {
        let range = edges[axis][place] - reach..<edges[axis][place + 1] + reach
        return edges[axis].count == 2 || range.count >= Self.box ? 0..<Self.box : range
    }

    /// Whether a position is within `reach` of the part of a place.
    func isNear(_ position: UInt32, to place: Int, along axis: Int, reach: Int) -> Bool {
        let range = wide(place, along: axis, reach: reach)
        return Int(position &- UInt32(truncatingIfNeeded: range.lowerBound)) < range.count
    }

    /// The positions that are near no other place's part: those inside the own one, unless it is the only one.
    func inner(_ place: Int, along axis: Int, reach: Int) -> Range<Int> {
        guard edges[axis].count > 2 else { return 0..<Self.box }
        let (first, end) = (edges[axis][place] + reach, edges[axis][place + 1] - reach)
        return first..<max(first, end)
    }

    /// The cells that a place's part and `reach` around it touch; the first may be any where they are all.
    func cells(of place: Int, along axis: Int, among cells: Int, reach: Int) -> (first: Int, count: Int) {
        let range = wide(place, along: axis, reach: reach)
        guard range.count < Self.box else { return (0, cells) }
        let first = (range.lowerBound * cells) >> 32
        let count = (((range.upperBound - 1) * cells) >> 32) - first + 1
        return count < cells ? ((first + cells) % cells, count) : (0, cells)
    }
}
