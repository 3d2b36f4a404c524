import Parallel
import Records
import Runs
import TestSupport
import XCTest

final class AccountTests: SPMDTestCase {
    func testPhasesOfAllRanksAreInOneTable() throws {
        // Rank r takes r + 1 seconds; only the last rank waits.
        let booked = Phases()
        booked.measure(.other) {}
        var entry = try XCTUnwrap(booked.entries[.other])
        entry.seconds = Double(world.rank + 1)
        entry.messages = 2
        let (work, wait) = (Phase("work"), Phase("wait"))
        var entries = [work: entry]
        var order = [work]
        if world.rank == world.size - 1 {
            entries[wait] = entry
            order.insert(wait, at: 0)
        }
        let table = PhaseTable(entries, in: order, on: world)
        let worked = try XCTUnwrap(table.phases.first { $0.name == "work" })
        let waited = try XCTUnwrap(table.phases.first { $0.name == "wait" })
        let size = Double(world.size)
        XCTAssertEqual(worked.longestSeconds, size)
        XCTAssertEqual(worked.meanSeconds, (size + 1) / 2, accuracy: 1e-12)
        XCTAssertEqual(waited.meanSeconds, 1, accuracy: 1e-12)
        XCTAssertEqual(waited.messages, 2 / size, accuracy: 1e-12)
        XCTAssertEqual(table.seconds, (size + 3) / 2, accuracy: 1e-12)
        XCTAssertEqual(table.text.lines.count, 4)
        XCTAssertEqual(table.text.lines.last?.split(separator: " ").first, "total")
    }

    func testLinesOfALogComeAfterOneTwoFive() {
        var rhythm = Rhythm()
        let told = stride(from: 0.0, through: 2000, by: 0.5).filter { rhythm.isDue(after: $0) }
        XCTAssertEqual(told, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1100, 1700])
        var slow = Rhythm()
        XCTAssertTrue(slow.isDue(after: 70))
        XCTAssertFalse(slow.isDue(after: 99))
        XCTAssertTrue(slow.isDue(after: 100))
    }

    func testThePeakOfMemoryIsThatSinceItWasForgotten() {
        let megabytes = 200
        do {
            let block = [UInt8](repeating: 1, count: megabytes << 20)
            XCTAssertEqual(block[megabytes << 19], 1)
        }
        let before = MachineMemory.peak
        XCTAssertGreaterThan(before, megabytes << 20)
        MachineMemory.forgetPeak()
        let after = MachineMemory.peak
        XCTAssertGreaterThan(after, 0)
        // Where the system does not let a process forget, the peak stays that of all.
        XCTAssertLessThanOrEqual(after, before)
        if after < before { XCTAssertLessThan(after, before - (megabytes / 2) << 20) }
    }

    func testTheHostTellsWhatItHasLeftAlikeOnAllRanks() throws {
        let available = try XCTUnwrap(MachineMemory.availablePerRank(on: world))
        XCTAssertGreaterThan(available, 1 << 20)
        XCTAssertEqual(world.maximum(available), available)
    }
}
