internal import CKernels
internal import Kernels
internal import Memory
internal import Mesh
internal import Parallel

/// The particles that change ranks in one step, and where those that arrive are put.
///
/// What goes to one rank is one message of sections: an array's elements of all its particles, then the next
/// array's. Arrays are packed and unpacked in the same order.
struct Migration: ~Copyable {
    /// Particles here afterwards.
    let newCount: Int

    private let world: Communicator
    private let kernels: OrderKernels
    private let messages: [Message]
    private let leavers: Buffer<UInt32>
    private let repair: Repair
    private let oldCount: Int
    private let bytesPerParticle: Int
    /// Of a particle in a message.
    private let stride: Int
    private let outgoing: Buffer<UInt8>
    private let incoming: Buffer<UInt8>
    private var bytesPacked = 0
    private var bytesUnpacked = 0

    /// Finds out who goes where; nil if nobody leaves on any rank. Collective.
    static func planned<Scalar: ParticleScalar>(
        for particles: borrowing ParticleSet<Scalar>, bytesPerParticle: Int
    ) -> Migration? {
        let grid = particles.grid
        guard grid.world.size > 1 else { return nil }
        let holes = particles.leavers()
        let destinations = particles.destinations(of: holes)
        let neighbours = grid.neighbours
        let isFar = destinations.counts.indices.contains {
            destinations.counts[$0] > 0 && !neighbours.contains($0)
        }
        let anywhere = grid.world.maximum([holes.count, isFar ? 1 : 0])
        guard anywhere[0] > 0 else { return nil }
        let messages =
            anywhere[1] == 1
            ? grid.world.messages(sending: destinations.counts)
            : grid.world.messages(sending: destinations.counts, among: neighbours)
        let arriving = messages.reduce(0) { $0 + $1.received.count }
        precondition(particles.count - holes.count + arriving < 1 << 32)
        let leavers = Buffer<UInt32>(count: holes.count, from: grid.memory, for: "routing")
        unsafe grid.kernels.order.take(
            holes.count, destinations.order.start, from: holes.start, to: leavers.start)
        return Migration(
            of: leavers, along: messages, over: grid, bytesPerParticle: bytesPerParticle,
            repair: Repair(
                count: particles.count, holes: holes, arriving: arriving, by: grid.kernels.order))
    }

    // No precondition and no early return here: while fields are missing, Swift 6.3 destroys them all the same.
    private init(
        of leavers: consuming Buffer<UInt32>, along messages: [Message], over grid: RankGrid,
        bytesPerParticle: Int, repair: consuming Repair
    ) {
        let arriving = repair.slots.count
        // Whole words, so that the sections of a message begin where 8 bytes may.
        let stride = (bytesPerParticle + 7) / 8 * 8
        outgoing = Buffer(count: leavers.count * stride, from: grid.memory, for: "routing")
        incoming = Buffer(count: arriving * stride, from: grid.memory, for: "routing")
        world = grid.world
        kernels = grid.kernels.order
        oldCount = repair.oldCount
        newCount = oldCount - leavers.count + arriving
        self.messages = messages
        self.leavers = leavers
        self.repair = repair
        self.bytesPerParticle = bytesPerParticle
        self.stride = stride
    }

    /// Copies the leavers' elements of an array into the messages.
    mutating func pack<Element: BitwiseCopyable>(_ array: borrowing Buffer<Element>) {
        for message in messages {
            let range = message.sent
            unsafe kernels.take(
                range.count, leavers.start + range.lowerBound, from: array.start,
                to: outgoing.start + range.lowerBound * stride + range.count * bytesPacked)
        }
        bytesPacked += MemoryLayout<Element>.size
    }

    /// Sends the messages. Collective.
    borrowing func exchange() {
        precondition(bytesPacked == bytesPerParticle)
        unsafe world.exchange(
            messages, from: outgoing.start, to: incoming.start, stride: stride)
    }

    /// Puts the arrivals' elements of an array where the leavers were or at its end, and closes gaps.
    mutating func unpack<Element: BitwiseCopyable>(
        into array: inout Buffer<Element>, for purpose: StaticString
    ) {
        array.grow(to: newCount, keeping: oldCount, for: purpose)
        for message in messages {
            let range = message.received
            let section = range.lowerBound * stride + range.count * bytesUnpacked
            unsafe kernels.put(
                range.count, repair.slots.start + range.lowerBound, from: incoming.start + section,
                to: array.start)
        }
        unsafe kernels.move(
            repair.moves, from: repair.movedFrom.start, to: repair.movedTo.start, in: array.start)
        bytesUnpacked += MemoryLayout<Element>.size
    }
}

/// How an array becomes whole again when some elements left and others arrived.
private struct Repair: ~Copyable {
    /// Elements before.
    let oldCount: Int
    /// Where the arrivals go: into the holes, then behind the last.
    let slots: Buffer<UInt32>
    /// Last elements that move into holes that are left over.
    let movedFrom: Buffer<UInt32>
    let movedTo: Buffer<UInt32>
    let moves: Int

    /// - Parameter holes: ascending.
    init(count: Int, holes: borrowing Buffer<UInt32>, arriving: Int, by kernels: OrderKernels) {
        let memory = holes.pool
        oldCount = count
        let filled = min(holes.count, arriving)
        let unfilled = holes.count - filled
        slots = Buffer(count: arriving, from: memory, for: "routing")
        unsafe slots.start.update(from: holes.start, count: filled)
        for extra in filled..<arriving { unsafe slots.start[extra] = UInt32(count + extra - filled) }
        movedFrom = Buffer(count: unfilled, from: memory, for: "routing")
        movedTo = Buffer(count: unfilled, from: memory, for: "routing")
        moves = unsafe Int(
            kernels.holeMoves(
                Int64(count), Int64(count - unfilled),
                palindrome_holes(count: Int64(unfilled), slots: holes.start + filled),
                movedFrom.start, movedTo.start))
    }
}

extension ParticleSet {
    /// The particles outside this rank's columns, ascending.
    fileprivate borrowing func leavers() -> Buffer<UInt32> {
        let block = palindrome_particle_block(decomposition)
        let leaving = Int(kernels.countLeavers(forKernel, block))
        // The kernel writes one element beyond the last leaver.
        let list = Buffer<UInt32>(count: leaving, reserving: leaving + 1, from: grid.memory, for: "routing")
        if leaving > 0 {
            unsafe kernels.listLeavers(forKernel, block, list.start)
        }
        return list
    }

    /// Some particles grouped by the rank that owns their cell.
    fileprivate borrowing func destinations(of list: borrowing Buffer<UInt32>) -> Destinations {
        let x = Buffer<Scalar.Position>(count: list.count, from: grid.memory, for: "routing")
        let y = Buffer<Scalar.Position>(count: list.count, from: grid.memory, for: "routing")
        let kernels = grid.kernels.order
        unsafe kernels.take(list.count, list.start, from: position[0].start, to: x.start)
        unsafe kernels.take(list.count, list.start, from: position[1].start, to: y.start)
        return Destinations(
            owner: decomposition.owners(x: x, y: y, scalar: Scalar.self), over: grid)
    }
}

extension Decomposition {
    /// The rank that owns the cell of each position.
    func owners<Scalar: ParticleScalar>(
        x: borrowing Buffer<Scalar.Position>, y: borrowing Buffer<Scalar.Position>, scalar: Scalar.Type
    ) -> Buffer<UInt32> {
        let owner = Buffer<UInt32>(count: x.count, from: grid.memory, for: "routing")
        guard x.count > 0 else { return owner }
        let kernels = Scalar.kernels(in: grid.kernels).particles
        unsafe withColumnOwners {
            unsafe kernels.owners(Int64(x.count), x.start, y.start, $0, owner.start)
        }
        return owner
    }
}
