import Parallel
import Records
import Report
import TestSupport
import XCTest

final class BenchPageTests: SPMDTestCase {
    private func page(of records: [BenchRecord]) throws -> String {
        let directory = ScratchDirectory(over: world)
        for record in records {
            directory.write(Array(try record.json().utf8), to: BenchRecord.fileName(of: record.study))
        }
        try RunReport.write(of: directory.path, to: directory.file("report.html"), over: world)
        return String(decoding: directory.bytes("report.html"), as: UTF8.self)
    }

    func testADirectoryWithNothingButABenchMakesAPage() throws {
        let page = try page(of: [
            RecordFixture.bench(.single, [RecordFixture.measurement(ranks: [2, 1], seconds: 0.01)])
        ])
        for text in [
            "<section id=\"speed\"", "Palindrome · Benchmark", "a &lt;new&gt; phase", "2.5 × the floor",
            "a &lt;fast&gt; CPU", "10 × 20 × 20", "20.0 GB/s",
        ] {
            XCTAssertTrue(page.contains(text), "no '\(text)'")
        }
        XCTAssertFalse(page.contains("There is no run.json"), "it is no run")
        XCTAssertFalse(page.contains("id=\"strong\""))
    }

    func testEachStudyHasItsSection() throws {
        for kind in [BenchRecord.Study.strong, .weak] {
            let page = try page(of: [RecordFixture.study(kind)])
            XCTAssertTrue(page.contains("<section id=\"\(kind.rawValue)\""))
            XCTAssertTrue(page.contains("id=\"\(kind.rawValue)-plot\""))
            XCTAssertTrue(page.contains("2 ranks (1 × 2)"), "every grid is in the table")
        }
        let all = try page(of: BenchRecord.Study.allCases.map(RecordFixture.study))
        for name in ["speed", "strong", "weak"] { XCTAssertTrue(all.contains("<section id=\"\(name)\"")) }
    }

    func testLawsOfGravityHaveASectionWithAFigure() throws {
        let page = try page(of: [RecordFixture.laws])
        for text in [
            "<section id=\"laws\"", "id=\"laws-plot\"", "2 levels, accurate", "0.50", "single mesh", "1 − r",
        ] {
            XCTAssertTrue(page.contains(text), "no '\(text)'")
        }
        let only = try self.page(of: [RecordFixture.bench(.laws, [RecordFixture.laws.measurements[0]])])
        XCTAssertFalse(only.contains("laws-plot"), "there is nothing to draw")
    }

    func testAStudyOfOneMeasurementAndNoGradientMakesAPage() throws {
        let record = RecordFixture.bench(
            .strong, [RecordFixture.measurement(ranks: [2, 1], seconds: 0.01, gradient: false)])
        let page = try page(of: [record])
        XCTAssertTrue(page.contains("measured on 2 ranks (2 × 1) only"))
        XCTAssertFalse(page.contains("strong-plot"), "a point is no curve")
    }

    func testADamagedRecordIsOneLineOnAllRanks() throws {
        let directory = ScratchDirectory(over: world)
        var later = RecordFixture.study(.single)
        later.format = BenchRecord.currentFormat + 1
        for (json, fragment) in [
            ("{", "bench.json: is damaged or not a record of palindrome bench (it is not JSON)"),
            ("{\"format\": 1}", "there is no"), (try later.json(), "use a newer palindrome"),
        ] {
            directory.write(Array(json.utf8), to: "bench.json")
            assertThrowsEverywhere(fragment) { [world] in
                try RunReport.write(of: directory.path, to: directory.file("report.html"), over: world)
            }
        }
    }
}
