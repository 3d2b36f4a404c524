internal import Glibc

/// Hands out blocks of memory, takes them back for the next user, and keeps the ledger of who uses what.
///
/// An array that goes out of scope leaves its memory to the next ones, so the peak of a run is the largest set of
/// arrays alive at once, and pages are touched for the first time only once. Large blocks are cut from an
/// ``Arena``; small ones are kept apart, each for the next block of about its size.
/// Not thread-safe: a rank is one thread of control.
public final class MemoryPool {
    /// A block on loan.
    @safe struct Block {
        let address: UnsafeMutableRawPointer
        let capacity: Int
        /// Its pages, if it is a block of the arena.
        let pages: Range<Int>?
        let purpose: StaticString
    }

    /// Bytes on loan now.
    public private(set) var bytesInUse = 0
    /// Bytes taken from the system and kept, in use or free.
    public var bytesHeld: Int { smallBytesHeld + (arena?.pagesHeld ?? 0) * Arena.page }
    /// The largest ``bytesHeld`` so far.
    public private(set) var peakBytes = 0
    /// Most bytes in use at once.
    public private(set) var peakBytesInUse = 0
    /// Who used how much when ``peakBytesInUse`` was reached.
    public private(set) var ledgerAtPeak: [String: Int] = [:]

    private let arena = Arena()
    private var smallBytesHeld = 0
    private var peakOfSmall = 0
    private var usedByPurpose: [String: Int] = [:]
    private var free: [(block: Block, since: Int)] = []
    private var requests = 0

    /// Free blocks that nobody wanted for this many requests belong to a phase that is over, and go back to the
    /// system before a new block is taken from it.
    private static let patience = 100

    /// An empty pool.
    public init() {}

    deinit {
        for entry in free { unsafe Glibc.free(entry.block.address) }
    }

    /// A block of at least `bytes`.
    ///
    /// - Parameter isRandomlyAccessed: whether even a block of less than a huge page, if it is not small, should
    ///   lie in one.
    func take(bytes: Int, isRandomlyAccessed: Bool, for purpose: StaticString) -> Block {
        let isLarge = bytes >= Self.largeBlock || (isRandomlyAccessed && bytes >= Arena.page / 4)
        let block = (isLarge ? takePages(for: bytes, purpose) : nil) ?? takeSmall(bytes, purpose)
        peakBytes = max(peakBytes, bytesHeld)
        bytesInUse += block.capacity
        usedByPurpose[purpose.description, default: 0] += block.capacity
        if bytesInUse > peakBytesInUse {
            peakBytesInUse = bytesInUse
            ledgerAtPeak = usedByPurpose
        }
        return block
    }

    private func takePages(for bytes: Int, _ purpose: StaticString) -> Block? {
        guard let arena, let pages = arena.take((bytes + Arena.page - 1) / Arena.page) else { return nil }
        return unsafe Block(
            address: arena.address(of: pages), capacity: pages.count * Arena.page, pages: pages,
            purpose: purpose)
    }

    /// The smallest free block that holds `bytes` and is not more than a quarter larger, or a new one.
    private func takeSmall(_ bytes: Int, _ purpose: StaticString) -> Block {
        let wanted = max(Self.cacheLine, (bytes + Self.cacheLine - 1) / Self.cacheLine * Self.cacheLine)
        var best: Int?
        requests += 1
        for index in free.indices {
            let capacity = free[index].block.capacity
            guard capacity >= wanted, capacity <= wanted + wanted / 4 else { continue }
            if best.map({ capacity < free[$0].block.capacity }) ?? true { best = index }
        }
        if let best {
            let found = free.remove(at: best).block
            return unsafe Block(
                address: found.address, capacity: found.capacity, pages: nil, purpose: purpose)
        }
        release { requests - $0.since > Self.patience }
        // Rather than to hold more than ever, what lies free is given back, what was free longest first.
        release { _ in smallBytesHeld + wanted > peakOfSmall }
        guard let address = unsafe aligned_alloc(Self.cacheLine, wanted) else {
            // The estimate is checked before a run starts, so this is a machine that lied about its memory.
            fatalError("cannot allocate \(wanted) bytes")
        }
        smallBytesHeld += wanted
        peakOfSmall = max(peakOfSmall, smallBytesHeld)
        return unsafe Block(address: address, capacity: wanted, pages: nil, purpose: purpose)
    }

    func giveBack(_ block: Block) {
        bytesInUse -= block.capacity
        usedByPurpose[block.purpose.description]! -= block.capacity
        if let pages = block.pages {
            arena!.giveBack(pages)
        } else {
            free.append((block, requests))
        }
    }

    /// Returns all that is free to the system, when the next phase of a run uses less.
    public func releaseFree() {
        release { _ in true }
        arena?.release(.max)
    }

    private func release(where isOver: ((block: Block, since: Int)) -> Bool) {
        free.removeAll { entry in
            guard isOver(entry) else { return false }
            smallBytesHeld -= entry.block.capacity
            unsafe Glibc.free(entry.block.address)
            return true
        }
    }

    private static let cacheLine = 64
    // From here on, rounding up to huge pages costs little.
    private static let largeBlock = 4 * Arena.page
}
