import Records
import TestSupport
import XCTest

final class BenchRecordTests: XCTestCase {
    func testWhatIsWrittenIsReadBack() throws {
        for kind in BenchRecord.Study.allCases {
            let record = RecordFixture.study(kind)
            XCTAssertEqual(try BenchRecord(json: try record.json(), source: "bench.json"), record)
        }
    }

    func testNamesAreThoseThatOtherProgramsRead() throws {
        let json = try RecordFixture.bench(
            .single, [RecordFixture.measurement(ranks: [2, 1], seconds: 0.01)]
        ).json()
        for key in [
            "format", "study", "measurements", "ranks", "seconds_per_force", "mean_seconds", "bytes_sent",
            "floor", "transforms", "triad_bandwidth", "forward_seconds", "seconds_to_first_force",
            "peak_bytes_of_fullest_rank",
        ] {
            XCTAssertTrue(json.contains("\"\(key)\" : "), "no \(key)")
        }
    }

    func testDerivedNumbersByHand() {
        let measurement = RecordFixture.measurement(ranks: [2, 1], seconds: 0.01)
        XCTAssertEqual(measurement.forward.secondsPerForce, 0.01, "the median of 0.02, 0.01 and 0.005")
        XCTAssertEqual(measurement.forward.ratioToFloor, 2.5, accuracy: 1e-12)
        XCTAssertEqual(measurement.gradient?.seconds, 2)
        XCTAssertEqual(measurement.gradient!.ratioToForward, 2.5, accuracy: 1e-12)
        XCTAssertEqual(measurement.particlesPerRank, 1000)
        XCTAssertEqual(measurement.cellsPerRank, 8000)
        XCTAssertEqual([4.0, 1, 2, 8].median, 3)
    }

    func testAMeasurementReplacesTheSameOneAndStandsInOrder() {
        var record = RecordFixture.study(.strong)
        let again = RecordFixture.measurement(ranks: [2, 1], seconds: 1)
        record.add(again)
        XCTAssertEqual(record.measurements.map(\.ranks), [[1, 1], [1, 2], [2, 1], [2, 2]])
        XCTAssertEqual(record.measurements[2], again)
        record.add(RecordFixture.measurement(ranks: [3, 1], seconds: 1))
        XCTAssertEqual(record.measurements.map(\.rankCount), [1, 2, 2, 3, 4])
    }

    func testScalingByHand() {
        let (one, four) = (
            RecordFixture.measurement(ranks: [1, 1], seconds: 0.04),
            RecordFixture.measurement(ranks: [2, 2], seconds: 0.02)
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
}
