internal import Glibc

/// One range of addresses from which large blocks are cut, and whose pages stay when blocks go.
///
/// A block finds pages that are there already whatever the sizes of the blocks before it, and so in a run whose
/// steps are alike the system clears pages in the first step only. Of the free pages those go back to the system
/// that were free longest, and only as many as keep what is held from exceeding what was in use at once.
@safe final class Arena {
    /// A huge page, the unit of everything here [bytes].
    static let page = 2 << 20

    private let reservation: UnsafeMutableRawPointer
    private let start: UnsafeMutableRawPointer
    /// Pages that there are addresses for.
    private let capacity: Int
    /// What is known of each page that was ever used; those behind them are not accessible yet.
    private var pages: [Page] = []
    /// Free ranges of them, in order, with used ones between.
    private var free: [Range<Int>] = []
    private var clock = 0

    /// Pages of blocks on loan.
    private(set) var pagesInUse = 0
    /// Pages that memory stands behind.
    private(set) var pagesHeld = 0
    private var mostInUse = 0

    private struct Page {
        var isHeld: Bool
        /// When it was last given back.
        var freed = 0
    }

    /// Reserves addresses, which cost nothing; nil where they are limited.
    init?() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur == .max
        else {
            return nil
        }
        // Twice the memory there is, since free ranges lie between used ones.
        capacity = 2 * sysconf(Int32(_SC_PHYS_PAGES)) / (Self.page / sysconf(Int32(_SC_PAGESIZE)))
        let bytes = (capacity + 1) * Self.page
        guard
            let reservation = unsafe mmap(
                nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            unsafe reservation != UnsafeMutableRawPointer(bitPattern: -1)
        else {
            return nil
        }
        unsafe self.reservation = reservation
        unsafe start = reservation.alignedUp(toMultipleOf: Self.page)
    }

    deinit {
        unsafe munmap(reservation, (capacity + 1) * Self.page)
    }

    /// The address of some pages on loan.
    func address(of block: Range<Int>) -> UnsafeMutableRawPointer {
        unsafe start + block.lowerBound * Self.page
    }

    /// Pages in a row, as many of them as possible held already; nil when there are no addresses left.
    func take(_ count: Int) -> Range<Int>? {
        clock += 1
        let place = place(for: count)
        let block = place.first..<place.first + count
        guard block.upperBound <= capacity else { return nil }
        remove(block)
        pagesInUse += count
        mostInUse = max(mostInUse, pagesInUse)
        release(pagesHeld + count - place.held - mostInUse)
        pagesHeld += count - place.held
        for page in block { pages[page].isHeld = true }
        return block
    }

    /// Takes pages back from the user of a block.
    func giveBack(_ block: Range<Int>) {
        pagesInUse -= block.count
        for page in block { pages[page].freed = clock }
        let index = free.firstIndex { $0.lowerBound > block.lowerBound } ?? free.endIndex
        free.insert(block, at: index)
        for joint in [index + 1, index]
        where joint > 0 && joint < free.count && free[joint - 1].upperBound == free[joint].lowerBound {
            free[joint - 1] = free[joint - 1].lowerBound..<free[joint].upperBound
            free.remove(at: joint)
        }
    }

    /// Returns free pages to the system, those that were free longest first.
    func release(_ count: Int) {
        guard count > 0 else { return }
        let candidates = free.joined().filter { pages[$0].isHeld }
        let released = candidates.sorted { pages[$0].freed < pages[$1].freed }.prefix(count)
        for page in released {
            pages[page].isHeld = false
            unsafe madvise(start + page * Self.page, Self.page, MADV_DONTNEED)
        }
        pagesHeld -= released.count
    }

    /// Where so many pages would go: where most of them are held, in the smallest free range of those.
    private func place(for count: Int) -> (first: Int, held: Int) {
        // Behind all pages, joined to what is free before them.
        var best = (first: pages.count, held: 0)
        var size = Int.max
        for range in free {
            let isLast = range.upperBound == pages.count
            guard range.count >= count || isLast else { continue }
            var held = range.prefix(count).reduce(0) { $0 + (pages[$1].isHeld ? 1 : 0) }
            var most = (first: range.lowerBound, held: held)
            for first in range.dropFirst() where first + count <= range.upperBound {
                held += pages[first + count - 1].isHeld ? 1 : 0
                held -= pages[first - 1].isHeld ? 1 : 0
                if held > most.held { most = (first, held) }
            }
            let isBehind = best.first + count > pages.count
            if most.held > best.held || (most.held == best.held && (isBehind || range.count < size)) {
                best = most
                size = range.count
            }
        }
        return best
    }

    /// Takes pages out of the free ranges, and makes those behind all accessible.
    private func remove(_ block: Range<Int>) {
        if let index = free.firstIndex(where: { $0.contains(block.lowerBound) }) {
            let range = free[index]
            let rests = [
                range.lowerBound..<block.lowerBound,
                min(block.upperBound, range.upperBound)..<range.upperBound,
            ]
            free.replaceSubrange(index...index, with: rests.filter { !$0.isEmpty })
        }
        let added = block.upperBound - pages.count
        guard added > 0 else { return }
        let address = unsafe start + pages.count * Self.page
        guard unsafe mprotect(address, added * Self.page, PROT_READ | PROT_WRITE) == 0 else {
            fatalError("cannot allocate \(added * Self.page) bytes")
        }
        unsafe madvise(address, added * Self.page, MADV_HUGEPAGE)
        pages += [Page](repeating: Page(isHeld: false), count: added)
    }
}
