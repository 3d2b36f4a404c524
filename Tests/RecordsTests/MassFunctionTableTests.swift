import Parallel
import Records
import XCTest

final class MassFunctionTableTests: XCTestCase {
    func testReadingGivesWhatWasWritten() throws {
        let table = MassFunctionTable(
            at: 0.5, in: 8e6,
            [
                .init(lowest: 1.234e12, highest: 2.1e12, count: 812, expected: 790.25),
                .init(lowest: 2.1e12, highest: 3.4e12, count: 0, expected: 1e-3),
            ])
        XCTAssertEqual(try MassFunctionTable(parsing: table.text, scaleFactor: 0.5, source: "t"), table)
    }

    func testDamagedFilesAreOneLine() {
        for (text, message) in [
            ("# volume: 8.0 (Mpc/h)^3\n1 2 3\n", "t:2: '1 2 3'; it must be four numbers"),
            ("# volume: 8.0 (Mpc/h)^3\n2e12 1e12 3 4\n", "t:2: "),
            ("1e12 2e12 3 4\n", "t: its header has no volume"),
        ] {
            XCTAssertThrowsError(try MassFunctionTable(parsing: text, scaleFactor: 1, source: "t")) {
                XCTAssertTrue(($0 as? UsageError)?.message.hasPrefix(message) ?? false, "\($0)")
            }
        }
    }

    func testBinsAreAFifthOfADecadeAndReachBeyondTheLongest() {
        XCTAssertEqual(MassFunctionTable.edges(from: 20, through: 49), [20, 32, 51])
        XCTAssertEqual(MassFunctionTable.edges(from: 2, through: 3), [2, 3, 5])
        XCTAssertEqual(MassFunctionTable.edges(from: 20, through: 0), [20])
    }
}
