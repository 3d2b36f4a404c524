import Report
import XCTest

final class SpreadTests: XCTestCase {
    func testFewAreTakenFromManyWithBothEnds() {
        XCTAssertEqual(Array(0..<5).spread(over: 9), [0, 1, 2, 3, 4])
        XCTAssertEqual(Array(0..<21).spread(over: 3), [0, 10, 20])
        XCTAssertEqual(Array(0..<100).spread(over: 9).first, 0)
        XCTAssertEqual(Array(0..<100).spread(over: 9).last, 99)
        XCTAssertEqual([Int]().spread(over: 9), [])
    }
}
