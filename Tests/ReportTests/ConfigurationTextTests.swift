import Parallel
import Records
import Report
import XCTest

final class ConfigurationTextTests: XCTestCase {
    private let text = ConfigurationText(RunFixture.configuration)

    func testSectionsAndKeysKeepTheirOrder() {
        XCTAssertEqual(text.sections.map(\.name), ["run", "box", "power", "initial", "evolution"])
        XCTAssertEqual(text.sections[1].entries.map(\.key), ["particles", "spacing", "mesh"])
    }

    func testValuesAreTextNumbersAndLists() {
        XCTAssertEqual(text.value("power", "table"), "\"a: b <c>.txt\"")
        XCTAssertEqual(text.number("box", "spacing"), 2)
        XCTAssertEqual(text.numbers("box", "mesh"), [24, 18, 18])
        XCTAssertEqual(text.boxSize, [24, 18, 18] as SIMD3<Double>)
        XCTAssertNil(text.value("box", "colour"))
    }

    func testAnythingElseIsNoConfiguration() {
        XCTAssertEqual(ConfigurationText("").sections, [])
        XCTAssertEqual(ConfigurationText("  stray: 1\nno colon\n").sections, [])
        for particles in ["[a, b, c]", "[1e300, 2, 2]", "[nan, 2, 2]", "[2, 2]", "[-2, 2, 2]", "7"] {
            XCTAssertNil(
                ConfigurationText("box:\n  particles: \(particles)\n  spacing: 1.0\n").boxSize, particles)
        }
    }
}
