internal import Memory
internal import Mesh
public import Parallel

/// The haloes of a box, the longest first, shared among ranks in equal runs of rows.
public struct HaloCatalogue: Sendable, Equatable {
    /// How they were found.
    public let criterion: FriendsOfFriends
    /// Haloes on all ranks.
    public let totalCount: Int
    /// Particles in haloes, on all ranks.
    public let memberCount: Int
    /// This rank's rows.
    public let rows: Range<Int>
    /// This rank's haloes.
    public let haloes: [Halo]
    /// Particles in haloes of the rows before this rank's.
    public let membersBefore: Int

    /// The rank that has a row.
    static func owner(of row: Int, among ranks: Int, rows: Int) -> Int {
        Decomposition.owner(of: row, among: ranks, length: rows)
    }

    /// Puts together what ranks know of the haloes of this rank's rows. Collective.
    init(
        _ criterion: FriendsOfFriends, of moments: borrowing Buffer<GroupMoments>, totalCount: Int,
        over world: Communicator
    ) {
        let rows = Decomposition.block(world.rank, of: world.size, length: totalCount)
        var sums = [GroupMoments?](repeating: nil, count: rows.count)
        for part in moments.array {
            let row = Int(part.number) - rows.lowerBound
            if sums[row] == nil {
                sums[row] = part
            } else {
                sums[row]!.add(part)
            }
        }
        let haloes = sums.map { Halo($0!) }
        let members = world.allGather([haloes.reduce(0) { $0 + $1.length }]).map { $0[0] }
        self.criterion = criterion
        self.totalCount = totalCount
        self.rows = rows
        self.haloes = haloes
        memberCount = members.reduce(0, +)
        membersBefore = members.prefix(world.rank).reduce(0, +)
    }

    /// For each of this rank's haloes, the particles in those before it; and all up to its last.
    public var offsets: [Int] {
        haloes.reduce(into: [membersBefore]) { $0.append($0.last! + $1.length) }
    }

    /// How many haloes meet themselves across the box. Collective.
    public func spanningCount(over world: Communicator) -> Int {
        world.sum(haloes.count { $0.spansBox })
    }
}
