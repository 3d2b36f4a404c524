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

final class NumbersTests: XCTestCase {
    func testNumbersAreShort() {
        XCTAssertEqual(Numbers.short(0.30964), "0.3096")
        XCTAssertEqual(Numbers.short(2.105e-9), "2.105×10⁻⁹")
        XCTAssertEqual(Numbers.short(1e12), "10¹²")
        XCTAssertEqual(Numbers.short(-1), "−1")
        XCTAssertEqual(Numbers.short(.nan), "not a number")
    }

    func testTimesAndSizesHaveTheirUnits() {
        XCTAssertEqual(Numbers.duration(1.234), "1.23 s")
        XCTAssertEqual(Numbers.duration(59.7), "1 min 0 s")
        XCTAssertEqual(Numbers.duration(7384), "2 h 3 min")
        XCTAssertEqual(Numbers.bytes(3 << 19), "2 MiB")
        XCTAssertEqual(Numbers.bytes(3 << 29), "1.5 GiB")
    }

    func testCubesAreCubes() {
        XCTAssertEqual(Numbers.shape(["64", "64", "64"]), "64³")
        XCTAssertEqual(Numbers.shape(["64", "64", "32"]), "64 × 64 × 32")
    }

    func testFewAreTakenFromManyWithBothEnds() {
        XCTAssertEqual(Array(0..<5).spread(over: 9), [0, 1, 2, 3, 4])
        XCTAssertEqual(Array(0..<21).spread(over: 3), [0, 10, 20])
        XCTAssertEqual(Array(0..<100).spread(over: 9).first, 0)
        XCTAssertEqual(Array(0..<100).spread(over: 9).last, 99)
        XCTAssertEqual([Int]().spread(over: 9), [])
    }
}
