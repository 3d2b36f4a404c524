import Configuration
import Mesh
import Parallel
import Records
import Runs
import TestSupport
import XCTest

final class SimulationTests: RunTestCase {
    private static let outputs = ["density_a1.0000.h5", "power_a1.0000.txt", "snapshot_a1.0000.hdf5"]

    /// How often a run asks whether it shall stop before it takes a step.
    private static let asksBeforeSteps = 3

    private func assertSameOutputs(
        _ first: ScratchDirectory, _ second: ScratchDirectory, line: UInt = #line
    ) {
        for name in Self.outputs {
            let bytes = first.bytes(name)
            XCTAssertGreaterThan(bytes.count, 1000, name, line: line)
            XCTAssertEqual(bytes, second.bytes(name), name, line: line)
        }
    }

    private func record(in directory: ScratchDirectory) throws -> RunRecord {
        try RunRecord(json: String(decoding: directory.bytes("run.json"), as: UTF8.self), source: "run.json")
    }

    func testTwoRunsInOneProcessAreAsGoodAsTwoProcesses() throws {
        let (first, second) = (ScratchDirectory(over: world), ScratchDirectory(over: world))
        let logs = try [first, second].map { directory in
            try simulate(try configuration(Self.universe, to: directory.path, set: "output.pictures=false"))
        }
        assertSameOutputs(first, second)
        let (before, after) = (try record(in: first), try record(in: second))
        XCTAssertEqual(before.stateChecksum, after.stateChecksum)
        XCTAssertEqual(before.results, after.results)
        XCTAssertEqual(before.configuration, after.configuration)
        // What a run books is its own: as many messages, and no time of the run before it.
        func messages(_ record: RunRecord) -> [String: Double] {
            Dictionary(uniqueKeysWithValues: record.phases.map { ($0.name, $0.messages) })
                .filter { $0.value > 0 }
        }
        XCTAssertEqual(messages(before), messages(after))
        if world.isRoot {
            XCTAssertNotNil(logs[0].line("state_checksum "))
            XCTAssertEqual(logs[0].line("state_checksum "), logs[1].line("state_checksum "))
            XCTAssertEqual(logs[0].progress.count, 4)
        } else {
            XCTAssertEqual(logs[0].lines, [], "rank 0 speaks for all")
        }
    }

    func testAStoppedRunGoesOnOnAnyGridToTheSameBits() throws {
        let (whole, parts) = (ScratchDirectory(over: world), ScratchDirectory(over: world))
        try simulate(try configuration(Self.universe, to: whole.path, set: "output.pictures=false"))
        let begun = try configuration(Self.universe, to: parts.path, set: "output.pictures=false")
        let log = CollectedLog()
        let ending = try begun.simulate(
            .fresh,
            in: RunContext(on: world, telling: log, stoppingWhen: stop(after: Self.asksBeforeSteps + 2)))
        XCTAssertEqual(ending, .stopped)
        XCTAssertFalse(parts.names.contains("run.json"), "it has not finished")
        assertThrowsEverywhere("is of a run that has not finished; continue it with --resume") {
            try simulate(begun, .fresh)
        }
        let grid = gridShapes.last { Decomposition.fits(begun.box.particles, on: $0) }!
        let resumed = try simulate(begun.onRanks(grid), .resume)
        assertSameOutputs(whole, parts)
        XCTAssertEqual(try record(in: parts).continuedFrom, 2)
        XCTAssertEqual(parts.names.filter { $0.contains("checkpoint") }, [])
        let again = try simulate(begun, .resume)
        if world.isRoot {
            XCTAssertEqual(
                log.lines.last, "stopped by a signal after step 2; continue with --resume")
            XCTAssertNotNil(resumed.line("continuing from "))
            XCTAssertEqual(
                again.lines.last, "\(parts.path) holds this very run, finished: nothing is left to do")
        }
    }

    func testACheckpointOfAnotherConfigurationIsRefused() throws {
        let directory = ScratchDirectory(over: world)
        let begun = try configuration(Self.universe, to: directory.path)
        _ = try begun.simulate(
            .fresh,
            in: RunContext(
                on: world, telling: CollectedLog(), stoppingWhen: stop(after: Self.asksBeforeSteps + 1)))
        let other = try configuration(Self.universe, to: directory.path, set: "initial.seed=4")
        assertThrowsEverywhere("belongs to another configuration: initial.seed was 3 and is 4; undo that") {
            try simulate(other, .resume)
        }
        let log = try simulate(other, .overwrite)
        if world.isRoot { XCTAssertNotNil(log.line("state_checksum ")) }
    }

    func testARunThatStopsAnywhereGoesOnToTheSameBits() throws {
        let whole = ScratchDirectory(over: world)
        let outputs = "output.snapshots=[0.55, 1.0]"
        try simulate(try configuration(Self.universe, to: whole.path, set: "output.pictures=false", outputs))
        // Before the first step, after each, and between the files of both times.
        for count in 1...13 {
            let parts = ScratchDirectory(over: world)
            let run = try configuration(Self.universe, to: parts.path, set: "output.pictures=false", outputs)
            let ending = try run.simulate(
                .resume, in: RunContext(on: world, telling: CollectedLog(), stoppingWhen: stop(after: count)))
            XCTAssertEqual(ending, .stopped, "stop \(count)")
            XCTAssertEqual(parts.names.contains("run.unfinished"), count > Self.asksBeforeSteps)
            try simulate(run, .resume)
            XCTAssertEqual(parts.names, whole.names, "stop \(count)")
            assertSameOutputs(whole, parts)
        }
        let more = try configuration(Self.universe, to: whole.path, set: "output.pictures=false", outputs)
        let ending = try more.simulate(
            .overwrite, in: RunContext(on: world, telling: CollectedLog(), stoppingWhen: stop(after: 14)))
        XCTAssertEqual(ending, .finished, "there is no later moment, so the ones above were all")
    }

    func testARehearsalTellsWhatARunWouldDoAndWritesNothing() throws {
        let directory = ScratchDirectory(over: world)
        let log = CollectedLog()
        try configuration(Self.universe, to: directory.path + "/out")
            .rehearse(for: .simulation, in: RunContext(on: world, telling: log))
        XCTAssertEqual(directory.names, [])
        guard world.isRoot else { return }
        XCTAssertNotNil(log.line("writes to \(directory.path)/out, on "))
        XCTAssertNotNil(log.line("memory per rank"))
    }
}
