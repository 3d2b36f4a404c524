import Background
import XCTest

final class SymplecticIntegralsTests: XCTestCase {
    func testInEinsteinDeSitterTheIntegralsAreSquareRoots() {
        let cosmology = Cosmology<Double>(einsteinDeSitter, power: .eisensteinHu)
        for (start, end) in [(0.01, 1.0), (0.25, 0.36), (1.0, 0.1)] {
            let (from, to) = (start.squareRoot(), end.squareRoot())
            assertClose(
                [cosmology.driftIntegral(from: start, to: end)], [2 / from - 2 / to], relative: 1e-13, "drift"
            )
            assertClose(
                [cosmology.kickIntegral(from: start, to: end)], [2 * to - 2 * from], relative: 1e-13, "kick")
        }
    }

    func testIntegralsAddUp() throws {
        let cosmology = try Cosmology<Double>(Reference("B").parameters, power: .eisensteinHu)
        for integral in [cosmology.driftIntegral, cosmology.kickIntegral] {
            let whole = integral(0.02, 1)
            XCTAssertEqual(integral(0.02, 0.17) + integral(0.17, 1), whole, accuracy: 1e-13 * whole)
            XCTAssertEqual(integral(0.3, 0.3), 0)
            XCTAssertEqual(integral(1, 0.02), -whole, accuracy: 1e-13 * whole)
        }
    }
}
