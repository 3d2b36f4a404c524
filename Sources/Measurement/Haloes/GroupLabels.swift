internal import Memory
internal import Mesh
internal import Parallel

/// The group of each of a rank's particles, known across ranks: by its label, the smallest Lagrangian index in it.
struct GroupLabels: ~Copyable {
    /// The rank's own groups.
    let local: LocalGroups
    /// Each one's label.
    let label: Buffer<Int64>
    /// Each one's particles that are this rank's own.
    let length: Buffer<UInt32>
    /// Whether other ranks may have particles of it: if not, it is all here.
    let isShared: Buffer<Bool>

    /// Rounds of exchange that it took.
    let rounds: Int

    /// Labels groups as they are on all ranks together. Collective.
    ///
    /// Each round every local group takes on the least label over all copies of its particles, until none changes
    /// anywhere; which is then the least index of all that is linked.
    init(of local: consuming LocalGroups, among ghosts: borrowing GhostPoints, over grid: RankGrid) {
        let memory = grid.memory
        let label = Buffer<Int64>(count: local.count, isRandomlyAccessed: true, from: memory, for: "groups")
        let length = Buffer<UInt32>(count: local.count, isRandomlyAccessed: true, from: memory, for: "groups")
        let isShared = Buffer<Bool>(count: local.count, from: memory, for: "groups")
        unsafe label.start.update(repeating: .max, count: label.count)
        unsafe length.start.update(repeating: 0, count: length.count)
        unsafe isShared.start.update(repeating: false, count: isShared.count)
        for slot in 0..<ghosts.index.count {
            let group = unsafe Int(local.group.start[slot])
            unsafe label.start[group] = min(label.start[group], ghosts.index.start[slot])
            if slot < ghosts.ownCount {
                unsafe length.start[group] += 1
            } else {
                unsafe isShared.start[group] = true
            }
        }
        for copy in 0..<ghosts.copies.slots.count {
            unsafe isShared.start[Int(local.group.start[Int(ghosts.copies.slots.start[copy])])] = true
        }
        var rounds = 0
        while grid.world.size > 1 {
            rounds += 1
            guard grid.world.any(Self.round(label, local.group, ghosts)) else { break }
        }
        self.local = local
        self.label = label
        self.length = length
        self.isShared = isShared
        self.rounds = rounds
    }

    /// - Returns: whether a label changed on this rank.
    private static func round(
        _ label: borrowing Buffer<Int64>, _ group: borrowing Buffer<UInt32>, _ ghosts: borrowing GhostPoints
    ) -> Bool {
        let (copies, ownCount) = (ghosts.copies.slots.count, ghosts.ownCount)
        var hasChanged = false
        func lower(_ slot: Int, to other: Int64) {
            let group = unsafe Int(group.start[slot])
            guard unsafe other < label.start[group] else { return }
            unsafe label.start[group] = other
            hasChanged = true
        }
        let outgoing = Buffer<Int64>(count: ownCount, from: label.pool, for: "ghosts")
        for copy in 0..<copies {
            let slot = unsafe Int(ghosts.copies.slots.start[copy])
            unsafe outgoing.start[slot] = label.start[Int(group.start[slot])]
        }
        let atGhosts = ghosts.copies.send(outgoing, to: "ghosts")
        for ghost in 0..<atGhosts.count { unsafe lower(ownCount + ghost, to: atGhosts.start[ghost]) }
        for ghost in 0..<atGhosts.count {
            unsafe atGhosts.start[ghost] = label.start[Int(group.start[ownCount + ghost])]
        }
        let atHome = ghosts.copies.sendHome(atGhosts)
        for copy in 0..<copies {
            unsafe lower(Int(ghosts.copies.slots.start[copy]), to: atHome.start[copy])
        }
        return hasChanged
    }
}
