import Parallel
import XCTest

final class PowersOfTwoTests: XCTestCase {
    func testPowersAreExactFromEndToEnd() {
        XCTAssertEqual(Double.powerOfTwo(0), 1)
        XCTAssertEqual(Double.powerOfTwo(10), 1024)
        XCTAssertEqual(Double.powerOfTwo(-3), 0.125)
        XCTAssertEqual(Double.powerOfTwo(-1074), Double.leastNonzeroMagnitude)
        XCTAssertEqual(Double.powerOfTwo(-1075), 0)
        XCTAssertEqual(Double.powerOfTwo(1023), 0x1p1023)
        XCTAssertEqual(Double.powerOfTwo(1024), .infinity)
    }
}
