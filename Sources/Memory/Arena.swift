internal import Glibc

/// One range of addresses from which large blocks are cut, and whose pages stay when blocks go.
///
/// A block finds pages that are there already whatever the sizes of the blocks before it, and so in a run whose
/// steps are alike the system clears few pages after the first step. Of the free pages those go back to the system
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
    /// Blocks given back so far.
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
        guard let place = place(for: count) else { return nil }
        let block = place.first..<place.first + count
        guard makeAccessible(upTo: block.upperBound) else { return nil }
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
        clock += 1
        pagesInUse -= block.count
        for page in block { pages[page].freed = clock }
        insert(block)
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

    private struct Place {
        let first: Int
        /// Pages of the block that are held.
        let held: Int
        /// Whether it reaches beyond the pages that were ever used.
        let extends: Bool
        /// The free range it is in.
        let range: Range<Int>

        /// As many pages held as possible, then none beyond the last one, then the smallest range.
        func isBetter(than other: Place) -> Bool {
            if held != other.held { return held > other.held }
            if extends != other.extends { return other.extends }
            return range.count < other.range.count
        }
    }

    /// Where so many pages go best; nil if there are no addresses for them.
    private func place(for count: Int) -> Place? {
        var best: Place?
        func consider(_ place: Place) {
            guard place.first + count <= capacity else { return }
            if best.map({ place.isBetter(than: $0) }) ?? true { best = place }
        }
        for range in free {
            guard range.count >= count || range.upperBound == pages.count else { continue }
            consider(fullest(count, in: range))
        }
        consider(Place(first: pages.count, held: 0, extends: true, range: pages.count..<capacity))
        return best
    }

    /// The first of the places in a free range where most pages are held.
    private func fullest(_ count: Int, in range: Range<Int>) -> Place {
        func isHeld(_ page: Int) -> Int { pages[page].isHeld ? 1 : 0 }
        let extends = range.count < count
        var held = range.prefix(count).reduce(0) { $0 + isHeld($1) }
        var best = Place(first: range.lowerBound, held: held, extends: extends, range: range)
        var first = range.lowerBound
        while first + count < range.upperBound {
            held += isHeld(first + count) - isHeld(first)
            first += 1
            if held > best.held { best = Place(first: first, held: held, extends: false, range: range) }
        }
        return best
    }

    /// Makes the pages before a limit accessible; false if the system has no memory for them.
    private func makeAccessible(upTo limit: Int) -> Bool {
        let added = limit - pages.count
        guard added > 0 else { return true }
        let address = unsafe start + pages.count * Self.page
        guard unsafe mprotect(address, added * Self.page, PROT_READ | PROT_WRITE) == 0 else { return false }
        unsafe madvise(address, added * Self.page, MADV_HUGEPAGE)
        // Free like any others from here on.
        insert(pages.count..<limit)
        pages += [Page](repeating: Page(isHeld: false), count: added)
        return true
    }

    /// Takes pages out of the free range that they are in.
    private func remove(_ block: Range<Int>) {
        let index = free.firstIndex { $0.contains(block.lowerBound) }!
        let range = free[index]
        let rests = [range.lowerBound..<block.lowerBound, block.upperBound..<range.upperBound]
        free.replaceSubrange(index...index, with: rests.filter { !$0.isEmpty })
    }

    /// Adds pages to the free ranges, joined to their neighbours.
    private func insert(_ block: Range<Int>) {
        let index = free.firstIndex { $0.lowerBound > block.lowerBound } ?? free.endIndex
        free.insert(block, at: index)
        for joint in [index + 1, index]
        where joint > 0 && joint < free.count && free[joint - 1].upperBound == free[joint].lowerBound {
            free[joint - 1] = free[joint - 1].lowerBound..<free[joint].upperBound
            free.remove(at: joint)
        }
    }
}
