import Parallel
import XCTest

final class PlainTextTests: XCTestCase {
    private func text(_ bytes: [UInt8]) throws -> String { try PlainText.decoded(bytes) { "file:\($0)" } }

    func testAByteOrderMarkIsNoPartOfTheText() throws {
        XCTAssertEqual(try text(Array("a\u{e9}\r\n".utf8)), "a\u{e9}\r\n")
        XCTAssertEqual(try text([0xEF, 0xBB, 0xBF] + Array("a\u{e9}".utf8)), "a\u{e9}")
        XCTAssertEqual(try text([0xFF, 0xFE, 0x61, 0, 0xE9, 0]), "a\u{e9}")
        XCTAssertEqual(try text([0xFE, 0xFF, 0, 0x61, 0, 0xE9]), "a\u{e9}")
        XCTAssertEqual(try text([]), "")
    }

    func testOtherBytesAreRefusedWithTheirLine() {
        for (bytes, line) in [
            ([0x61, 0x0A, 0xE9], 2), ([0xFF, 0xFE, 0x61], 1), ([0xEF, 0xBB, 0xBF, 0x0A, 0x0A, 0xFF], 3),
        ]
            as [([UInt8], Int)]
        {
            XCTAssertThrowsError(try text(bytes)) {
                XCTAssertTrue("\($0)".hasPrefix("file:\(line): the text is not UTF-8"), "\($0)")
            }
        }
    }

    func testAnExcerptIsShortAndHarmless() {
        XCTAssertEqual(PlainText.excerpt("plain"), "plain")
        XCTAssertEqual(PlainText.excerpt("a\u{1B}[2J\nb\u{202E}c\u{7F}"), "a [2J b c ")
        XCTAssertEqual(PlainText.excerpt(String(repeating: "x", count: 60)).count, 60)
        XCTAssertEqual(
            PlainText.excerpt(String(repeating: "x", count: 61)), String(repeating: "x", count: 57) + "...")
        XCTAssertLessThan(
            PlainText.excerpt("a" + String(repeating: "\u{301}", count: 1_000_000)).unicodeScalars.count, 61)
    }
}
