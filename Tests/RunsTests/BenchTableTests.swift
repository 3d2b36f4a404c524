import Records
import Runs
import TestSupport
import XCTest

final class BenchTableTests: XCTestCase {
    func testAMeasurementAsText() {
        let text = BenchTable(RecordFixture.measurement(ranks: [2, 1], seconds: 0.01)).text
        for line in [
            "20 x 10 x 10 particles, 40 x 20 x 20 mesh, single precision, kernel 1_4, 10 steps, 2 x 1 ranks, "
                + "3 repeats",
            "phase          max ms  mean ms   share  ns/particle  ns/cell  kB sent  messages",
            "a <new> phase   7.500    7.000  70.0 %     7000.000  875.000      0.0       0.0",
            "all            10.000   10.000  100.0 %    10000.000 1250.000     64.0       2.0",
            "floor                            4.000     4.000",
            "ratio to the floor                2.50      2.50",
            "forward   0.0100 s per force evaluation (0.0050 to 0.0200)",
            "start     0.50 s from the start of the process to the first force",
        ] {
            let words = line.split(separator: " ")
            let isThere = text.lines.contains { $0.split(separator: " ") == words }
            XCTAssertTrue(isThere, "no '\(line)' in\n\(text)")
        }
        XCTAssertFalse(
            BenchTable(RecordFixture.measurement(ranks: [2, 1], seconds: 0.01, gradient: false)).text
                .contains("gradient"))
    }

    func testAStudyAsText() {
        let lines = ScalingTable(RecordFixture.study(.strong)).text.lines
        XCTAssertEqual(lines.count, 6, "a head, four measurements and what the columns mean")
        // 0.04 s on one rank, 0.02 s on four: twice as fast.
        XCTAssertEqual(
            lines[4].split(separator: " ").prefix(7),
            ["2x2", "40x10x10", "80x20x20", "0.0200", "2.00", "50", "%"])
        XCTAssertTrue(ScalingTable(RecordFixture.study(.weak)).text.contains("The box grows with the ranks"))
    }

    func testLawsAsText() {
        let words = LawTable(RecordFixture.laws).text.lines.map { $0.split(separator: " ").map(String.init) }
        XCTAssertEqual(words[1].prefix(5), ["2x1", "single", "mesh", "0.0400", "1.00"])
        XCTAssertEqual(words[2].prefix(6), ["2x1", "2", "levels,", "accurate", "0.0200", "0.50"])
        // Beyond the particle grid's Nyquist wavenumber nothing counts.
        XCTAssertEqual(words[4].suffix(4), ["1.0e-04", "2.0e-04", "1.0e-04", "1.0e-08"])
    }
}
