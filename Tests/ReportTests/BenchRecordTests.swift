import Parallel
import TestSupport
import XCTest

import Report

final class BenchRecordTests: SPMDTestCase {
    /// 1000 particles and 8000 cells for each rank.
    static func measurement(ranks: [Int], seconds: Double, gradient: Bool = true) -> BenchRecord.Measurement {
        let count = ranks.reduce(1, *)
        let floor = BenchRecord.Floor(transforms: 0.002, exchange: 0.001, memory: 0.001)
        let run = BenchRecord.Run(
            repeats: [seconds * 2, seconds, seconds / 2],
            phases: [
                .init(
                    "a <new> phase", longestSeconds: seconds * 0.75, meanSeconds: seconds * 0.7, bytesSent: 0,
                    messages: 0),
                .init(
                    "exchange", longestSeconds: seconds * 0.3, meanSeconds: seconds * 0.3, bytesSent: 64_000,
                    messages: 2),
            ], floor: floor)
        return BenchRecord.Measurement(
            ranks: ranks, particles: [10 * count, 10, 10], mesh: [20 * count, 20, 20], precision: "single",
            kernel: "1_4", steps: 10, forces: 11, forward: run,
            gradient: gradient
                ? BenchRecord.Gradient(repeats: [3, 1, 2], forwardSeconds: 0.8, run: run) : nil,
            ceilings: BenchRecord.Ceilings(
                triadBandwidth: 2e10, transformShape: [10, 20, 20], forwardTransform: 0.001,
                inverseTransform: 0.001, rowBytes: 0, rowSeconds: 0, columnBytes: 64_000,
                columnSeconds: 0.0005),
            secondsToFirstForce: 0.5, peakBytesOfFullestRank: 100 << 20, peakBytes: count * 100 << 20,
            arrayBytesOfFullestRank: 60 << 20)
    }

    static func record(_ study: BenchRecord.Study, _ measurements: [BenchRecord.Measurement]) -> BenchRecord {
        BenchRecord(
            codeVersion: "0.1.0", build: "a build", processor: "a <fast> CPU", mpi: "an MPI",
            finished: "2026-11-21T05:03:25Z", study: study, measurements: measurements,
            configuration: RunFixture.configuration)
    }

    private static let grids = [[1, 1], [2, 1], [1, 2], [2, 2]]

    private static func study(_ kind: BenchRecord.Study) -> BenchRecord {
        record(
            kind,
            grids.map { measurement(ranks: $0, seconds: 0.04 / Double($0.reduce(1, *)).squareRoot()) })
    }

    private func page(of records: [BenchRecord]) throws -> String {
        let directory = ScratchDirectory(over: world)
        for record in records {
            directory.write(Array(try record.json().utf8), to: BenchRecord.fileName(of: record.study))
        }
        try RunReport.write(of: directory.path, to: directory.file("report.html"), over: world)
        return String(decoding: directory.bytes("report.html"), as: UTF8.self)
    }

    func testWhatIsWrittenIsReadBack() throws {
        for kind in BenchRecord.Study.allCases {
            let record = Self.study(kind)
            XCTAssertEqual(try BenchRecord(json: try record.json(), source: "bench.json"), record)
        }
    }

    func testNamesAreThoseThatOtherProgramsRead() throws {
        let json = try Self.record(.single, [Self.measurement(ranks: [2, 1], seconds: 0.01)]).json()
        for key in [
            "format", "study", "measurements", "ranks", "seconds_per_force", "mean_seconds", "bytes_sent",
            "floor", "transforms", "triad_bandwidth", "forward_seconds", "seconds_to_first_force",
            "peak_bytes_of_fullest_rank",
        ] {
            XCTAssertTrue(json.contains("\"\(key)\" : "), "no \(key)")
        }
    }

    func testDerivedNumbersByHand() {
        let measurement = Self.measurement(ranks: [2, 1], seconds: 0.01)
        XCTAssertEqual(measurement.forward.secondsPerForce, 0.01, "the median of 0.02, 0.01 and 0.005")
        XCTAssertEqual(measurement.forward.ratioToFloor, 2.5, accuracy: 1e-12)
        XCTAssertEqual(measurement.gradient?.seconds, 2)
        XCTAssertEqual(measurement.gradient!.ratioToForward, 2.5, accuracy: 1e-12)
        XCTAssertEqual(measurement.particlesPerRank, 1000)
        XCTAssertEqual(measurement.cellsPerRank, 8000)
        XCTAssertEqual([4.0, 1, 2, 8].median, 3)
    }

    func testScalingByHand() {
        let (one, four) = (
            Self.measurement(ranks: [1, 1], seconds: 0.04), Self.measurement(ranks: [2, 2], seconds: 0.02)
        )
        let strong = Scaling(of: .strong, from: one, to: four)
        XCTAssertEqual(strong.speedUp, 2, accuracy: 1e-12)
        XCTAssertEqual(strong.efficiency, 0.5, accuracy: 1e-12)
        // Four times the particles in half the time.
        let weak = Scaling(of: .weak, from: one, to: four)
        XCTAssertEqual(weak.speedUp, 8, accuracy: 1e-12)
        XCTAssertEqual(weak.efficiency, 2, accuracy: 1e-12)
        XCTAssertEqual(weak.speedUpOfFloor, 4, accuracy: 1e-12)
    }

    func testADirectoryWithNothingButABenchMakesAPage() throws {
        let page = try page(of: [Self.record(.single, [Self.measurement(ranks: [2, 1], seconds: 0.01)])])
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
            let page = try page(of: [Self.study(kind)])
            XCTAssertTrue(page.contains("<section id=\"\(kind.rawValue)\""))
            XCTAssertTrue(page.contains("id=\"\(kind.rawValue)-plot\""))
            XCTAssertTrue(page.contains("2 ranks (1 × 2)"), "every grid is in the table")
        }
        let all = try page(of: BenchRecord.Study.allCases.map(Self.study))
        for name in ["speed", "strong", "weak"] { XCTAssertTrue(all.contains("<section id=\"\(name)\"")) }
    }

    func testAStudyOfOneMeasurementAndNoGradientMakesAPage() throws {
        let record = Self.record(
            .strong, [Self.measurement(ranks: [2, 1], seconds: 0.01, gradient: false)])
        let page = try page(of: [record])
        XCTAssertTrue(page.contains("measured on 2 ranks (2 × 1) only"))
        XCTAssertFalse(page.contains("strong-plot"), "a point is no curve")
    }

    func testADamagedRecordIsOneLineOnAllRanks() throws {
        let directory = ScratchDirectory(over: world)
        var later = Self.study(.single)
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
