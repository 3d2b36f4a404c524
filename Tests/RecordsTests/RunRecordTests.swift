import Parallel
import Records
import TestSupport
import XCTest

final class RunRecordTests: XCTestCase {
    func testWhatIsWrittenIsReadBack() throws {
        let record = RecordFixture.run
        XCTAssertEqual(try RunRecord(json: try record.json(), source: "run.json"), record)
    }

    func testKeysAreSortedSnakeCase() throws {
        let keys = try RecordFixture.run.json().split(separator: "\n")
            .filter { $0.hasPrefix("  \"") }.map { $0.split(separator: "\"")[1] }
        XCTAssertEqual(keys, keys.sorted())
        XCTAssertTrue(keys.contains("peak_bytes_of_fullest_rank"), "\(keys)")
        XCTAssertTrue(keys.contains("state_checksum"), "\(keys)")
    }

    func testADamagedRecordIsOneLine() {
        for (json, fragment) in [
            ("{", "it is not JSON"), ("{\"format\": 1}", "there is no"),
            ("{\"format\": \"one\"}", "format is of another type"),
        ] {
            XCTAssertThrowsError(try RunRecord(json: json, source: "out/run.json")) { error in
                let message = (error as? UsageError)?.message ?? "\(error)"
                XCTAssertTrue(message.hasPrefix("out/run.json: "), message)
                XCTAssertTrue(message.contains(fragment), message)
            }
        }
    }

    func testALaterFormatIsRefused() throws {
        var record = RecordFixture.run
        record.format = RunRecord.currentFormat + 1
        let json = try record.json()
        XCTAssertThrowsError(try RunRecord(json: json, source: "run.json")) {
            XCTAssertTrue(($0 as? UsageError)?.message.contains("use a newer palindrome") ?? false, "\($0)")
        }
    }

    func testNumbersThatAreNoneCannotBeWritten() {
        var record = RecordFixture.run
        record.results["loss"] = .nan
        XCTAssertThrowsError(try record.json())
    }
}
