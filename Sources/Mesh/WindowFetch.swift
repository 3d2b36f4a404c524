internal import Memory
internal import Parallel

/// Fetches what ranks want to see of a field, from whomever owns it: neighbours, those behind them, or oneself.
///
/// It only copies. Planes of x are sent first, each with the sender's own y, then rows of y with all x of the window,
/// so that corners arrive. Planned once for a mesh and the windows of all ranks.
public final class WindowFetch {
    /// The mesh.
    public let decomposition: Decomposition
    private let windows: Windows
    private let x: AxisPlan
    private let y: AxisPlan

    /// A plan.
    ///
    /// - Precondition: the windows are those of the mesh's grid of ranks.
    public init(_ decomposition: Decomposition, _ windows: Windows) {
        let grid = decomposition.grid
        precondition(windows.x.count == grid.shape.x && windows.y.count == grid.shape.y)
        self.decomposition = decomposition
        self.windows = windows
        x = AxisPlan(
            AxisWindows(length: decomposition.shape.x, windows: windows.x), of: grid.position.x,
            owning: decomposition.x)
        y = AxisPlan(
            AxisWindows(length: decomposition.shape.y, windows: windows.y), of: grid.position.y,
            owning: decomposition.y)
    }

    /// What this rank wants to see of a field; its ghost planes are ignored. Collective.
    ///
    /// - Returns: the window, which keeps the field.
    public func fetch<Element>(_ field: consuming Field<Element>) -> Window<Element> {
        precondition(field.decomposition.isAlike(decomposition))
        let grid = decomposition.grid
        let visible = grid.phases.measure(.ghosts) { rows(around: field) }
        return Window(
            x: windows.x[grid.position.x], y: windows.y[grid.position.y], rows: visible, field: field)
    }

    private func rows<Element>(around field: borrowing Field<Element>) -> WindowRows<Element> {
        // Of each plane of the window, first the rows of this rank's own y.
        let owned = RowTable<Element>(decomposition, planes: x.count, rows: decomposition.y.count)
        for piece in x.own {
            for (plane, global) in piece.planes.enumerated() {
                for row in 0..<owned.rows {
                    unsafe owned.place(
                        piece.place + plane, row,
                        at: field.row(x: global, y: row + decomposition.y.lowerBound))
                }
            }
        }
        let planes = unsafe exchange(x, over: decomposition.grid.column, lines: owned.rows) { plane, row in
            unsafe field.row(
                x: plane + decomposition.x.lowerBound, y: row + decomposition.y.lowerBound)
        } arrived: {
            unsafe owned.place($0, $1, at: $2)
        }
        // Then all of its y.
        let table = RowTable<Element>(decomposition, planes: x.count, rows: y.count)
        for piece in y.own {
            for plane in 0..<table.planes {
                for (row, global) in piece.planes.enumerated() {
                    unsafe table.place(
                        plane, piece.place + row,
                        at: owned.row(plane, global - decomposition.y.lowerBound))
                }
            }
        }
        let rows = unsafe exchange(y, over: decomposition.grid.row, lines: table.planes) { row, plane in
            unsafe owned.row(plane, row)
        } arrived: {
            unsafe table.place($1, $0, at: $2)
        }
        return WindowRows(table: table, planes: planes, rows: rows)
    }

    /// Sends what others want of one axis, and receives what this rank wants.
    ///
    /// - Parameters:
    ///   - lines: rows of each plane.
    ///   - source: the row of an owned plane, counted from the first one, and of a line.
    ///   - arrived: told of each row that came: its place in the window, its line, and where it is.
    /// - Returns: what came.
    private func exchange<Element>(
        _ plan: AxisPlan, over ranks: Communicator, lines: Int,
        _ source: (Int, Int) -> UnsafePointer<Element>, arrived: (Int, Int, UnsafePointer<Element>) -> Void
    ) -> Buffer<Element> {
        let depth = decomposition.shape.z
        let memory = decomposition.grid.memory
        let outgoing = Buffer<Element>(
            count: plan.sentPlanes.count * lines * depth, from: memory, for: "windows")
        let incoming = Buffer<Element>(
            count: plan.receivedPlaces.count * lines * depth, from: memory, for: "windows")
        for (index, plane) in plan.sentPlanes.enumerated() {
            for line in 0..<lines {
                unsafe (outgoing.start + (index * lines + line) * depth).update(
                    from: source(plane, line), count: depth)
            }
        }
        let messages = plan.messages.map { message in
            func scaled(_ planes: Range<Int>) -> Range<Int> {
                planes.lowerBound * lines * depth..<planes.upperBound * lines * depth
            }
            return Message(
                rank: message.rank, sent: scaled(message.sent), received: scaled(message.received))
        }
        unsafe ranks.exchange(
            messages, from: outgoing.start, to: incoming.start, stride: MemoryLayout<Element>.stride)
        for (index, place) in plan.receivedPlaces.enumerated() {
            for line in 0..<lines {
                unsafe arrived(
                    place, line, UnsafePointer(incoming.start + (index * lines + line) * depth))
            }
        }
        return incoming
    }
}

/// Who sends which planes of one axis to whom.
private struct AxisPlan {
    /// Planes of the window.
    let count: Int
    /// What this rank has itself.
    let own: [AxisWindows.Piece]
    /// The planes sent, counted from the first owned one, in the order of ``messages``.
    let sentPlanes: [Int]
    /// The places in the window of the planes received, in the order of ``messages``.
    let receivedPlaces: [Int]
    /// Runs of ``sentPlanes`` and ``receivedPlaces``.
    let messages: [Message]

    init(_ windows: AxisWindows, of rank: Int, owning block: Range<Int>) {
        count = windows.windows[rank].count
        own = windows.pieces(of: rank).filter { $0.owner == rank }
        let sent = windows.sent(by: rank)
        let received = windows.received(by: rank)
        var sentPlanes: [Int] = []
        var receivedPlaces: [Int] = []
        messages = windows.windows.indices.compactMap { other in
            let (firstSent, firstReceived) = (sentPlanes.count, receivedPlaces.count)
            for message in sent where message.rank == other {
                sentPlanes += message.planes.joined().map { $0 - block.lowerBound }
            }
            for message in received where message.rank == other {
                receivedPlaces += message.pieces.flatMap { piece in
                    piece.planes.indices.map { piece.place + $0 - piece.planes.lowerBound }
                }
            }
            let message = Message(
                rank: other, sent: firstSent..<sentPlanes.count,
                received: firstReceived..<receivedPlaces.count)
            return message.sent.isEmpty && message.received.isEmpty ? nil : message
        }
        self.sentPlanes = sentPlanes
        self.receivedPlaces = receivedPlaces
    }
}

extension Field {
    /// An owned row.
    fileprivate func row(x: Int, y: Int) -> UnsafePointer<Element> {
        unsafe UnsafePointer(values.start + offset(x: x, y: y, z: 0))
    }
}
