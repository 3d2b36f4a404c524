import Parallel
import TestSupport
import XCTest

final class CommunicatorTests: SPMDTestCase {
    func testReductionsAgreeWithTheirDefinitions() {
        let ranks = 0..<world.size
        XCTAssertEqual(world.sum([world.rank, 1]), [ranks.reduce(0, +), world.size])
        XCTAssertEqual(world.maximum(world.rank), world.size - 1)
        XCTAssertEqual(world.minimum(world.rank + 5), 5)
        XCTAssertEqual(world.maximum(Double(world.rank)), Double(world.size - 1))
        XCTAssertTrue(world.any(world.rank == world.size - 1))
        XCTAssertFalse(world.any(false))
        XCTAssertEqual(world.wrappingSum(UInt64.max), UInt64.max &* UInt64(world.size))
    }

    func testNaNIsNotHiddenByTheMaximum() {
        XCTAssertTrue(world.maximum(world.rank == 0 ? Double.nan : 1).isNaN)
    }

    func testSumsOf128BitsCarryBetweenLimbs() {
        let values: [Int128] = [Int128(UInt64.max), -1, (Int128(1) << 100) - 1, Int128.min / 64]
        XCTAssertEqual(world.sum(values), values.map { $0 * Int128(world.size) })
    }

    func testBroadcastAndGatherReachEveryRank() {
        let last = world.size - 1
        XCTAssertEqual(world.broadcast(world.rank == last ? "level" : "", from: last), "level")
        XCTAssertEqual(world.allGather([world.rank, 7]), (0..<world.size).map { [$0, 7] })
    }

    func testCountsReachTheirAddressee() {
        let counts = (0..<world.size).map { 100 * world.rank + $0 }
        XCTAssertEqual(world.exchangeCounts(counts), (0..<world.size).map { 100 * $0 + world.rank })
    }

    func testRunsOfElementsReachTheRankTheyAreSentTo() {
        // Rank r sends r + 1 copies of 10 r + d to every rank d, itself included.
        let sent = (0..<world.size).flatMap { destination in
            [Int32](repeating: Int32(10 * world.rank + destination), count: world.rank + 1)
        }
        var received = [Int32](repeating: -1, count: (0..<world.size).reduce(0) { $0 + $1 + 1 })
        let messages = (0..<world.size).map { other in
            let start = other * (other + 1) / 2
            return Message(
                rank: other, sent: other * (world.rank + 1)..<(other + 1) * (world.rank + 1),
                received: start..<start + other + 1)
        }
        unsafe sent.withUnsafeBytes { source in
            unsafe received.withUnsafeMutableBytes { target in
                unsafe world.exchange(messages, from: source.baseAddress!, to: target.baseAddress!, stride: 4)
            }
        }
        XCTAssertEqual(
            received,
            (0..<world.size).flatMap { [Int32](repeating: Int32(10 * $0 + world.rank), count: $0 + 1) })
    }

    func testTrafficIsBookedToThePhaseThatCausedIt() {
        world.phases.reset()
        world.phases.measure(Phase("talk")) { _ = world.sum([Int](repeating: 1, count: 16)) }
        XCTAssertEqual(world.phases.entries[Phase("talk")]?.bytesSent, world.size > 1 ? 128 : 0)
        XCTAssertEqual(world.phases.entries[Phase("talk")]?.calls, 1)
    }
}
