internal import Memory
internal import Mesh
public import Parallel
internal import Particles

/// Rows of a table, brought from where they were made to ranks that each have a run of them.
public enum RowDelivery {
    /// This rank's run of the rows, in their order. Collective.
    ///
    /// - Parameters:
    ///   - columns: numbers of this rank's rows, column by column.
    ///   - rows: their numbers, each of `0 ..< total` once on all ranks.
    ///   - total: rows of all ranks.
    /// - Returns: the run, and its numbers, column by column.
    public static func runs(
        _ columns: [[Double]], rows: [Int], of total: Int, over grid: RankGrid
    ) -> (run: Range<Int>, columns: [[Double]]) {
        let world = grid.world
        let run = Decomposition.block(world.rank, of: world.size, length: total)
        let memory = grid.memory
        let owners = Buffer<UInt32>(count: rows.count, from: memory, for: "routing")
        let numbers = Buffer<Int64>(count: rows.count, from: memory, for: "rows")
        for (index, row) in rows.enumerated() {
            unsafe owners.start[index] = UInt32(
                Decomposition.owner(of: row, among: world.size, length: total))
            unsafe numbers.start[index] = Int64(row)
        }
        let delivery = Delivery(to: owners, over: grid)
        let received = delivery.send(numbers, for: "rows")
        precondition(received.count == run.count)
        let sorted = columns.map { column in
            let outgoing = Buffer<Double>(count: rows.count, from: memory, for: "rows")
            for index in rows.indices { unsafe outgoing.start[index] = column[index] }
            let incoming = delivery.send(outgoing, for: "rows")
            var values = [Double](repeating: 0, count: run.count)
            for index in 0..<received.count {
                values[Int(unsafe received.start[index]) - run.lowerBound] = unsafe incoming.start[index]
            }
            return values
        }
        return (run, sorted)
    }
}
