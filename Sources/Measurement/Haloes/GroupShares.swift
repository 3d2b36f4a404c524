internal import Memory
internal import Mesh
internal import Parallel

/// A rank's shares of the groups that may be haloes, and what it knows of those that are.
struct GroupShares: ~Copyable {
    /// The shares, one for each local group that may be part of a halo.
    let shares: Buffer<GroupShare>
    private let labels: GroupLabels
    /// By local group: the number of its share, −1 if it has none.
    private let shareOfGroup: Buffer<Int32>

    /// - Parameter minimum: groups of fewer particles are no haloes.
    init(of labels: consuming GroupLabels, _ particles: HaloParticles, minimum: Int) {
        let memory = particles.grid.memory
        shareOfGroup = Buffer(
            count: labels.local.count, isRandomlyAccessed: true, from: memory, for: "groups")
        var shares: [GroupShare] = []
        for group in 0..<labels.local.count {
            let length = unsafe Int(labels.length.start[group])
            let mayBeHalo = unsafe length > 0 && (length >= minimum || labels.isShared.start[group])
            unsafe shareOfGroup.start[group] = mayBeHalo ? Int32(shares.count) : -1
            guard mayBeHalo else { continue }
            shares.append(
                GroupShare(
                    label: unsafe labels.label.start[group], length: Int64(length), anchor: .zero,
                    hasAnchor: false))
        }
        self.shares = Buffer(shares, from: memory, for: "haloes")
        self.labels = labels
        findAnchors(particles)
    }

    private func findAnchors(_ particles: HaloParticles) {
        var anchors: [(slot: Int, share: Int)] = []
        particles.forEachPiece(of: particles.indices, zero: 0) { range, values in
            for (value, slot) in range.enumerated() {
                guard let share = share(of: slot),
                    unsafe shares.start[share].label == values[value]
                else { continue }
                anchors.append((slot, share))
                unsafe shares.start[share].hasAnchor = true
            }
        }
        for axis in 0..<3 {
            for (slot, share) in anchors {
                var position: [UInt32] = [0]
                var span = position.mutableSpan
                particles.positions(axis, slot..<slot + 1, &span)
                unsafe shares.start[share].anchor[axis] = position[0]
            }
        }
    }

    /// The number of the share that a particle belongs to.
    private func share(of slot: Int) -> Int? {
        let share = unsafe shareOfGroup.start[Int(labels.local.group.start[slot])]
        return share < 0 ? nil : Int(share)
    }

    /// The ranks that decide on the shares.
    func homes(_ particles: HaloParticles) -> Buffer<UInt32> {
        let homes = Buffer<UInt32>(count: shares.count, from: shares.pool, for: "haloes")
        for share in 0..<shares.count {
            unsafe homes.start[share] = UInt32(
                GroupRegistry.home(
                    of: shares.start[share].label, particles: particles.totalCount,
                    ranks: particles.grid.world.size))
        }
        return homes
    }

    /// The sums over this rank's particles of haloes.
    ///
    /// - Parameter entries: what has been decided on the shares.
    func moments(_ entries: borrowing Buffer<GroupEntry>, _ particles: HaloParticles) -> [GroupMoments] {
        // Two local groups may be parts of one halo; their sums meet later.
        let place = haloPlaces(entries)
        var moments: [GroupMoments] = []
        for share in 0..<shares.count where place[share] >= 0 {
            moments.append(unsafe GroupMoments(of: entries.start[share], label: shares.start[share].label))
            moments[moments.count - 1].length = unsafe shares.start[share].length
        }
        for axis in 0..<3 {
            particles.forEachPiece(of: { particles.positions(axis, $0, &$1) }, zero: 0) { range, values in
                for (value, slot) in range.enumerated() {
                    guard let share = share(of: slot), place[share] >= 0 else { continue }
                    moments[place[share]].add(position: values[value], along: axis)
                }
            }
            particles.forEachPiece(of: { particles.velocities(axis, $0, &$1) }, zero: 0) { range, values in
                for (value, slot) in range.enumerated() {
                    guard let share = share(of: slot), place[share] >= 0 else { continue }
                    moments[place[share]].velocities[axis] += Int64(values[value])
                }
            }
        }
        return moments
    }

    /// Of each share, its place among those that are parts of haloes; −1 for the others.
    private func haloPlaces(_ entries: borrowing Buffer<GroupEntry>) -> [Int] {
        var next = 0
        return (0..<shares.count).map { share in
            guard unsafe entries.start[share].number >= 0 else { return -1 }
            defer { next += 1 }
            return next
        }
    }

    /// For each of this rank's particles the row of its halo; −1 if it is in none.
    func numbers(_ entries: borrowing Buffer<GroupEntry>, _ particles: HaloParticles) -> Buffer<Int32> {
        let numbers = Buffer<Int32>(count: particles.count, from: shares.pool, for: "haloes")
        for slot in 0..<particles.count {
            unsafe numbers.start[slot] = share(of: slot).map { unsafe Int32(entries.start[$0].number) } ?? -1
        }
        return numbers
    }
}
