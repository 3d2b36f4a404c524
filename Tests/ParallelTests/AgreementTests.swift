import Parallel
import TestSupport
import XCTest

final class AgreementTests: SPMDTestCase {
    func testOneFailingRankMakesAllRanksThrowItsMessage() {
        let failing = world.size / 2
        do {
            try world.agree {
                if world.rank >= failing { throw UsageError("rank \(world.rank) has no noise") }
            }
            XCTFail("nobody threw")
        } catch {
            XCTAssertEqual(
                error, AgreedFailure(fault: .user, message: "rank \(failing) has no noise", rank: failing))
        }
    }

    func testSuccessReturnsEachRanksOwnResult() throws {
        XCTAssertEqual(try world.agree { world.rank * 10 }, world.rank * 10)
    }

    func testRootsBytesReachAllAndItsErrorToo() throws {
        XCTAssertEqual(try world.fromRoot { Array("palindrome".utf8) }, Array("palindrome".utf8))
        assertThrowsEverywhere("no such table") {
            try world.onRoot { throw EnvironmentError("no such table") }
        }
    }
}
