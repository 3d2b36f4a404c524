internal import CKernels
internal import Memory
internal import Mesh
internal import Parallel

/// Things grouped by the rank they go to.
struct Destinations: ~Copyable {
    /// Those for rank 0, then those for rank 1, and so on, each in their old order.
    let order: Buffer<UInt32>
    /// How many for each rank.
    let counts: [Int]

    /// Groups `0 ..< owner.count`.
    init(owner: borrowing Buffer<UInt32>, over grid: RankGrid) {
        let ranks = grid.world.size
        order = Buffer(count: owner.count, from: owner.pool, for: "routing")
        var first = [Int64](repeating: 0, count: ranks + 1)
        unsafe grid.kernels.order.group(Int64(owner.count), owner.start, Int64(ranks), &first, order.start)
        counts = (0..<ranks).map { Int(first[$0 + 1] - first[$0]) }
    }
}

extension Decomposition {
    /// Who owns which columns, as kernels take it.
    @unsafe func withColumnOwners(_ body: (palindrome_column_owners) -> Void) {
        let byX = (0..<shape.x).map { UInt32(owner(x: $0, y: 0)) }
        let byY = (0..<shape.y).map { UInt32(owner(x: 0, y: $0)) }
        unsafe byX.withUnsafeBufferPointer { byX in
            unsafe byY.withUnsafeBufferPointer { byY in
                unsafe body(
                    palindrome_column_owners(
                        points_x: Int64(shape.x), points_y: Int64(shape.y), points_z: Int64(shape.z),
                        by_x: byX.baseAddress, by_y: byY.baseAddress))
            }
        }
    }
}

extension RankGrid {
    /// The other ranks whose blocks touch this one's, around the periodic box.
    var neighbours: [Int] {
        var ranks: Set<Int> = []
        for x in -1...1 {
            for y in -1...1 { ranks.insert(rank(at: position &+ SIMD2(x, y))) }
        }
        ranks.remove(world.rank)
        return ranks.sorted()
    }
}

extension Communicator {
    /// Learns from all ranks what they send here. Collective.
    ///
    /// - Parameter sent: elements for each rank, which lie in this order.
    func messages(sending sent: [Int]) -> [Message] {
        let received = exchangeCounts(sent)
        let partners = sent.indices.filter { sent[$0] > 0 || received[$0] > 0 }
        return layout(partners, sent: sent, received: partners.map { received[$0] })
    }

    /// Learns from some ranks what they send here; they name this one as well. Collective.
    func messages(sending sent: [Int], among partners: [Int]) -> [Message] {
        let counts = partners.map { sent[$0] }
        var received = [Int](repeating: 0, count: partners.count)
        let each = partners.indices.map {
            Message(rank: partners[$0], sent: $0..<$0 + 1, received: $0..<$0 + 1)
        }
        unsafe counts.withUnsafeBytes { counts in
            unsafe received.withUnsafeMutableBytes { received in
                guard let from = counts.baseAddress, let to = received.baseAddress else { return }
                unsafe exchange(each, from: from, to: to, stride: MemoryLayout<Int>.stride)
            }
        }
        return layout(partners, sent: sent, received: received)
    }

    private func layout(_ partners: [Int], sent: [Int], received: [Int]) -> [Message] {
        var firstSent = [0]
        for count in sent { firstSent.append(firstSent.last! + count) }
        var firstReceived = 0
        return zip(partners, received).map { partner, count in
            defer { firstReceived += count }
            return Message(
                rank: partner, sent: firstSent[partner]..<firstSent[partner + 1],
                received: firstReceived..<firstReceived + count)
        }
    }
}
