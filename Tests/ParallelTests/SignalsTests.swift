import Glibc
import Parallel
import TestSupport
import XCTest

final class SignalsTests: SPMDTestCase {
    override func tearDown() {
        StopSignals.watch()
        super.tearDown()
    }

    func testEachWarningOnOneRankStopsAll() {
        for (number, warning) in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, SIGHUP].enumerated() {
            StopSignals.watch()
            XCTAssertFalse(StopSignals.isRaised(on: world), "nobody was asked yet")
            if world.rank == number % world.size { raise(warning) }
            XCTAssertTrue(StopSignals.isRaised(on: world), "signal \(warning)")
        }
    }

    func testAHangUpThatIsIgnoredStaysIgnored() {
        signal(SIGHUP, SIG_IGN)
        StopSignals.watch()
        raise(SIGHUP)
        XCTAssertFalse(StopSignals.isRaised(on: world))
        signal(SIGHUP, SIG_DFL)
        StopSignals.watch()
        raise(SIGHUP)
        XCTAssertTrue(StopSignals.isRaised(on: world), "and one that is not is noted")
    }
}
