internal import CKernels
internal import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// The haloes among particles, and who is in which.
public struct FoundHaloes: ~Copyable {
    /// The haloes.
    public let catalogue: HaloCatalogue
    /// Rounds of exchange in which ranks agreed on the groups; 0 on one rank.
    public let rounds: Int
    /// For each of this rank's particles the row of its halo; −1 if it is in none.
    let numbers: Buffer<Int32>
}

extension FriendsOfFriends {
    /// Finds the haloes among particles. Collective.
    ///
    /// 1. Particles within a linking length of other ranks' parts of the box become ghosts there.
    /// 2. Each rank links its particles and ghosts.
    /// 3. Ranks exchange labels of ghosts until each group has one.
    /// 4. Groups of enough particles get their rows, and their sums are added up, in integers.
    public func haloes(among particles: HaloParticles) -> FoundHaloes {
        let grid = particles.grid
        return grid.phases.measure(.haloes) {
            let labels = labels(particles)
            let rounds = labels.rounds
            let shares = GroupShares(of: labels, particles, minimum: minimumParticles)

            let home = Delivery(to: shares.homes(particles), over: grid)
            let registry = GroupRegistry(
                home.send(shares.shares, for: "haloes"), minimum: minimumParticles, over: grid.world)
            let entries = home.sendBack(
                Buffer(registry.entries, from: grid.memory, for: "haloes"), for: "haloes")

            let moments = shares.moments(entries, particles)
            let owners = moments.map {
                UInt32(
                    HaloCatalogue.owner(
                        of: Int($0.number), among: grid.world.size, rows: registry.haloCount))
            }
            let toRows = Delivery(to: Buffer(owners, from: grid.memory, for: "haloes"), over: grid)
            let catalogue = HaloCatalogue(
                self,
                of: toRows.send(Buffer(moments, from: grid.memory, for: "haloes"), for: "haloes"),
                totalCount: registry.haloCount, over: grid.world)
            return FoundHaloes(
                catalogue: catalogue, rounds: rounds, numbers: shares.numbers(entries, particles))
        }
    }

    private func labels(_ particles: HaloParticles) -> GroupLabels {
        let grid = particles.grid
        var ghosts = GhostPoints(of: particles, reach: (0..<3).map { reach(along: particles.shape[$0]) })
        let local = LocalGroups(
            linking: ghosts.takePoints(),
            under: layout(of: particles.shape, around: particles.domain, at: grid.position),
            by: grid.kernels.groups)
        return GroupLabels(of: local, among: ghosts, over: grid)
    }
}
