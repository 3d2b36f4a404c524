internal import CKernels
internal import Kernels
package import Memory
internal import Mesh
package import Parallel

/// Sends an element per particle to any rank: all arrays alike, one after the other, each as one message per
/// pair of ranks.
package struct Delivery: ~Copyable {
    /// Elements that arrive here.
    package let receivedCount: Int

    private let grid: RankGrid
    private let destinations: Destinations
    private let messages: [Message]

    /// Agrees on who sends how much to whom. Collective.
    ///
    /// - Parameter owner: the rank that each of this rank's elements goes to.
    package init(to owner: consuming Buffer<UInt32>, over grid: RankGrid) {
        self.grid = grid
        destinations = Destinations(owner: owner, over: grid)
        messages = grid.world.messages(sending: destinations.counts)
        receivedCount = messages.reduce(0) { $0 + $1.received.count }
    }

    /// What arrives of an array, in the order of the ranks it came from. Collective.
    package borrowing func send<Element: BitwiseCopyable>(
        _ array: borrowing Buffer<Element>, for purpose: StaticString
    ) -> Buffer<Element> {
        let count = destinations.order.count
        let outgoing = Buffer<Element>(count: count, from: array.pool, for: "routing")
        unsafe grid.kernels.order.take(count, destinations.order.start, from: array.start, to: outgoing.start)
        let incoming = Buffer<Element>(count: receivedCount, from: array.pool, for: purpose)
        unsafe grid.world.exchange(
            messages, from: outgoing.start, to: incoming.start, stride: MemoryLayout<Element>.stride)
        return incoming
    }

    /// Sends answers to where elements came from. Collective.
    ///
    /// - Parameter answers: one for each element that arrived, in that order.
    /// - Returns: one for each element that was sent, in the order of the array it was sent from.
    package borrowing func sendBack<Element: BitwiseCopyable>(
        _ answers: borrowing Buffer<Element>, for purpose: StaticString
    ) -> Buffer<Element> {
        precondition(answers.count == receivedCount)
        let count = destinations.order.count
        let incoming = Buffer<Element>(count: count, from: answers.pool, for: "routing")
        unsafe grid.world.exchange(
            messages.map { Message(rank: $0.rank, sent: $0.received, received: $0.sent) },
            from: answers.start, to: incoming.start, stride: MemoryLayout<Element>.stride)
        let answered = Buffer<Element>(count: count, from: answers.pool, for: purpose)
        unsafe grid.kernels.order.put(
            count, destinations.order.start, from: incoming.start, to: answered.start)
        return answered
    }

    /// Sends an array that is not needed here any more. Collective.
    borrowing func handOver<Element: BitwiseCopyable>(
        _ array: consuming Buffer<Element>, for purpose: StaticString
    ) -> Buffer<Element> {
        grid.world.size == 1 ? array : send(array, for: purpose)
    }
}

extension Delivery {
    /// What arrives of the indices of particles. Collective.
    package borrowing func send(_ index: borrowing LagrangianIndices, for purpose: StaticString)
        -> LagrangianIndices
    {
        index.mapped { send($0, for: purpose) }
    }

    /// Sends indices that are not needed here any more. Collective.
    borrowing func handOver(_ index: consuming LagrangianIndices) -> LagrangianIndices {
        grid.world.size == 1 ? index : send(index, for: LagrangianIndices.purpose)
    }
}

/// The way of particles back to the ranks that own their points of the particle grid, and forth again.
struct Homecoming: ~Copyable {
    private let delivery: Delivery
    private let kernels: OrderKernels
    private let slot: Buffer<UInt32>

    /// - Parameter index: Lagrangian indices of this rank's particles; each point of the grid once on all ranks.
    init(of index: borrowing LagrangianIndices, count: Int, over particleGrid: Decomposition) {
        let memory = particleGrid.grid.memory
        let kernels = particleGrid.grid.kernels.order
        let block = palindrome_particle_block(particleGrid)
        let owner = Buffer<UInt32>(count: count, from: memory, for: "routing")
        unsafe particleGrid.withColumnOwners {
            unsafe kernels.indexOwners(Int64(count), index.forKernel, $0, owner.start)
        }
        let delivery = Delivery(to: owner, over: particleGrid.grid)
        precondition(delivery.receivedCount == particleGrid.ownedCount, "not one particle per grid point")
        let received = delivery.send(index, for: "routing")
        let slot = Buffer<UInt32>(count: received.count, from: memory, for: "routing")
        let outside = unsafe kernels.indexSlots(Int64(received.count), received.forKernel, block, slot.start)
        precondition(outside == 0)
        self.delivery = delivery
        self.kernels = kernels
        self.slot = slot
    }

    /// An array in the order of the particle grid, `[x][y][z]`. Collective.
    borrowing func send<Element: BitwiseCopyable>(
        _ array: borrowing Buffer<Element>, for purpose: StaticString
    ) -> Buffer<Element> {
        let received = delivery.send(array, for: "routing")
        let arranged = Buffer<Element>(count: received.count, from: slot.pool, for: purpose)
        unsafe kernels.put(received.count, slot.start, from: received.start, to: arranged.start)
        return arranged
    }

    /// The elements of an array in the order of the particle grid that belong to this rank's particles, in their order.
    /// Collective.
    borrowing func fetch<Element: BitwiseCopyable>(
        _ array: borrowing Buffer<Element>, for purpose: StaticString
    ) -> Buffer<Element> {
        let asked = Buffer<Element>(count: slot.count, from: slot.pool, for: "routing")
        unsafe kernels.take(slot.count, slot.start, from: array.start, to: asked.start)
        return delivery.sendBack(asked, for: purpose)
    }

    /// An array in the order of the particle grid, as one of the particles where they are. Collective.
    borrowing func sendBack<Element: BitwiseCopyable>(
        _ array: borrowing Buffer<Element>, for purpose: StaticString
    ) -> Buffer<Element> {
        let answers = Buffer<Element>(count: slot.count, from: slot.pool, for: "routing")
        unsafe kernels.take(slot.count, slot.start, from: array.start, to: answers.start)
        return delivery.sendBack(answers, for: purpose)
    }
}
