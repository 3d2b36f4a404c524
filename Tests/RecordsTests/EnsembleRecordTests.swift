import Parallel
import Records
import TestSupport
import XCTest

final class EnsembleRecordTests: XCTestCase {
    func testWhatIsWrittenIsReadBack() throws {
        let record = RecordFixture.ensemble
        XCTAssertEqual(try EnsembleRecord(json: try record.json(), source: "ensemble.json"), record)
        XCTAssertEqual(record.finishedMembers.map(\.name), ["member_0001", "member_0002"])
    }

    func testADamagedRecordIsOneLine() throws {
        var short = RecordFixture.ensemble
        short.members[1].powers = [1]
        var valueless = RecordFixture.ensemble
        valueless.members[0].values = []
        var later = RecordFixture.ensemble
        later.format += 1
        for (json, fragment) in [
            ("{", "it is not JSON"), ("{\"format\": 1}", "there is no"),
            (try short.json(), "its columns are not of one length"),
            (try valueless.json(), "its columns are not of one length"),
            (try later.json(), "use a newer palindrome"),
        ] {
            XCTAssertThrowsError(try EnsembleRecord(json: json, source: "out/ensemble.json")) { error in
                let message = (error as? UsageError)?.message ?? "\(error)"
                XCTAssertTrue(message.hasPrefix("out/ensemble.json: "), message)
                XCTAssertTrue(message.contains(fragment), message)
                XCTAssertFalse(message.contains("\n"), message)
            }
        }
    }
}
