internal import CKernels
internal import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// A rank's particles and those of other ranks within a linking length of its part of the box.
///
/// Any two friends are together on the rank of either. A rank has at most one copy of a particle.
struct GhostPoints: ~Copyable {
    private var points: Buffer<palindrome_point>?
    /// The rank's own particles have the slots `0 ..< ownCount`, ghosts those behind.
    let ownCount: Int
    /// The Lagrangian indices of all of them, by slot.
    let index: Buffer<Int64>
    /// How values travel between particles and their ghosts.
    let copies: GhostCopies

    /// Fetches what is near. Collective.
    init(of particles: HaloParticles, reach: [Int]) {
        let memory = particles.grid.memory
        let own = Buffer<palindrome_point>(count: particles.count, from: memory, for: "points")
        for axis in 0..<3 { unsafe Self.place(particles, along: axis, in: own.start) }
        let ownIndex = Buffer<Int64>(count: particles.count, from: memory, for: "indices")
        particles.forEachPiece(of: particles.indices, zero: 0) { range, values in
            for (value, slot) in range.enumerated() { unsafe ownIndex.start[slot] = values[value] }
        }
        copies = GhostCopies(of: own, particles, reach: reach)
        ownCount = particles.count
        guard particles.grid.world.size > 1 else {
            points = consume own
            index = ownIndex
            return
        }
        let all = Buffer(joining: own, copies.send(own, to: "ghosts"), for: "points")
        for slot in ownCount..<all.count { unsafe all.start[slot].slot = UInt32(slot) }
        points = consume all
        index = Buffer(joining: ownIndex, copies.send(ownIndex, to: "ghosts"), for: "indices")
    }

    /// The points, by slot; they can be taken once.
    mutating func takePoints() -> Buffer<palindrome_point> {
        points.take()!
    }

    private static func place(
        _ particles: HaloParticles, along axis: Int, in points: UnsafeMutablePointer<palindrome_point>
    ) {
        particles.forEachPiece(of: { particles.positions(axis, $0, &$1) }, zero: 0) { range, values in
            for (value, slot) in range.enumerated() {
                switch axis {
                case 0: unsafe points[slot].at.0 = values[value]
                case 1: unsafe points[slot].at.1 = values[value]
                default:
                    unsafe points[slot].at.2 = values[value]
                    unsafe points[slot].slot = UInt32(slot)
                }
            }
        }
    }
}

/// Which particles have ghosts on which ranks.
struct GhostCopies: ~Copyable {
    /// The own particles that have ghosts, once for each.
    let slots: Buffer<UInt32>
    /// Ghosts here.
    let count: Int
    private let delivery: Delivery

    fileprivate init(
        of points: borrowing Buffer<palindrome_point>, _ particles: HaloParticles, reach: [Int]
    ) {
        let (grid, domain) = (particles.grid, particles.domain)
        let inner = [0, 1].map { domain.inner(grid.position[$0], along: $0, reach: reach[$0]) }
        var near: (slots: [UInt32], ranks: [UInt32]) = ([], [])
        for slot in 0..<points.count {
            let at = unsafe points.start[slot].at
            if inner[0].contains(Int(at.0)) && inner[1].contains(Int(at.1)) { continue }
            for x in 0..<grid.shape.x where domain.isNear(at.0, to: x, along: 0, reach: reach[0]) {
                for y in 0..<grid.shape.y where domain.isNear(at.1, to: y, along: 1, reach: reach[1]) {
                    let rank = grid.rank(at: [x, y])
                    guard rank != grid.world.rank else { continue }
                    near.slots.append(UInt32(slot))
                    near.ranks.append(UInt32(rank))
                }
            }
        }
        slots = Buffer(near.slots, from: grid.memory, for: "ghosts")
        delivery = Delivery(to: Buffer(near.ranks, from: grid.memory, for: "ghosts"), over: grid)
        count = delivery.receivedCount
    }

    /// What belongs to the ghosts here, of what each rank has for its own particles. Collective.
    func send<Element: BitwiseCopyable>(_ values: borrowing Buffer<Element>, to purpose: StaticString)
        -> Buffer<Element>
    {
        let outgoing = Buffer<Element>(count: slots.count, from: values.pool, for: "ghosts")
        for copy in 0..<slots.count {
            unsafe outgoing.start[copy] = values.start[Int(slots.start[copy])]
        }
        return delivery.send(outgoing, for: purpose)
    }

    /// What other ranks have for the ghosts of own particles, in the order of ``slots``. Collective.
    func sendHome<Element: BitwiseCopyable>(_ values: borrowing Buffer<Element>) -> Buffer<Element> {
        delivery.sendBack(values, for: "ghosts")
    }
}
