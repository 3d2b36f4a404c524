import Text
import XCTest

final class TypesetNumbersTests: XCTestCase {
    func testNumbersAreShort() {
        XCTAssertEqual(Numbers.short(0.30964), "0.3096")
        XCTAssertEqual(Numbers.short(2.105e-9), "2.105×10⁻⁹")
        XCTAssertEqual(Numbers.short(1e12), "10¹²")
        XCTAssertEqual(Numbers.short(-1), "−1")
        XCTAssertEqual(Numbers.short(.nan), "not a number")
    }

    func testTimesAndSizesHaveTheirUnits() {
        XCTAssertEqual(Numbers.duration(1.234), "1.23 s")
        XCTAssertEqual(Numbers.duration(59.7), "1 min 0 s")
        XCTAssertEqual(Numbers.duration(7384), "2 h 3 min")
        XCTAssertEqual(Numbers.bytes(3 << 19), "2 MiB")
        XCTAssertEqual(Numbers.bytes(3 << 29), "1.5 GiB")
    }

    func testCubesAreCubes() {
        XCTAssertEqual(Numbers.shape(["64", "64", "64"]), "64³")
        XCTAssertEqual(Numbers.shape(["64", "64", "32"]), "64 × 64 × 32")
    }

    func testMinusSignsAreTrueOnes() {
        XCTAssertEqual(Numbers.fixed(-1.25, 1), "−1.3")
        XCTAssertEqual(Numbers.fixed(-0.001, 2), "0.00", "nothing is not negative")
        XCTAssertEqual(Numbers.fixed(.infinity, 2), "∞")
        XCTAssertEqual(Numbers.superscript(-19), "⁻¹⁹")
    }
}
