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
        XCTAssertEqual(measured.forces, 5)
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
