import Figures
import TestSupport
import XCTest

final class PowerSpectrumPlotTests: SPMDTestCase {
    func testThePlotShowsMeasurementTheoryShotNoiseAndRatio() throws {
        let svg = try Plot.powerSpectrum(RecordFixture.powerTable(over: world), title: "run 1").svg
        for text in ["measured", "linear theory", "shot noise", "P / linear", "k  [h/Mpc]", "run 1"] {
            XCTAssertTrue(svg.contains(">\(text)</text>"), "no '\(text)'")
        }
        XCTAssertEqual(svg.components(separatedBy: "<polyline").count - 1, 4)
    }
}
