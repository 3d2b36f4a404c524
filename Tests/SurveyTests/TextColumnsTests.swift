import Parallel
import Survey
import XCTest

final class TextColumnsTests: XCTestCase {
    private func read(_ text: String) throws -> (columns: [[Double]], lines: [Int]) {
        try TextColumns.read(text, named: ["RA", "Dec", "z"], source: "g.txt", key: "observation.columns")
    }

    func testColumnsAreFoundByName() throws {
        let texts = [
            "# RA Dec z\n1 2 0.1\n3 4 0.2\n", "RA,Dec,z\n1,2,0.1\n3,4,2e-1",
            "# of a survey\n#\n# id z Dec RA\n7 0.1 2 1\n\n8 0.2 4 3  # bright\n",
            "z;RA;name;Dec\n0.1; 1;a;2\n.2;3;b;4",
        ]
        for text in texts {
            let found = try read(text)
            XCTAssertEqual(found.columns, [[1, 3], [2, 4], [0.1, 0.2]], text)
            XCTAssertEqual(found.lines.count, 2)
        }
        XCTAssertEqual(try read(texts[2]).lines, [4, 6])
        XCTAssertEqual(try read("# RA Dec z\n").columns, [[], [], []])
    }

    func testAMistakeIsOneLineThatNamesIt() {
        let cases = [
            ("1 2 3\n", "g.txt:1: no line names the columns RA, Dec, z; begin the file with '# RA Dec z'"),
            ("", "g.txt: no line names the columns"), ("# only words\n", "has no column RA"),
            (
                "ra Dec z\n1 2 3\n",
                "g.txt:1: has no column RA; did you mean ra?; the columns are ra, Dec, z; say in observation.columns"
            ),
            ("# RA DEC z\n1 2 3\n", "g.txt:2: has no column Dec; did you mean DEC?"),
            ("RA Dec z\n1 2\n", "g.txt:2: has 2 columns; z is column 3; complete the row"),
            ("RA Dec z\n1 2 3\n1 two 3\n", "g.txt:3: Dec is two; it must be a finite number"),
            ("RA Dec z\n1 nan 3\n", "g.txt:2: Dec is nan; it must be a finite number"),
            ("RA Dec z\n1 0x10 3\n", "Dec is 0x10"), ("RA Dec z\n1 2 inf\n", "z is inf"),
        ]
        for (text, fragment) in cases {
            XCTAssertThrowsError(try read(text), text) { error in
                let message = (error as? UsageError)?.message ?? "\(error)"
                XCTAssertTrue(message.contains(fragment), "\(message) for \(text)")
            }
        }
    }

    func testATableOfTwoColumns() throws {
        let table = try TextColumns.readPairs(
            "# r phi\n0 1\n5, 0.5 third\n\n", source: "phi.txt", of: "r and φ")
        XCTAssertEqual(table.first, [0, 5])
        XCTAssertEqual(table.second, [1, 0.5])
        XCTAssertEqual(table.lines, [2, 3])
        XCTAssertThrowsError(try TextColumns.readPairs("1 x\n", source: "phi.txt", of: "r and φ")) { error in
            XCTAssertEqual(
                (error as? UsageError)?.message,
                "phi.txt:1: '1 x' must be two finite numbers, r and φ; put '#' before comments, or correct the row"
            )
        }
    }
}
