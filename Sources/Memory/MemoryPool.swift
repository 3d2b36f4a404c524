internal import Glibc

/// Hands out blocks of memory, takes them back for the next user, and keeps the ledger of who uses what.
///
/// An array that goes out of scope leaves its memory to the next ones, so the peak of a run is the largest set of
/// arrays alive at once, and few pages are touched for the first time after the first step. Large blocks are cut from
/// an ``Arena``; small ones are kept apart, each for the next block of about its size.
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
    public var bytesHeld: Int { bytesApart + (arena?.pagesHeld ?? 0) * Arena.page }
    /// The largest ``bytesHeld`` so far.
    public private(set) var peakBytes = 0
    /// Most bytes in use at once.
    public private(set) var peakBytesInUse = 0
    /// Who used how much when ``peakBytesInUse`` was reached.
    public private(set) var ledgerAtPeak: [String: Int] = [:]

    private let arena: Arena?
    private var bytesApart = 0
    private var peakApart = 0
    private var usedByPurpose: [String: Int] = [:]
    private var free: [(block: Block, since: Int)] = []
    private var requests = 0

    /// Free blocks that nobody wanted for this many requests belong to a phase that is over, and go back to the
    /// system before a new block is taken from it.
    private static let patience = 100

    /// What is done when the system has no memory: told the bytes that were wanted and what for, it ends the process.
    public typealias Exhaustion = (_ bytes: Int, _ purpose: String) -> Never

    private let whenExhausted: Exhaustion

    /// An empty pool.
    ///
    /// - Parameter whenExhausted: ends the process, and those that work with it; a line and exit code 1 if not given.
    public convenience init(whenExhausted: @escaping Exhaustion = MemoryPool.leave) {
        self.init(over: Arena(), whenExhausted: whenExhausted)
    }

    /// Without an arena, as where a process may have so many addresses only.
    package static func withoutArena() -> MemoryPool { MemoryPool(over: nil, whenExhausted: leave) }

    private init(over arena: Arena?, whenExhausted: @escaping Exhaustion) {
        self.arena = arena
        self.whenExhausted = whenExhausted
    }

    /// Says what could not be had and ends the process with exit code 1.
    public static func leave(_ bytes: Int, _ purpose: String) -> Never {
        let line = Array("palindrome: there is no memory for \(bytes >> 20) MiB (\(purpose))\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
        _exit(1)
    }

    deinit {
        for entry in free { unsafe Glibc.free(entry.block.address) }
    }

    /// A block of at least `bytes`.
    ///
    /// - Parameter isRandomlyAccessed: whether even a block of less than a huge page, if it is not small, should
    ///   lie in one.
    func take(bytes: Int, isRandomlyAccessed: Bool, for purpose: StaticString) -> Block {
        let unit = Self.unit(of: bytes, isRandomlyAccessed: isRandomlyAccessed)
        let block =
            (unit == Arena.page ? takePages(for: bytes, purpose) : nil)
            ?? takeApart(bytes, unit: unit, purpose)
        peakBytes = max(peakBytes, bytesHeld)
        bytesInUse += block.capacity
        usedByPurpose[purpose.description, default: 0] += block.capacity
        if bytesInUse > peakBytesInUse {
            peakBytesInUse = bytesInUse
            ledgerAtPeak = usedByPurpose
        }
        return block
    }

    /// What an array of some bytes takes of a pool, unless it finds a free block that is a little larger.
    package static func capacity(for bytes: Int, isRandomlyAccessed: Bool = false) -> Int {
        let unit = unit(of: bytes, isRandomlyAccessed: isRandomlyAccessed)
        return max(unit, (bytes + unit - 1) / unit * unit)
    }

    private static func unit(of bytes: Int, isRandomlyAccessed: Bool) -> Int {
        bytes >= largeBlock || (isRandomlyAccessed && bytes >= Arena.page / 4) ? Arena.page : cacheLine
    }

    private func takePages(for bytes: Int, _ purpose: StaticString) -> Block? {
        guard let arena else { return nil }
        guard let pages = arena.take((bytes + Arena.page - 1) / Arena.page) else {
            arena.release(.max)
            return nil
        }
        return unsafe Block(
            address: arena.address(of: pages), capacity: pages.count * Arena.page, pages: pages,
            purpose: purpose)
    }

    /// The smallest free block that holds `bytes` and is not more than a quarter larger, or a new one.
    ///
    /// - Parameter unit: what its address and its size are multiples of.
    private func takeApart(_ bytes: Int, unit: Int, _ purpose: StaticString) -> Block {
        let wanted = max(unit, (bytes + unit - 1) / unit * unit)
        var best: Int?
        requests += 1
        for index in free.indices {
            let capacity = free[index].block.capacity
            guard capacity >= wanted, capacity <= wanted + wanted / 4,
                unsafe UInt(bitPattern: free[index].block.address) % UInt(unit) == 0
            else {
                continue
            }
            if best.map({ capacity < free[$0].block.capacity }) ?? true { best = index }
        }
        if let best {
            let found = free.remove(at: best).block
            return unsafe Block(
                address: found.address, capacity: found.capacity, pages: nil, purpose: purpose)
        }
        release { requests - $0.since > Self.patience }
        // Rather than to hold more than ever, what lies free is given back, what was free longest first.
        release { _ in bytesApart + wanted > peakApart }
        guard let address = unsafe aligned_alloc(unit, wanted) else {
            // The estimate is checked before a run starts, so this is a machine that lied about its memory.
            whenExhausted(wanted, purpose.description)
        }
        if unit == Arena.page { unsafe madvise(address, wanted, MADV_HUGEPAGE) }
        bytesApart += wanted
        peakApart = max(peakApart, bytesApart)
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

    /// Counts ``peakBytes`` and ``peakBytesInUse`` anew, from what is held and on loan now.
    public func forgetPeaks() {
        peakBytes = bytesHeld
        peakBytesInUse = bytesInUse
        ledgerAtPeak = usedByPurpose
    }

    private func release(where isOver: ((block: Block, since: Int)) -> Bool) {
        free.removeAll { entry in
            guard isOver(entry) else { return false }
            bytesApart -= entry.block.capacity
            unsafe Glibc.free(entry.block.address)
            return true
        }
    }

    private static let cacheLine = 64
    // From here on, rounding up to huge pages costs little.
    private static let largeBlock = 4 * Arena.page
}
