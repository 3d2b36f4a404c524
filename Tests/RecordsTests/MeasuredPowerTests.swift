import Parallel
import Records
import XCTest

final class MeasuredPowerTests: XCTestCase {
    func testRowsAreReadAndCommentsPassedOver() throws {
        let power = try MeasuredPower(
            parsing: "# a header\n#\n  0.1  2e3 1.9e3 8 14\n\n 0.2 1e3 9e2 8 50\n", scaleFactor: 0.5,
            source: "p")
        XCTAssertEqual(power.wavenumbers, [0.1, 0.2])
        XCTAssertEqual(power.linear, [1900, 900])
        XCTAssertEqual(power.modes, [14, 50])
    }

    func testASixthColumnIsTheNoisesOwn() throws {
        let power = try MeasuredPower(
            parsing: "0.1 2e3 1.9e3 8 14 2.1e3\n0.2 1e3 9e2 8 50 nan\n", scaleFactor: 0.5, source: "p")
        XCTAssertEqual(power.linearOfNoise[0], 2100)
        XCTAssertTrue(power.linearOfNoise[1].isNaN)
        XCTAssertThrowsError(
            try MeasuredPower(
                parsing: "0.1 2e3 1.9e3 8 14 2.1e3\n0.2 1e3 9e2 8 50\n", scaleFactor: 1, source: "p"))
    }

    func testADamagedRowIsNamed() {
        XCTAssertThrowsError(
            try MeasuredPower(parsing: "# k\n0.1 2 3\n", scaleFactor: 1, source: "out/power.txt")
        ) {
            XCTAssertTrue(($0 as? UsageError)?.message.hasPrefix("out/power.txt:2: ") ?? false, "\($0)")
        }
    }
}
