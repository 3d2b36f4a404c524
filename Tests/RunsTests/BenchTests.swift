import Configuration
import Parallel
import Records
import Runs
import TestSupport
import XCTest

final class BenchTests: RunTestCase {
    func testABenchWritesWhatItTells() throws {
        let directory = ScratchDirectory(over: world)
        let configuration = try configuration(Self.universe, to: directory.path)
        var bench = Bench(BenchStudy(.single, on: [world.size], grids: .squarest), to: directory.path)
        bench.repeats = 2
        let log = CollectedLog()
        try bench.run(configuration, in: RunContext(on: world, telling: log))
        let record = try BenchRecord(
            json: String(decoding: directory.bytes("bench.json"), as: UTF8.self), source: "bench.json")
        XCTAssertEqual(record.configuration, configuration.resolvedText)
        let measured = try XCTUnwrap(record.measurements.first)
        XCTAssertEqual(measured.rankCount, world.size)
        XCTAssertEqual(measured.forces, 4)
        XCTAssertEqual(measured.gradient?.repeats.count, 2)
        XCTAssertGreaterThan(measured.forward.floor.seconds, 0)
        let gradient = measured.gradient!.run.phases.map(\.name)
        XCTAssertTrue(gradient.contains("adjoint") && gradient.contains("objective"), "\(gradient)")
        if world.isRoot { XCTAssertEqual(log.lines, BenchTable(measured).text.lines) }

        bench.earlier = .kept
        let other = try self.configuration(Self.universe, to: directory.path, set: "evolution.steps=3")
        assertThrowsEverywhere("is of another configuration; --add must be with the same") {
            try bench.run(other, in: RunContext(on: world, telling: log))
        }
    }

    func testLawsOfGravityStandSideBySide() throws {
        func study(over world: Communicator, _ log: CollectedLog) throws -> BenchRecord {
            let directory = ScratchDirectory(over: world)
            let configuration = try RunConfiguration(
                bytes: Array((Self.universe + "run: {precision: double}\n").utf8), name: "run.yaml",
                overrides: [RunConfiguration.override("output.directory", text: directory.path)],
                ranks: world.size)
            var bench = Bench(BenchStudy(.laws, on: [world.size], grids: .squarest), to: directory.path)
            bench.repeats = 1
            bench.measuresGradient = false
            try bench.run(configuration, in: RunContext(on: world, telling: log))
            XCTAssertTrue(String(decoding: directory.bytes("laws.svg"), as: UTF8.self).contains("<svg"))
            return try BenchRecord(
                json: String(decoding: directory.bytes("bench-laws.json"), as: UTF8.self),
                source: "bench-laws.json")
        }
        let log = CollectedLog()
        let record = try study(over: world, log)
        XCTAssertEqual(record.measurements.map(\.lawName), ["single mesh", "1 level"], "others do not fit")
        if world.isRoot { XCTAssertEqual(log.lines, LawTable(record).text.lines) }
        let (single, pyramid) = (record.measurements[0], record.measurements[1])
        XCTAssertNil(single.fidelity)
        let fidelity = try XCTUnwrap(pyramid.fidelity)
        XCTAssertGreaterThan(fidelity.forceError, 1e-5)
        XCTAssertLessThan(fidelity.forceError, 1e-3)
        XCTAssertGreaterThan(fidelity.densityResidual, 1e-7)
        XCTAssertLessThan(fidelity.densityResidual, 1e-2)
        XCTAssertEqual(
            fidelity.powerRatios.count, 12, "shells of a mesh of 24 x 18 x 12 cubes")
        XCTAssertTrue(fidelity.powerRatios.contains { abs($0 - 1) > 1e-8 })
        // Large scales are nearly exact, the Nyquist mode's gradient is nearly none.
        XCTAssertLessThan(fidelity.forceErrors[0], 1e-6)
        XCTAssertLessThan(fidelity.forceErrors.max()!, 5e-2)
        XCTAssertGreaterThan(fidelity.forceErrors.min()!, 1e-9)
        if world.size > 1 {
            XCTAssertLessThan(pyramid.sent(in: "exchange").bytes, single.sent(in: "exchange").bytes / 4)
        }
        let alone = try study(over: alone, CollectedLog())
        XCTAssertEqual(alone.measurements[1].fidelity, fidelity, "the same bits on all ranks")
    }

    func testLawsWithoutAPyramidAreRefused() throws {
        let directory = ScratchDirectory(over: world)
        let given = try configuration(Self.universe, to: directory.path, set: "force.kernel=naive")
        let bench = Bench(BenchStudy(.laws, on: [world.size], grids: .squarest), to: directory.path)
        assertThrowsEverywhere("--laws: there is no pyramid for kernel naive on a mesh of 24 x 18 x 12") {
            [world] in
            try bench.run(given, in: RunContext(on: world, telling: CollectedLog()))
        }
    }

    func testCasesOfAScalingStudy() throws {
        let given = try RunConfiguration(
            bytes: Array("box: {particles: 16}\nforce: {kernel: naive}\n".utf8), name: "run.yaml", ranks: 1)
        let strong = try BenchStudy(.strong, on: [1, 2, 4, 64], grids: .all).cases(of: given)
        XCTAssertEqual(strong.cases.map(\.grid), [[1, 1], [2, 1], [1, 2], [2, 2], [4, 1], [1, 4]])
        XCTAssertEqual(strong.unfit, [64], "two planes of a particle grid are too few")
        XCTAssertTrue(strong.cases.allSatisfy { $0.configuration.box == given.box })
        XCTAssertTrue(strong.cases.allSatisfy { $0.configuration.run.ranks == $0.grid })

        let weak = try BenchStudy(.weak, on: [1, 6], grids: .squarest).cases(of: given)
        XCTAssertEqual(weak.cases.map(\.configuration.box.particles), [[16, 16, 16], [48, 32, 16]])
        XCTAssertEqual(weak.cases[1].rankCount, 6)
        XCTAssertEqual(BenchStudy.factors(of: 64), [4, 4, 4])
        XCTAssertEqual(BenchStudy.factors(of: 7), [7, 1, 1])
        XCTAssertEqual(BenchStudy.powersOfTwo(upTo: 6), [1, 2, 4, 6])
    }
}

extension String {
    /// The lines that hold something.
    var lines: [String] { split(separator: "\n").map(String.init) }
}
