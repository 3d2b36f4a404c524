import Memory
import XCTest

/// Large blocks, as a pool cuts them from its arena.
final class ArenaTests: XCTestCase {
    private func mebibytes(_ count: Int, from pool: MemoryPool) -> Buffer<UInt8> {
        Buffer(count: count << 20, from: pool, for: "test")
    }

    func testBlocksOfAnySizeUseThePagesOfThoseBefore() {
        let pool = MemoryPool()
        let first = mebibytes(16, from: pool)
        let second = mebibytes(24, from: pool)
        _ = consume first
        _ = consume second
        XCTAssertEqual(pool.bytesInUse, 0)
        XCTAssertEqual(pool.bytesHeld, 40 << 20)
        let both = mebibytes(40, from: pool)
        XCTAssertEqual(pool.bytesHeld, 40 << 20)
        _ = consume both
        let part = mebibytes(10, from: pool)
        let other = mebibytes(8, from: pool)
        let rest = mebibytes(22, from: pool)
        XCTAssertEqual(pool.bytesInUse, 40 << 20)
        XCTAssertEqual(pool.bytesHeld, 40 << 20)
        _ = consume part
        _ = consume other
        _ = consume rest
        pool.releaseFree()
        XCTAssertEqual(pool.bytesHeld, 0)
        XCTAssertEqual(pool.peakBytes, 40 << 20)
    }

    func testNoMoreIsHeldThanWasInUseAtOnce() {
        let pool = MemoryPool()
        let first = mebibytes(16, from: pool)
        let second = mebibytes(16, from: pool)
        let third = mebibytes(16, from: pool)
        _ = consume first
        _ = consume third
        // Fits in neither gap: it gets the pages of one and new ones, for which some of the other go back.
        let fourth = mebibytes(24, from: pool)
        XCTAssertEqual(pool.bytesInUse, 40 << 20)
        XCTAssertEqual(pool.bytesHeld, 48 << 20)
        XCTAssertEqual(pool.peakBytes, 48 << 20)
        _ = consume second
        _ = consume fourth
    }

    func testPagesThatWereFreeLongestGoBackFirstAndHeldOnesAreUsedFirst() {
        let pool = MemoryPool()
        func marked(_ mebibytes: Int, _ mark: UInt8) -> Buffer<UInt8> {
            let buffer = self.mebibytes(mebibytes, from: pool)
            unsafe buffer.start[0] = mark
            return buffer
        }
        let early = marked(16, 1)
        let first = mebibytes(8, from: pool)
        let late = marked(16, 2)
        let second = mebibytes(8, from: pool)
        let tick = mebibytes(8, from: pool)
        let third = mebibytes(8, from: pool)
        _ = consume early
        _ = consume tick
        do { _ = mebibytes(8, from: pool) }  // in the smaller gap, and time goes on
        _ = consume late
        // Fits nowhere: twelve new pages, for which those of `early` go back, and those of the smaller gap.
        let large = mebibytes(24, from: pool)
        XCTAssertEqual(pool.bytesHeld, 64 << 20)
        let fourth = mebibytes(16, from: pool)
        XCTAssertEqual(unsafe fourth.start[0], 2, "pages that are held serve first")
        let fifth = mebibytes(16, from: pool)
        XCTAssertEqual(unsafe fifth.start[0], 0, "pages that went back come clear")
        _ = consume first
        _ = consume second
        _ = consume third
        _ = consume large
        _ = consume fourth
        _ = consume fifth
    }

    func testWithoutAnArenaBlocksAreKeptApart() {
        let pool = MemoryPool.withoutArena()
        let first = mebibytes(16, from: pool)
        let address = unsafe UInt(bitPattern: first.start)
        XCTAssertEqual(address % (2 << 20), 0, "as huge pages begin")
        _ = consume first
        let second = mebibytes(14, from: pool)
        XCTAssertEqual(unsafe UInt(bitPattern: second.start), address)
        XCTAssertEqual(pool.bytesHeld, 16 << 20)
        let third = mebibytes(16, from: pool)
        XCTAssertEqual(pool.bytesHeld, 32 << 20)
        _ = consume second
        _ = consume third
        pool.releaseFree()
        XCTAssertEqual(pool.bytesHeld, 0)
    }

    func testAPageThatWentBackIsThereAgain() {
        let pool = MemoryPool()
        for round in 1...3 as ClosedRange<UInt8> {
            var buffer = mebibytes(16, from: pool)
            var values = buffer.mutableSpan
            for index in stride(from: 0, to: values.count, by: 4096) { values[index] = round }
            XCTAssertEqual(values[12 << 20], round)
            _ = consume buffer
            pool.releaseFree()
            XCTAssertEqual(pool.bytesHeld, 0)
        }
    }

    /// Random blocks, each full of its own number, which no other block may change.
    func testBlocksNeverOverlap() {
        let pool = MemoryPool()
        var state: UInt64 = 12
        /// Below a bound (Knuth's linear congruential generator).
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var live = [Int: Kept]()
        var largest = 0
        for number in 0..<400 {
            if live.count > 12 || (random(3) == 0 && !live.isEmpty) {
                let victim = live.keys.sorted()[random(live.count)]
                XCTAssertTrue(live[victim]!.isWhole)
                live[victim] = nil
            }
            live[number] = Kept(number, mebibytes: 8 + random(30), from: pool)
            largest = max(largest, pool.bytesInUse)
            XCTAssertLessThanOrEqual(pool.bytesHeld, largest)
        }
        XCTAssertTrue(live.values.allSatisfy(\.isWhole))
        live = [:]
        XCTAssertEqual(pool.bytesInUse, 0)
    }
}

/// A buffer with one number on every page.
private final class Kept {
    private let number: Int
    private let buffer: Buffer<Int>

    init(_ number: Int, mebibytes: Int, from pool: MemoryPool) {
        self.number = number
        buffer = Buffer(count: mebibytes << 17, from: pool, for: "test")
        for index in places { unsafe buffer.start[index] = number }
    }

    var isWhole: Bool { places.allSatisfy { unsafe buffer.start[$0] == number } }

    /// One on every page, and the last.
    private var places: [Int] { Array(stride(from: 0, to: buffer.count, by: 512)) + [buffer.count - 1] }
}
