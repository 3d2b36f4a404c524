import Analysis
import Mesh
import Parallel
import TestSupport
import XCTest

final class PowerSpectrumTableTests: SPMDTestCase {
    private func table() throws -> PowerSpectrumTable {
        let shape: SIMD3<Int> = [18, 18, 18]
        let box: SIMD3<Double> = [23.4, 23.4, 23.4]
        let noise = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 1), shape: shape)
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let spectrum = try PowerSpectrum(
            of: noise.field(on: Decomposition(shape: shape, over: grid), as: Double.self), box: box)
        return PowerSpectrumTable(
            spectrum, linear: spectrum.wavenumbers.map { 1 / $0 }, shotNoise: 0.3, scaleFactor: 0.1,
            box: box, mesh: shape, correction: .cloudInCell)
    }

    func testReadingTheRowsGivesTheSameBits() throws {
        let table = try table()
        let rows = table.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: " ").map { Double($0)! } }
        XCTAssertEqual(rows.map { $0[0] }, table.spectrum.wavenumbers)
        XCTAssertEqual(rows.map { $0[1] }, table.spectrum.powers)
        XCTAssertEqual(rows.map { $0[2] }, table.linear)
        XCTAssertEqual(rows.map { $0[3] }, table.linear.map { _ in 0.3 })
        XCTAssertEqual(rows.map { Int($0[4]) }, table.spectrum.modesPerShell)
    }

    func testTheHeaderSaysWhatItIsAndRemarksCannotBreakIt() throws {
        var table = try table()
        table.remarks = ["seed: 1", "two\nlines"]
        let header = table.text.split(separator: "\n").prefix { $0.hasPrefix("#") }.joined(separator: "\n")
        for fragment in [
            "a = 0.1", "23.4 x 23.4 x 23.4 Mpc/h", "18 x 18 x 18", "cloud-in-cell", "[(Mpc/h)^3]", "modes",
            "not subtracted", "# seed: 1", "# two\n# lines",
        ] {
            XCTAssertTrue(header.contains(fragment), "no '\(fragment)' in\n\(header)")
        }
        let rows = table.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        XCTAssertEqual(rows.count, table.linear.count)
    }

    func testThePlotShowsMeasurementTheoryShotNoiseAndRatio() throws {
        let svg = try Plot.powerSpectrum(table(), title: "run 1").svg
        for text in ["measured", "linear theory", "shot noise", "P / linear", "k  [h/Mpc]", "run 1"] {
            XCTAssertTrue(svg.contains(">\(text)</text>"), "no '\(text)'")
        }
        XCTAssertEqual(svg.components(separatedBy: "<polyline").count - 1, 4)
    }
}
