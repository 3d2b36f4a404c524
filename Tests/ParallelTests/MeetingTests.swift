import Parallel
import TestSupport
import XCTest

final class MeetingTests: SPMDTestCase {
    func testItIsCompleteWhenAllRanksCome() {
        XCTAssertTrue(Meeting(of: world).isComplete(within: 60))
    }

    func testARankThatStaysAwayIsNoticed() throws {
        try XCTSkipIf(world.size == 1, "one rank cannot miss another")
        let meeting = Meeting(of: world)
        if !world.isRoot { XCTAssertFalse(meeting.isComplete(within: 0.2)) }
        world.barrier()
        if world.isRoot { XCTAssertTrue(meeting.isComplete(within: 60), "it was only late") }
        world.barrier()
    }
}
