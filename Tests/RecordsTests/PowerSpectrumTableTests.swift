import Records
import TestSupport
import XCTest

final class PowerSpectrumTableTests: SPMDTestCase {
    func testReadingTheRowsGivesTheSameBits() throws {
        let table = try RecordFixture.powerTable(over: world)
        let rows = table.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: " ").map { Double($0)! } }
        XCTAssertEqual(rows.map { $0[0] }, table.spectrum.wavenumbers)
        XCTAssertEqual(rows.map { $0[1] }, table.spectrum.powers)
        XCTAssertEqual(rows.map { $0[2] }, table.linear)
        XCTAssertEqual(rows.map { $0[3] }, table.linear.map { _ in 0.3 })
        XCTAssertEqual(rows.map { Int($0[4]) }, table.spectrum.modesPerShell)
    }

    func testTheHeaderSaysWhatItIsAndRemarksCannotBreakIt() throws {
        var table = try RecordFixture.powerTable(over: world)
        table.remarks = ["seed: 1", "two\nlines"]
        let header = table.text.split(separator: "\n").prefix { $0.hasPrefix("#") }.joined(separator: "\n")
        for fragment in [
            "a = 0.1", "23.4 x 23.4 x 23.4 Mpc/h", "18 x 18 x 18", "cloud-in-cell", "[(Mpc/h)^3]", "modes",
            "not subtracted", "# seed: 1", "# two\n# lines",
        ] {
            XCTAssertTrue(header.contains(fragment), "no '\(fragment)' in\n\(header)")
        }
        let rows = table.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        XCTAssertEqual(rows.count, table.linear.count)
    }
}
