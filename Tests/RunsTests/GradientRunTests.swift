import Records
import Runs
import Storage
import TestSupport
import XCTest

final class GradientRunTests: RunTestCase {
    /// A density of another universe to compare with.
    private func data(in directory: ScratchDirectory) throws -> String {
        try simulate(
            try configuration(
                Self.universe, to: directory.file("data"), set: "initial.seed=4", "output.pictures=false"))
        return "\"\(directory.file("data"))/density_a1.0000.h5:/density\""
    }

    func testTheGradientAgreesWithCentralDifferencesAndTheStateComesBack() throws {
        let directory = ScratchDirectory(over: world)
        let data = try data(in: directory)
        let log = CollectedLog()
        try configuration(
            Self.universe + "objective: {data: \(data), sigma: 0.5, smoothing: 6.0}\n",
            to: directory.path, set: "run.precision=double"
        ).differentiate(checking: 2, in: RunContext(on: world, telling: log))

        let file = try InputFile(opening: directory.file("gradient.h5"), over: world)
        let value = try file.readArray(at: "/value", as: Double.self)[0]
        XCTAssertGreaterThan(value, 0)
        XCTAssertEqual(try file.attribute("reversal_words_differing")?.integer, 0)
        XCTAssertEqual(try file.dataset("/gradient/white_noise").shape, [16, 12, 8])
        let json = String(decoding: directory.bytes("gradient.json"), as: UTF8.self)
        XCTAssertEqual(try RunRecord(json: json, source: "gradient.json").results["loss"], value)

        guard world.isRoot else { return }
        XCTAssertEqual(log.line("value "), "value \(value)")
        XCTAssertNotNil(log.line("reversal exact"))
        // Two components, a direction and eight parameters; the columns before the last four are the name.
        let told = log.lines.drop { !$0.hasPrefix("derivative by") }.dropFirst()
        let rows = told.prefix(11)
        XCTAssertEqual(told.count, 13, "the rows, what comes of them, and what was written")
        XCTAssertEqual(Set(rows.prefix(2).map { $0.prefix { $0 != "]" } }).count, 2, "two components")
        for row in rows {
            let numbers = row.split(separator: " ").suffix(4).map { Double($0)! }
            XCTAssertNotEqual(numbers[0], 0, row)
            // Curvature and the kinks of cloud-in-cell limit what a difference can say.
            XCTAssertLessThan(numbers[3], 2e-4, row)
        }
    }
}
