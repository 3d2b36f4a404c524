import Report
import XCTest

final class HTMLTests: XCTestCase {
    func testTextThatIsPutInIsEscaped() {
        let hostile = "<script>alert('a' & \"b\")</script>"
        let piece: HTML = "<p title=\"\(hostile)\">\(hostile)</p>"
        XCTAssertFalse(piece.text.contains("<script"))
        XCTAssertFalse(piece.text.contains("'"))
        XCTAssertTrue(piece.text.contains("&lt;script&gt;alert(&#39;a&#39; &amp; &quot;b&quot;)"))
    }

    func testPiecesArePutInAsTheyAre() {
        let rows = ["a", "<b>"].map { text -> HTML in "<li>\(text)</li>" }
        let list: HTML = "<ul>\(rows)</ul>"
        XCTAssertEqual(list.text, "<ul><li>a</li>\n<li>&lt;b&gt;</li></ul>")
    }

    func testWhatNoPageMayHoldBecomesAQuestionMark() {
        let piece: HTML = "\("a\u{0}b\u{7}c\u{85}d\u{fffe}e\nf")"
        XCTAssertEqual(piece.text, "a?b?c?d?e\nf")
    }
}
