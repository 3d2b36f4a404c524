import Memory
import XCTest

final class MemoryPoolTests: XCTestCase {
    func testAReturnedBlockServesTheNextBufferOfAboutItsSize() {
        let pool = MemoryPool()
        for _ in 0..<10 {
            var buffer = Buffer<Double>(count: 1000, from: pool, for: "density")
            var values = buffer.mutableSpan
            values[999] = 1
        }
        XCTAssertEqual(pool.bytesInUse, 0)
        XCTAssertEqual(pool.peakBytes, 8000)
        XCTAssertEqual(pool.ledgerAtPeak, ["density": 8000])
    }

    func testTwoBuffersAliveDoNotShareMemory() {
        let pool = MemoryPool()
        var first = Buffer<Int32>(count: 16, from: pool, for: "a")
        var second = Buffer<Int32>(count: 16, from: pool, for: "b")
        var values = first.mutableSpan
        for index in values.indices { values[index] = 1 }
        var others = second.mutableSpan
        for index in others.indices { others[index] = 2 }
        XCTAssertEqual(first.span[15], 1)
        XCTAssertEqual(pool.bytesInUse, 128)
    }

    func testASmallBufferDoesNotHoldAMuchLargerBlock() {
        let pool = MemoryPool()
        do { _ = Buffer<UInt8>(count: 1 << 20, from: pool, for: "large") }
        let small = Buffer<UInt8>(count: 64, from: pool, for: "small")
        XCTAssertEqual(small.count, 64)
        XCTAssertEqual(pool.bytesInUse, 64)
        pool.releaseFree()
        XCTAssertEqual(pool.bytesHeld, 64)
    }

    func testRatherThanToHoldMoreThanEverThePoolGivesBackWhatWasFreeLongest() {
        let pool = MemoryPool()
        func bytes(_ kibibytes: Int) -> Buffer<UInt8> {
            Buffer(count: kibibytes << 10, from: pool, for: "test")
        }
        let first = bytes(20)
        let second = bytes(32)
        _ = consume first
        _ = consume second
        XCTAssertEqual(pool.bytesHeld, 52 << 10)
        let third = bytes(8)  // neither of them is of about this size
        XCTAssertEqual(pool.bytesHeld, (32 + 8) << 10)
        XCTAssertEqual(pool.peakBytes, 52 << 10)
        _ = consume third
    }

    func testBuffersStartOnACacheLine() {
        let pool = MemoryPool()
        for count in [1, 3, 1000, 3 << 20] {
            let buffer = Buffer<Int32>(count: count, from: pool, for: "aligned")
            XCTAssertEqual(unsafe UInt(bitPattern: buffer.start) % 64, 0)
        }
    }
}
