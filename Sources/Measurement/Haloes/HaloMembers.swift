public import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// Who is in which halo, as files list it: shared among ranks in equal runs of rows.
public struct HaloMembers: ~Copyable {
    /// The rows of ``numbers`` on this rank: Lagrangian indices.
    public let particles: Range<Int>
    /// For each of these particles the row of its halo; −1 if it is in none.
    public let numbers: Buffer<Int32>
    /// The rows of ``identities`` on this rank.
    public let members: Range<Int>
    /// Lagrangian indices, halo by halo, ascending in each.
    public let identities: Buffer<Int64>
}

extension FoundHaloes {
    /// Lists the members of all haloes. Collective.
    ///
    /// - Parameter particles: those that the haloes were found among.
    public borrowing func members(of particles: HaloParticles) -> HaloMembers {
        particles.grid.phases.measure(.haloes) {
            let (grid, total) = (particles.grid, particles.totalCount)
            let world = grid.world
            let own = Decomposition.block(world.rank, of: world.size, length: total)
            let numbers = inLagrangianOrder(particles, own)
            let places = places(of: numbers, over: grid)

            let count = catalogue.memberCount
            let block = Decomposition.block(world.rank, of: world.size, length: count)
            let owners = places.map {
                UInt32(HaloCatalogue.owner(of: $0.place, among: world.size, rows: count))
            }
            let delivery = Delivery(to: Buffer(owners, from: numbers.pool, for: "haloes"), over: grid)
            let arrived = delivery.send(
                Buffer(
                    places.map {
                        PlacedMember(place: $0.place, identity: Int64(own.lowerBound + $0.particle))
                    },
                    from: numbers.pool, for: "haloes"), for: "haloes")
            let identities = Buffer<Int64>(count: block.count, from: numbers.pool, for: "haloes")
            for member in 0..<arrived.count {
                let member = unsafe arrived.start[member]
                unsafe identities.start[member.place - block.lowerBound] = member.identity
            }
            return HaloMembers(particles: own, numbers: numbers, members: block, identities: identities)
        }
    }

    /// The halo of each particle whose index is in this rank's range.
    private borrowing func inLagrangianOrder(_ particles: HaloParticles, _ own: Range<Int>) -> Buffer<Int32> {
        let (world, memory) = (particles.grid.world, particles.grid.memory)
        let index = Buffer<Int64>(count: particles.count, from: memory, for: "indices")
        let owners = Buffer<UInt32>(count: particles.count, from: memory, for: "routing")
        particles.forEachPiece(of: particles.indices, zero: 0) { range, values in
            for (value, slot) in range.enumerated() {
                unsafe index.start[slot] = values[value]
                unsafe owners.start[slot] = UInt32(
                    Decomposition.owner(
                        of: Int(values[value]), among: world.size, length: particles.totalCount))
            }
        }
        let delivery = Delivery(to: owners, over: particles.grid)
        let indices = delivery.send(index, for: "indices")
        let numbers = delivery.send(self.numbers, for: "haloes")
        precondition(indices.count == own.count, "not each Lagrangian index once")
        let ordered = Buffer<Int32>(count: own.count, from: memory, for: "haloes")
        for particle in 0..<own.count {
            unsafe ordered.start[Int(indices.start[particle]) - own.lowerBound] = numbers.start[particle]
        }
        return ordered
    }

    /// The place of each of these particles that is in a halo in the list of all members.
    private borrowing func places(
        of numbers: borrowing Buffer<Int32>, over grid: RankGrid
    ) -> [(particle: Int, place: Int)] {
        var counts: [Int32: Int] = [:]
        for particle in 0..<numbers.count {
            let number = unsafe numbers.start[particle]
            if number >= 0 { counts[number, default: 0] += 1 }
        }
        let haloes = counts.keys.sorted()
        let owners = haloes.map {
            UInt32(HaloCatalogue.owner(of: Int($0), among: grid.world.size, rows: catalogue.totalCount))
        }
        let delivery = Delivery(to: Buffer(owners, from: numbers.pool, for: "haloes"), over: grid)
        let asked = delivery.send(
            Buffer(
                haloes.map { MemberRun(halo: Int($0), length: counts[$0]!) }, from: numbers.pool,
                for: "haloes"
            ), for: "haloes")
        // Askers stand in the order of their ranks, which is that of their particles' indices.
        var next = catalogue.offsets
        let starts = asked.array.map { run in
            defer { next[run.halo - catalogue.rows.lowerBound] += run.length }
            return next[run.halo - catalogue.rows.lowerBound]
        }
        let answers = delivery.sendBack(
            Buffer(starts, from: numbers.pool, for: "haloes"), for: "haloes")
        var place: [Int32: Int] = [:]
        for (halo, start) in zip(haloes, answers.array) { place[halo] = start }
        return (0..<numbers.count).compactMap { particle in
            let number = unsafe numbers.start[particle]
            guard number >= 0 else { return nil }
            defer { place[number]! += 1 }
            return (particle, place[number]!)
        }
    }
}

/// Some of a halo's members, with indices in a range.
private struct MemberRun: BitwiseCopyable {
    let halo: Int
    let length: Int
}

/// Where in the list of all members one stands.
private struct PlacedMember: BitwiseCopyable {
    let place: Int
    let identity: Int64
}
