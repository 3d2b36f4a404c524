import Background
import Configuration
import Dynamics
import Figures
import Foundation
import Gravity
import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

/// Whatever a file holds, its reader returns what it says or throws one error of the user's, in bounded length and time.
///
/// `PALINDROME_FUZZ=NUMBER` repeats a single mutation: the one that a crash left in `fuzz-mutation` of the directory for
/// temporary files.
final class FuzzTests: SPMDTestCase {
    override class var timeLimit: UInt32 { isLong ? 7200 : 240 }

    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Of 2 000 mutations, or 100 000 in the long tests, on one rank; a few on more, where they are collective.
    private func numbers(_ share: Double) -> Range<Int> {
        if let text = Self.environment["PALINDROME_FUZZ"], let number = Int(text) {
            return number..<number + 1
        }
        let all = world.size > 1 ? 40.0 : Self.isLong ? 100_000 : 2000
        return 0..<Int(all * share)
    }

    /// Seconds after which a reader counts as hanging; many processes may share the cores of a test machine.
    private static let patience = 30.0

    /// Reads mutations of some good files, each of them with the one before as its neighbour.
    private func assault(
        _ seeds: [[UInt8]], share: Double, _ read: ([UInt8]) throws -> Void, file: StaticString = #filePath,
        line: UInt = #line
    ) {
        var refused = 0
        for number in numbers(share) {
            var mutation = Mutation(number: number)
            let bytes = mutation.applied(
                to: seeds[number % seeds.count], mixedWith: seeds[(number / seeds.count) % seeds.count])
            note(number)
            let start = Date()
            do {
                try read(bytes)
            } catch {
                refused += 1
                check(error, number, file, line)
            }
            XCTAssertLessThan(
                Date().timeIntervalSince(start), Self.patience, "mutation \(number)", file: file, line: line)
        }
        print("fuzz: \(refused) of \(numbers(share).count) refused")
        if world.size == 1, numbers(share).count > 100 {
            XCTAssertGreaterThan(
                refused, numbers(share).count / 10, "mutations hardly do anything", file: file, line: line)
        }
    }

    private func check(_ error: any Error, _ number: Int, _ file: StaticString, _ line: UInt) {
        let message: String
        switch error {
        case let error as any ReportedError:
            XCTAssertEqual(error.fault, .user, "mutation \(number): \(error)", file: file, line: line)
            message = error.message
        case let error as PowerTableError: message = error.description
        default:
            XCTFail("mutation \(number): \(error)", file: file, line: line)
            return
        }
        XCTAssertLessThan(message.unicodeScalars.count, 1500, "mutation \(number)", file: file, line: line)
        XCTAssertFalse(message.isEmpty)
        XCTAssertFalse(
            message.contains(where: \.isNewline), "mutation \(number): \(message)", file: file, line: line)
    }

    /// A crash takes the process with it, so what was being read is written down before.
    private func note(_ number: Int) {
        guard world.isRoot else { return }
        try? "\(name) \(number)\n".write(
            toFile: NSTemporaryDirectory() + "/fuzz-mutation", atomically: false, encoding: .utf8)
    }

    private func project(_ path: String) throws -> [UInt8] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return Array(try Data(contentsOf: root.appending(path: path)))
    }

    func testConfigurations() throws {
        let table = try smallTable(redshift: 0)
        let seeds = try [
            project("jobscripts/example.yaml"),
            Array(
                """
                box: {particles: [16, 27, 16], spacing: 2.5, mesh_factor: 1}
                cosmology: {preset: simple-lcdm, sigma8: 0.8, Omega_k: 0.01, w0: -0.9, wa: 0.1}
                evolution: {a: [0.1, 0.3, 0.6, 1.0], integrator: quinn}
                output: {snapshots: [0.3, 1.0], directory: "a b"}
                objective: {kind: projected-density, data: picture.png, weights: "w.h5:/w", axis: x, ink: dark}
                reconstruct: {start: zero, truth: initial, vary: [{parameter: Omega_m, mean: 0.3, sigma: 0.1, minimum: 0.1}, h]}
                optimizer: {method: adam, stages: [{smoothing: 1.0, iterations: 10, tolerance: 0}, {smoothing_cells: 0}]}
                run: {precision: double, ranks: [1, 1]}
                """.utf8),
        ]
        let grid = RankGrid(world: alone, shape: [1, 1])
        assault(seeds, share: 0.5) { bytes in
            let run = try RunConfiguration(bytes: bytes, name: "run.yaml", ranks: 1)
            _ = try RunConfiguration(bytes: Array(run.resolvedText.utf8), name: "again.yaml", ranks: 1)
            // What a run computes before its first step, in a box of few particles.
            let power: LinearPowerModel =
                run.power.model == .table
                ? .table(table, scalarAmplitude: run.power.scalarAmplitude) : .eisensteinHu
            let steps = run.evolution.scaleFactors
            let integrator: any Integrator = steps[0] == 0 ? BullFrog() : FastPM()
            _ = try ForwardModel<Float>(
                Box(particles: [8, 8, 8], spacing: run.box.spacing, mesh: [8, 8, 8]),
                in: (run.cosmology, power),
                startingWith: .second,
                following: EvolutionPlan(
                    through: steps.count > 1 ? [steps[0], steps[steps.count - 1]] : steps, by: integrator,
                    observing: []), under: ForceKernel(named: "1_4")!, on: grid)
        }
    }

    private func smallTable(redshift: Double) throws -> PowerTable {
        try PowerTable(
            parsing: String(
                decoding: try Array(project("Sources/Runs/Resources/planck18_linear_z0.txt")), as: UTF8.self),
            source: "table", extrapolation: .powerLaw)
    }

    func testTables() throws {
        let rows = (0..<30).map { "\(1e-3 * Double(1 << $0) / 1000) \(Double(1 << (30 - $0)))" }.joined(
            separator: "\n")
        let seeds = [
            Array(
                ("# Matter power spectrum P(k) at redshift z=0\n# 1:k (h/Mpc) 2:P (Mpc/h)^3\n" + rows).utf8),
            Array(rows.replacing(" ", with: "\t").replacing("\n", with: " 1.0 2.0\r\n").utf8),
        ]
        assault(seeds, share: 0.2) { bytes in
            let text = try PlainText.decoded(bytes) { "table:\($0)" }
            for extrapolation in [PowerTable.Extrapolation.forbidden, .powerLaw] {
                let table = try PowerTable(parsing: text, source: "table", extrapolation: extrapolation)
                let grid = RankGrid(world: alone, shape: [1, 1])
                for amplitude in [Amplitude.scalar(2e-9), .sigma8(0.8)] {
                    var parameters = CosmologyParameters.planck18
                    parameters.amplitude = amplitude
                    _ = try ForwardModel<Float>(
                        Box(particles: [8, 8, 8], spacing: 2, mesh: [8, 8, 8]),
                        in: (parameters, .table(table, scalarAmplitude: nil)), startingWith: .second,
                        following: EvolutionPlan(through: [0.1, 1], by: FastPM(), observing: []),
                        under: ForceKernel(named: "1_4")!, on: grid)
                }
            }
        }
    }

    func testPictures() throws {
        let grey = GreyPicture(width: 24, height: 16, bytes: (0..<384).map { UInt8($0 % 251) })
        var seeds = [try grey.png()]
        seeds += try PNGFixture.kinds.map { try PNGFixture.picture($0) }
        assault(seeds, share: 0.1) { mutant in
            // Half of them pass libpng's first gate.
            let bytes = mutant.count % 2 == 0 ? PNGFixture.mended(mutant) : mutant
            let picture = try GreyPicture(png: bytes, source: "picture.png", over: 255)
            guard picture.width * picture.height < 1 << 16 else { return }
            _ = picture.resampled(width: 16, height: 7)
        }
    }

    func testDatasets() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("own.h5")
        var file = try OutputFile(
            creating: path,
            provenance: Provenance(
                precision: "single", seed: 1, configuration: "box: {}", cosmology: ["h": 0.7]),
            over: world)
        try file.write(
            (0..<216).map(Double.init), shape: [6, 6, 6], at: "/density",
            labels: Labels(units: "1", description: "a field"))
        try file.finish()
        let seeds = [scratch.bytes("own.h5"), try project("Tests/Resources/foreign.h5")]
        let grid = RankGrid(world: world, shape: [world.size, 1])
        assault(seeds, share: 0.2) { bytes in
            scratch.write(bytes, to: "mutant.h5")
            let file = try InputFile(opening: scratch.file("mutant.h5"), over: world)
            var failure: (any Error)?
            for dataset in try file.datasets() {
                // One that cannot be read does not save the others from being tried.
                do { try read(dataset, in: file, on: grid) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }

    private func read(_ dataset: DatasetDescription, in file: borrowing InputFile, on grid: RankGrid) throws {
        for name in try file.attributeNames(of: dataset.path) {
            _ = try file.attribute(name, of: dataset.path)
        }
        if dataset.shape.count == 3, dataset.count <= 1 << 15, dataset.shape.min()! > 0 {
            let shape = SIMD3(dataset.shape[0], dataset.shape[1], dataset.shape[2])
            if Decomposition.fits(shape, on: grid.shape) {
                let _: Field<Float> = try file.readField(
                    at: dataset.path, over: try Decomposition(shape: shape, over: grid), for: "fuzz")
            }
        }
        if dataset.count <= 1 << 20 {
            _ = try file.readArray(at: dataset.path, as: Double.self, expecting: .any)
        }
    }
}
