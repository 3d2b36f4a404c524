import Particles
import XCTest

final class StateUnitsTests: XCTestCase {
    func testTheRangeOfMomentaHoldsBetween64And128Dispersions() {
        for dispersion in [1e-3, 0.3, 1, 1.0000001, 2, 4.5, 700] {
            let single = StateUnits.units(box: [1, 1, 1], velocityDispersion: dispersion, for: Float.self)
            let double = StateUnits.units(box: [1, 1, 1], velocityDispersion: dispersion, for: Double.self)
            for limit in [single.momentum * 0x1p31, double.momentum * 0x1p63] {
                XCTAssertGreaterThanOrEqual(limit, 64 * dispersion)
                XCTAssertLessThan(limit, 128 * dispersion)
            }
        }
    }

    func testPositionsWrapIntoTheBoxAndComeBackAsLengths() {
        let units = StateUnits(box: [100, 50, 25], momentumExponent: -20)
        XCTAssertEqual(units.position(at: 25, along: 0), UInt32(1) << 30)
        XCTAssertEqual(units.position(at: -12.5, along: 1), UInt32(3) << 30)
        XCTAssertEqual(units.position(at: 25 - 1e-12, along: 2), UInt32(0))
        XCTAssertEqual(units.length(UInt64(1) << 62, along: 2), 6.25)
        XCTAssertEqual(units.length(UInt32.max, along: 0), 100 * (1 - 0x1p-32))
        for side in [1, 1.1, 1 + 0x1p-52, 2 - 0x1p-52, 100, 333.3] {
            let box = StateUnits(box: [side, side, side], momentumExponent: 0)
            XCTAssertLessThan(box.length(UInt64.max, along: 0), side)
        }
        XCTAssertEqual(units.position(along: 1, UInt32.self), 50 * 0x1p-32)
    }

    func testMomentaAreMultiplesOfTheUnitOrDoNotFit() {
        let units = StateUnits(box: [1, 1, 1], momentumExponent: -20)
        XCTAssertEqual(units.momentum(of: 1.5 * 0x1p-20), Int32(2))
        XCTAssertEqual(units.momentum(of: -3, as: Int32.self).map(units.momentum), -3)
        XCTAssertNil(units.momentum(of: 2048, as: Int32.self))
        XCTAssertNil(units.momentum(of: .nan, as: Int64.self))
    }
}
