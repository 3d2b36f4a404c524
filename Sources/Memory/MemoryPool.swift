internal import Glibc

/// Hands out blocks of memory, takes them back for the next user, and keeps the ledger of who uses what.
///
/// A field that goes out of scope leaves its block to the next field of about the same size, so the peak
/// of a run is the largest set of arrays alive at once, and pages are touched for the first time only once.
/// Not thread-safe: a rank is one thread of control.
public final class MemoryPool {
    /// A block on loan.
    @safe struct Block {
        let address: UnsafeMutableRawPointer
        let capacity: Int
        /// Whether it is made of huge pages.
        let isHuge: Bool
        let purpose: StaticString
    }

    /// Bytes on loan now.
    public private(set) var bytesInUse = 0
    /// Bytes taken from the system and kept, in use or free.
    public private(set) var bytesHeld = 0
    /// The largest ``bytesHeld`` so far.
    public private(set) var peakBytes = 0
    /// Most bytes in use at once.
    public private(set) var peakBytesInUse = 0
    /// Who used how much when ``peakBytesInUse`` was reached.
    public private(set) var ledgerAtPeak: [String: Int] = [:]

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

    /// The smallest free block that holds `bytes` and is not more than a quarter larger, or a new one.
    ///
    /// - Parameter isRandomlyAccessed: whether even a block of less than a huge page, if it is not small, should
    ///   lie in one.
    func take(bytes: Int, isRandomlyAccessed: Bool, for purpose: StaticString) -> Block {
        let isHuge = bytes >= Self.hugeBlock || (isRandomlyAccessed && bytes >= Self.hugePage / 4)
        let unit = isHuge ? Self.hugePage : Self.cacheLine
        let wanted = max(unit, (bytes + unit - 1) / unit * unit)
        var best: Int?
        requests += 1
        for index in free.indices {
            let capacity = free[index].block.capacity
            guard capacity >= wanted, capacity <= wanted + wanted / 4, free[index].block.isHuge == isHuge
            else {
                continue
            }
            if best.map({ capacity < free[$0].block.capacity }) ?? true { best = index }
        }
        let block: Block
        if let best {
            let found = free.remove(at: best).block
            block = unsafe Block(
                address: found.address, capacity: found.capacity, isHuge: isHuge, purpose: purpose)
        } else {
            release { requests - $0.since > Self.patience }
            // Rather than to hold more than ever, what lies free is given back, what was free longest first.
            release { _ in bytesHeld + wanted > peakBytes }
            block = unsafe Block(
                address: Self.allocate(wanted, alignment: unit), capacity: wanted, isHuge: isHuge,
                purpose: purpose)
            bytesHeld += wanted
            peakBytes = max(peakBytes, bytesHeld)
        }
        bytesInUse += block.capacity
        usedByPurpose[purpose.description, default: 0] += block.capacity
        if bytesInUse > peakBytesInUse {
            peakBytesInUse = bytesInUse
            ledgerAtPeak = usedByPurpose
        }
        return block
    }

    func giveBack(_ block: Block) {
        bytesInUse -= block.capacity
        usedByPurpose[block.purpose.description]! -= block.capacity
        free.append((block, requests))
    }

    /// Returns every free block to the system, when the next phase of a run uses arrays of other sizes.
    public func releaseFree() {
        release { _ in true }
    }

    private func release(where isOver: ((block: Block, since: Int)) -> Bool) {
        free.removeAll { entry in
            guard isOver(entry) else { return false }
            bytesHeld -= entry.block.capacity
            unsafe Glibc.free(entry.block.address)
            return true
        }
    }

    private static let cacheLine = 64
    private static let hugePage = 2 << 20
    // From here on, rounding up to huge pages costs little.
    private static let hugeBlock = 4 * hugePage

    private static func allocate(_ bytes: Int, alignment: Int) -> UnsafeMutableRawPointer {
        guard let address = unsafe aligned_alloc(alignment, bytes) else {
            // The estimate is checked before a run starts, so this is a machine that lied about its memory.
            fatalError("cannot allocate \(bytes) bytes")
        }
        if alignment == hugePage { unsafe madvise(address, bytes, MADV_HUGEPAGE) }
        return unsafe address
    }
}
