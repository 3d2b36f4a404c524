import Configuration
import Parallel
import XCTest

/// Each mistake is one line: where, key, value, rule, remedy.
final class MistakeTests: XCTestCase {
    func testEachMistakeOfTheTableGivesItsLine() throws {
        let table = try resource("mistakes.txt")
        var mistake = Mistake()
        var checked = 0
        for (index, line) in table.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("=> ") {
                XCTAssertEqual(mistake.message, String(line.dropFirst(3)), "mistakes.txt:\(index + 1)")
                mistake = Mistake()
                checked += 1
            } else if line.hasPrefix("$ --set ") {
                mistake.overrides.append(String(line.dropFirst(8)))
            } else if line.hasPrefix("$ ") {
                mistake.ranks = try XCTUnwrap(Int(line.dropFirst(2).prefix { $0 != " " }))
            } else if !line.hasPrefix("#"), !line.isEmpty || !mistake.bytes.isEmpty {
                mistake.bytes += Array("\(line)\n".utf8)
            }
        }
        XCTAssertGreaterThan(checked, 90)
    }

    func testBytesThatNoTableCanHold() {
        XCTAssertEqual(
            Mistake(bytes: Array("a: \u{1}".utf8)).message,
            "run.yaml:1:4: control characters are not allowed; it must be YAML; "
                + "correct the indentation (spaces, no tabs), colons or brackets")
        XCTAssertEqual(
            Mistake(bytes: Array("box:\n  # caf".utf8) + [0xe9, 0x0a]).message,
            "run.yaml:2: the text is not UTF-8; it must be; save it as UTF-8")
        XCTAssertEqual(
            Mistake(bytes: [UInt8](repeating: 0x20, count: 1 << 21)).message,
            "run.yaml: the file has 2097152 bytes; a configuration has at most 1048576; "
                + "give the YAML file, not a data file")
        XCTAssert(
            Mistake(bytes: [UInt8](repeating: UInt8(ascii: "["), count: 100_000)).message
                .hasPrefix("run.yaml:1:1: Maximum nesting level reached"))
        XCTAssertEqual(
            Mistake(bytes: Array("force: {kernel: \"1\\n2\"}".utf8)).message.filter(\.isNewline), "",
            "a value on two lines makes a message of one")
    }
}

/// A wrong configuration.
private struct Mistake {
    var bytes: [UInt8] = []
    var overrides: [String] = []
    var ranks = 1

    /// What is said about it.
    var message: String {
        do {
            _ = try RunConfiguration(bytes: bytes, name: "run.yaml", overrides: overrides, ranks: ranks)
            return "nothing"
        } catch {
            return error.message
        }
    }
}
