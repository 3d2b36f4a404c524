import Text
import XCTest

final class PlainNumbersTests: XCTestCase {
    func testFixedDigitsAreRoundedAndNeverLost() {
        XCTAssertEqual(fixed(0.06251, 4), "0.0625")
        XCTAssertEqual(fixed(0.99996, 4), "1.0000")
        XCTAssertEqual(fixed(-2.5, 0), "-3")
        XCTAssertEqual(fixed(-0.004, 2), "0.00", "nothing is not negative")
        XCTAssertEqual(fixed(1e16, 3), "1e+16", "too long to be written out")
        XCTAssertEqual(fixed(.nan, 3), "nan")
    }

    func testPowersOfTenHaveOneDigitBeforeThePoint() {
        XCTAssertEqual(scientific(123_456, 3), "1.235e+05")
        XCTAssertEqual(scientific(9.9999e-7, 2), "1.00e-06", "rounding makes another digit")
        XCTAssertEqual(scientific(-1e120, 1), "-1.0e+120")
        XCTAssertEqual(scientific(0, 2), "0.0")
    }

    func testThreeDigitsAreSignificant() {
        XCTAssertEqual(significant(1234.5), "1235")
        XCTAssertEqual(significant(12.345), "12.3")
        XCTAssertEqual(significant(0.012345), "0.0123")
        XCTAssertEqual(significant(0), "0.0")
    }

    func testTimesAndSizesHaveTheirUnits() {
        XCTAssertEqual(duration(59.4), "59 s")
        XCTAssertEqual(duration(200), "3 min 20 s")
        XCTAssertEqual(duration(7500), "2 h 5 min")
        XCTAssertEqual(mebibytes(64 << 20), "64.0")
        XCTAssertEqual(mebibytes(123 << 20), "123")
    }

    func testHexadecimalHasSixteenDigits() {
        XCTAssertEqual(hexadecimal(0xbeef), "000000000000beef")
        XCTAssertEqual(hexadecimal(.max), "ffffffffffffffff")
    }
}
