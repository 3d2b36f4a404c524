internal import Memory
internal import Mesh
internal import Parallel

/// What one rank holds of a group that may be a halo.
struct GroupShare: BitwiseCopyable {
    /// The group's label.
    var label: Int64
    /// Particles of it that are the rank's own.
    var length: Int64
    /// The place of the particle that gives the group its label [2⁻³² box].
    var anchor: SIMD3<UInt32>
    /// Whether that particle is the rank's own; if not, `anchor` means nothing.
    var hasAnchor: Bool
}

/// What a rank learns of a group of which it holds a share.
struct GroupEntry: BitwiseCopyable {
    /// Its row in the catalogue; −1 if it is no halo.
    var number: Int64
    /// The place of the particle that gives the group its label [2⁻³² box].
    var anchor: SIMD3<UInt32>

    /// A group that is no halo.
    static let none = GroupEntry(number: -1, anchor: .zero)
}

/// Decides which groups are haloes and in which rows: the longest first, and of those of one length that with the
/// lowest label.
///
/// Each rank decides on a range of labels, and knows the shares of all ranks in them.
struct GroupRegistry {
    /// An answer to each share, in their order.
    let entries: [GroupEntry]
    /// Haloes on all ranks.
    let haloCount: Int

    /// The rank that decides on a label.
    static func home(of label: Int64, particles: Int, ranks: Int) -> Int {
        Decomposition.owner(of: Int(label), among: ranks, length: particles)
    }

    /// Decides. Collective.
    ///
    /// - Parameter shares: of the labels of this rank, from all ranks.
    init(_ shares: borrowing Buffer<GroupShare>, minimum: Int, over world: Communicator) {
        var groups = Self.put(together: shares).filter { $0.length >= minimum }
        // A rank's labels all lie below those of the next, so those of one length are in order by rank.
        groups.sort { ($1.length, $0.label) < ($0.length, $1.label) }
        let lengths = LengthHistogram(of: groups.map(\.length), over: world)
        var entries = [GroupEntry](repeating: .none, count: shares.count)
        var inOrder = lengths.makeRows()
        for group in groups {
            let number = inOrder.next(ofLength: group.length)
            for share in group.shares {
                entries[share] = GroupEntry(number: Int64(number), anchor: group.anchor)
            }
        }
        self.entries = entries
        haloCount = lengths.total
    }

    private struct Group {
        let label: Int64
        var length = 0
        var anchor = SIMD3<UInt32>.zero
        var shares: [Int] = []
    }

    private static func put(together shares: borrowing Buffer<GroupShare>) -> [Group] {
        let all = shares.array
        var groups: [Group] = []
        for number in all.indices.sorted(by: { all[$0].label < all[$1].label }) {
            let share = all[number]
            if groups.last?.label != share.label { groups.append(Group(label: share.label)) }
            groups[groups.count - 1].length += Int(share.length)
            groups[groups.count - 1].shares.append(number)
            if share.hasAnchor { groups[groups.count - 1].anchor = share.anchor }
        }
        return groups
    }
}

/// How many groups of each length there are, on this rank and on those before it.
private struct LengthHistogram {
    /// Groups on all ranks.
    let total: Int
    /// For each length on this rank, the longest first: the row of its first group here.
    private let rows: [Int: Int]

    /// - Parameter lengths: this rank's, the longest first. Collective.
    init(of lengths: [Int], over world: Communicator) {
        var own: [(length: Int, count: Int)] = []
        for length in lengths {
            if own.last?.length == length {
                own[own.count - 1].count += 1
            } else {
                own.append((length, 1))
            }
        }
        // Lists of one size, filled up with no groups of no length.
        let most = world.maximum(own.count)
        let padded =
            own.flatMap { [$0.length, $0.count] } + Array(repeating: 0, count: 2 * (most - own.count))
        var onAll: [Int: Int] = [:]
        var before: [Int: Int] = [:]
        for (rank, list) in world.allGather(padded).enumerated() {
            for entry in 0..<most where list[2 * entry + 1] > 0 {
                onAll[list[2 * entry], default: 0] += list[2 * entry + 1]
                if rank < world.rank { before[list[2 * entry], default: 0] += list[2 * entry + 1] }
            }
        }
        var rows: [Int: Int] = [:]
        var longer = 0
        for length in onAll.keys.sorted(by: >) {
            rows[length] = longer + before[length, default: 0]
            longer += onAll[length]!
        }
        self.rows = rows
        total = longer
    }

    func makeRows() -> Rows { Rows(next: rows) }

    /// Gives out rows.
    struct Rows {
        fileprivate var next: [Int: Int]

        mutating func next(ofLength length: Int) -> Int {
            defer { next[length]! += 1 }
            return next[length]!
        }
    }
}
