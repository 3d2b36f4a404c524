import Text
import XCTest

final class TextTableTests: XCTestCase {
    func testTheFirstColumnIsToTheLeftAndTheOthersToTheRight() {
        var table = TextTable(["phase", "s"])
        table.add(["fft", "12.5"])
        table.add(["a long name", "3"])
        XCTAssertEqual(
            table.text,
            """
            phase           s
            fft          12.5
            a long name     3
            """)
    }
}
