import Configuration
import Mesh
import Parallel
import Runs
import Storage
import TestSupport
import XCTest

/// A file of counts and their selection as the objective of a run.
final class SurveyObjectiveTests: RunTestCase {
    /// Blocks of 2³ of the force mesh, 24 x 18 x 12 cells of 4 Mpc/h.
    private let shape = SIMD3(12, 9, 6)

    /// Two tracers of one universe.
    private let objectives = """
        objective:
        - {kind: redshift-space-density, axis: radial, coarsen: 2, bias: truncated-power-law, bias_exponent: 1.2,
           bias_threshold: 0.3, likelihood: negative-binomial, dispersion: 20,
           data: "SURVEY:/counts", selection: "SURVEY:/selection"}
        - {kind: redshift-space-density, axis: radial, coarsen: 2, bias: lagrangian, bias_b1: 0.8, bias_b2: 0.2,
           bias_bs2: -0.3, bias_nabla: 2, likelihood: poisson, data: "SURVEY:/counts", selection: "SURVEY:/selection"}

        """

    private func isBorder(_ x: Int, _ y: Int, _ z: Int) -> Bool {
        x == 0 || y == 0 || z == 0 || x == 11 || y == 8 || z == 5
    }

    /// Writes `survey.h5`.
    private func write(
        to path: String, observer: [Double]? = [40.5, 33, 25], box: Double? = nil,
        counts: (_ x: Int, _ y: Int, _ z: Int, _ value: Double) -> Double = { $3 },
        selection: (_ x: Int, _ y: Int, _ z: Int, _ value: Double) -> Double = { $3 }
    ) throws {
        var (numbers, shares): ([Double], [Double]) = ([], [])
        for x in 0..<shape.x {
            for y in 0..<shape.y {
                for z in 0..<shape.z {
                    let isUnseen = isBorder(x, y, z) || (x + 2 * y + z) % 5 == 0
                    shares.append(selection(x, y, z, isUnseen ? 0 : 0.4 + 0.1 * Double((x + y) % 4)))
                    numbers.append(counts(x, y, z, isUnseen ? 0 : Double((3 * x + 5 * y + 7 * z) % 4)))
                }
            }
        }
        let provenance = Provenance(
            precision: "double", seed: nil, configuration: "", cosmology: [:], codeVersion: "1",
            build: "by hand")
        var file = try OutputFile(creating: path, provenance: provenance, over: world)
        if let observer { file.set("observer", to: .reals(observer)) }
        if let box { file.set("BoxSize", to: .real(box)) }
        let sides = [shape.x, shape.y, shape.z]
        let labels = Labels(units: "1", description: "test")
        try file.write(numbers.map { Float($0) }, shape: sides, at: "/counts", labels: labels)
        try file.write(shares, shape: sides, at: "/selection", labels: labels)
        try file.write(shares.map { _ in Float(0) }, shape: sides, at: "/one", labels: labels)
        try file.finish()
    }

    private func gradient(
        _ path: String, in directory: ScratchDirectory, of objectives: String? = nil, checking: Int? = nil,
        telling log: CollectedLog, _ overrides: String...
    ) throws {
        let text =
            Self.universe + (objectives ?? self.objectives).replacingOccurrences(of: "SURVEY", with: path)
        var settings = ["run.precision=double", "evolution.integrator=fastpm"] + overrides
        settings.append("output.directory=\"\(directory.file("out"))\"")
        try RunConfiguration(
            bytes: Array(text.utf8), name: "run.yaml", overrides: settings, ranks: world.size
        ).differentiate(.overwrite, checking: checking, in: RunContext(on: world, telling: log))
    }

    func testTheGradientOfTwoTracersAgreesWithDifferences() throws {
        let directory = ScratchDirectory(over: world)
        let path = directory.file("survey.h5")
        try write(to: path)
        let log = CollectedLog()
        // Differences take a while, and the gradient has the same bits on all ranks.
        let isChecked = world.size <= 2 || Self.isLong
        try gradient(path, in: directory, checking: isChecked ? 1 : nil, telling: log)
        let file = try InputFile(opening: directory.file("out/gradient.h5"), over: world)
        for name in [
            "objective[0].bias_threshold", "objective[0].dispersion", "objective[1].bias_b1",
            "objective[1].bias_nabla", "objective[1].bias_amplitude",
        ] {
            let slope = try file.readArray(at: "/gradient/observation/\(name)", as: Double.self)[0]
            XCTAssertNotEqual(slope, 0, name)
        }
        guard world.isRoot else { return }
        XCTAssertNotNil(log.line("reversal exact"))
        // A mode, a direction, eight of cosmology, five and five of the tracers.
        XCTAssertEqual(
            log.lines.last { $0.hasPrefix("check:") },
            isChecked ? "check: all 20 derivatives agree with differences to 0.0001" : nil)
        XCTAssertNotNil(log.line("warning: objective[0]: a cell has 2.37"))
    }

    /// Without numbers of patches all cells are one, whose amplitude nothing knows.
    func testPatchesWithoutNumbersAreOne() throws {
        let directory = ScratchDirectory(over: world)
        let path = directory.file("survey.h5")
        try write(to: path)
        func value(_ more: String) throws -> Double {
            let objective = """
                objective: {kind: redshift-space-density, axis: radial, coarsen: 2, bias: power-law, bias_exponent: 1.3,
                  likelihood: patches, data: "SURVEY:/counts", selection: "SURVEY:/selection"\(more)}

                """
            try gradient(path, in: directory, of: objective, telling: CollectedLog())
            let file = try InputFile(opening: directory.file("out/gradient.h5"), over: world)
            XCTAssertEqual(
                try file.readArray(at: "/gradient/observation/bias_amplitude", as: Double.self)[0], 0,
                accuracy: 1e-9)
            return try file.readArray(at: "/value", as: Double.self)[0]
        }
        let found = try value("")
        XCTAssertEqual(found, try value(", patches: \"SURVEY:/one\""))
        XCTAssertEqual(found, try value(", bias_amplitude: 7"), accuracy: 1e-9 * found)
        XCTAssertGreaterThan(found, 1)
    }

    func testDataThatCannotBeAreRefusedByOneLine() throws {
        let directory = ScratchDirectory(over: world)
        let path = directory.file("survey.h5")
        let log = CollectedLog()
        func refused(_ words: String, _ overrides: String...) {
            assertThrowsEverywhere(words) {
                if overrides.isEmpty {
                    try gradient(path, in: directory, telling: log)
                } else {
                    try gradient(path, in: directory, telling: log, overrides[0])
                }
            }
        }
        try write(to: path, counts: { [$0, $1, $2] == [11, 3, 2] ? 4 : $3 })
        refused(
            "objective[0].data holds counts where objective[0].selection is 0 (1 cells), the first at [11, 3, 2]"
        )
        try write(to: path, counts: { [$0, $1, $2] == [3, 3, 2] ? 1.5 : $3 })
        refused("objective[0].data holds fractions, the first at [3, 3, 2]")
        try write(to: path, counts: { [$0, $1, $2] == [3, 3, 2] ? -1 : $3 })
        refused("objective[0].data holds negative numbers, the first at [3, 3, 2]")
        try write(to: path, counts: { [$0, $1, $2] == [3, 3, 2] ? .nan : $3 })
        refused("objective[0].data holds NaN or infinity at 1 mesh points that count, the first at [3, 3, 2]")
        try write(to: path, selection: { [$0, $1, $2] == [5, 0, 2] ? 0.2 : $3 })
        refused("objective[0].selection is not 0 at [5, 0, 2]; with axis: radial the outermost cells")
        try write(to: path, observer: nil)
        refused("objective[0].observer is not given, and \(path) has no attribute observer")
        try write(to: path, box: 64)
        refused("the attribute BoxSize is [64.0] Mpc/h; it must be the size of the box ([96.0, 72.0, 48.0])")
        try write(to: path)
        refused("objective[0].observer is [1.0, 2.0, 3.0], and", "objective[0].observer=[1, 2, 3]")
        refused("/counts has the shape 12 x 9 x 6; it must be 24 x 18 x 12", "objective[0].coarsen=1")
    }
}
