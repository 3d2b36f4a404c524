import Parallel
import XCTest

import Report

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

final class MeasuredPowerTests: XCTestCase {
    func testRowsAreReadAndCommentsPassedOver() throws {
        let power = try MeasuredPower(
            parsing: "# a header\n#\n  0.1  2e3 1.9e3 8 14\n\n 0.2 1e3 9e2 8 50\n", scaleFactor: 0.5,
            source: "p")
        XCTAssertEqual(power.wavenumbers, [0.1, 0.2])
        XCTAssertEqual(power.linear, [1900, 900])
        XCTAssertEqual(power.modes, [14, 50])
    }

    func testADamagedRowIsNamed() {
        XCTAssertThrowsError(
            try MeasuredPower(parsing: "# k\n0.1 2 3\n", scaleFactor: 1, source: "out/power.txt")
        ) {
            XCTAssertTrue(($0 as? UsageError)?.message.hasPrefix("out/power.txt:2: ") ?? false, "\($0)")
        }
    }
}
