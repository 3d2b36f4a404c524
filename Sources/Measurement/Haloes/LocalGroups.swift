internal import CKernels
internal import Kernels
internal import Memory

/// The groups among the particles and ghosts of one rank, numbered from 0 in no particular order.
struct LocalGroups: ~Copyable {
    /// How many there are.
    let count: Int
    /// Each particle's group, by slot.
    let group: Buffer<UInt32>

    /// Links friends.
    ///
    /// - Parameter points: put into another order.
    init(
        linking points: consuming Buffer<palindrome_point>, under criterion: palindrome_friends,
        by kernels: GroupKernels
    ) {
        let memory = points.pool
        let columns = Int(criterion.columns.0 * criterion.columns.1)
        let column = Buffer<UInt32>(
            count: columns + 1, isRandomlyAccessed: true, from: memory, for: "columns of cells")
        let cells = Self.order(points, into: column, criterion, kernels)
        let first = Buffer<UInt32>(count: cells + 1, from: memory, for: "cells")
        let z = Buffer<UInt32>(count: cells, from: memory, for: "cells")
        let parent = Buffer<UInt32>(count: cells, isRandomlyAccessed: true, from: memory, for: "cells")
        group = Buffer<UInt32>(count: points.count, from: memory, for: "groups")
        let found = unsafe palindrome_point_cells(column: column.start, first: first.start, z: z.start)
        unsafe kernels.findCells(points.start, criterion, found)
        unsafe kernels.joinCells(points.start, criterion, found, parent.start)
        count = Int(
            unsafe kernels.numberGroups(
                Int64(cells), parent.start, first.start, points.start, group.start))
    }

    /// - Returns: the number of cells that are not empty.
    private static func order(
        _ points: borrowing Buffer<palindrome_point>, into column: borrowing Buffer<UInt32>,
        _ criterion: palindrome_friends, _ kernels: GroupKernels
    ) -> Int {
        let scratch = Buffer<palindrome_point>(count: points.count, from: points.pool, for: "ordering")
        let byZ = Buffer<UInt32>(count: Int(criterion.cells.2) + 1, from: points.pool, for: "ordering")
        let cells = unsafe kernels.orderPoints(
            Int64(points.count), points.start, criterion,
            palindrome_order_scratch(points: scratch.start, by_z: byZ.start), column.start)
        precondition(cells >= 0, "a particle is not on the rank that owns its place")
        return Int(cells)
    }
}
