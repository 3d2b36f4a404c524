/// Which part of a mesh each rank of a grid wants to see: a range of x and one of y for each column and row of ranks,
/// and all of z.
///
/// Ranges are of global indices and may reach beyond the mesh at either end, any number of times: it is periodic.
public struct Windows: Sendable, Equatable {
    /// By position along x.
    public let x: [Range<Int>]
    /// By position along y.
    public let y: [Range<Int>]

    /// Windows that follow from the blocks of a mesh, not always of the one that is looked at.
    ///
    /// - Parameters:
    ///   - shape: of the mesh with the blocks.
    ///   - ranks: along x and y.
    ///   - window: from a block's range along an axis to the window's.
    public init(of shape: SIMD3<Int>, on ranks: SIMD2<Int>, _ window: (Range<Int>) -> Range<Int>) {
        func windows(_ axis: Int) -> [Range<Int>] {
            (0..<ranks[axis]).map { window(Decomposition.block($0, of: ranks[axis], length: shape[axis])) }
        }
        x = windows(0)
        y = windows(1)
    }
}

/// How the windows along one axis are put together from the blocks of ranks.
struct AxisWindows {
    let length: Int
    let windows: [Range<Int>]

    /// Neighbouring planes that one rank owns.
    struct Piece: Equatable {
        /// Their owner's position.
        let owner: Int
        /// The planes' indices in the mesh.
        let planes: Range<Int>
        /// Where the first one is in the window, counted from its first.
        let place: Int
    }

    private var parts: Int { windows.count }

    /// The pieces of a rank's window, in order.
    func pieces(of rank: Int) -> [Piece] {
        let window = windows[rank]
        var pieces: [Piece] = []
        var next = window.lowerBound
        while next < window.upperBound {
            let first = (next % length + length) % length
            let owner = Decomposition.owner(of: first, among: parts, length: length)
            let block = Decomposition.block(owner, of: parts, length: length)
            let count = min(window.upperBound - next, block.upperBound - first)
            pieces.append(Piece(owner: owner, planes: first..<first + count, place: next - window.lowerBound))
            next += count
        }
        return pieces
    }

    /// The planes that a rank sends to each other one, in the order of their place in its window.
    func sent(by rank: Int) -> [(rank: Int, planes: [Range<Int>])] {
        windows.indices.compactMap { other in
            guard other != rank else { return nil }
            let planes = pieces(of: other).filter { $0.owner == rank }.map(\.planes)
            return planes.isEmpty ? nil : (other, planes)
        }
    }

    /// The pieces that a rank receives from each other one, in the order of their place in its window.
    func received(by rank: Int) -> [(rank: Int, pieces: [Piece])] {
        let pieces = pieces(of: rank)
        return windows.indices.compactMap { other in
            let theirs = pieces.filter { $0.owner == other }
            return other == rank || theirs.isEmpty ? nil : (other, theirs)
        }
    }
}

extension MeshShare {
    /// What the rank sends so that all see their windows of a field of reals: planes of x with its own y, then rows
    /// of y with all x of its window.
    public func window(_ windows: Windows) -> Traffic {
        func sent(_ axis: AxisWindows, by rank: Int, rows: Int) -> Traffic {
            axis.sent(by: rank).reduce(.none) { sum, message in
                let planes = message.planes.reduce(0) { $0 + $1.count }
                return sum + Traffic(bytes: planes * rows * shape.z * wordBytes, messages: 1)
            }
        }
        let (x, y) = (
            AxisWindows(length: shape.x, windows: windows.x), AxisWindows(length: shape.y, windows: windows.y)
        )
        return sent(x, by: position.x, rows: self.y.count)
            + sent(y, by: position.y, rows: windows.x[position.x].count)
    }

    /// Bytes of the rows that the rank receives for its window.
    public func windowBytes(_ windows: Windows) -> Int {
        func received(_ axis: AxisWindows, by rank: Int) -> Int {
            axis.received(by: rank).flatMap(\.pieces).reduce(0) { $0 + $1.planes.count }
        }
        let x = received(AxisWindows(length: shape.x, windows: windows.x), by: position.x)
        let y = received(AxisWindows(length: shape.y, windows: windows.y), by: position.y)
        return (x * self.y.count + y * windows.x[position.x].count) * shape.z * wordBytes
    }
}
