import Configuration
import Parallel
import Records
import Runs
import Storage
import TestSupport
import XCTest

/// What becomes of what is in a directory when a run begins there.
final class RunPlaceTests: RunTestCase {
    private func run(_ directory: ScratchDirectory, _ changes: String...) throws -> RunConfiguration {
        try RunConfiguration(
            bytes: Array(Self.universe.utf8), name: "run.yaml",
            overrides: [
                "output.pictures=false", RunConfiguration.override("output.directory", text: directory.path),
            ]
                + changes,
            ranks: world.size)
    }

    func testAFinishedRunIsReplacedOnRequestOnly() throws {
        let directory = ScratchDirectory(over: world)
        try simulate(try run(directory, "output.snapshots=[0.55, 1.0]"))
        scratchIsFree(of: ["palindrome.lock", "run.unfinished"], directory)
        let before = directory.bytes("snapshot_a1.0000.hdf5")
        assertThrowsEverywhere("holds this very run, finished 2") {
            try simulate(try run(directory, "output.snapshots=[0.55, 1.0]"))
        }
        let other = try run(directory, "initial.seed=4")
        let changes = "initial.seed was 3 and is 4, output.snapshots was [0.55, 1.0] and is [1.0]"
        assertThrowsEverywhere("holds a finished run of another configuration (\(changes));") {
            try simulate(other)
        }
        assertThrowsEverywhere("holds a finished run of another configuration: \(changes);") {
            try simulate(other, .resume)
        }
        XCTAssertEqual(directory.bytes("snapshot_a1.0000.hdf5"), before)
        directory.write([1, 2], to: "density_a0.1234.h5")
        try simulate(other, .overwrite)
        XCTAssertEqual(
            directory.names,
            [
                "density_a0.1234.h5", "density_a1.0000.h5", "power_a1.0000.txt", "run.json",
                "snapshot_a1.0000.hdf5",
            ],
            "what the old run left is gone, and nothing else")
    }

    private func scratchIsFree(of names: [String], _ directory: ScratchDirectory) {
        XCTAssertTrue(Set(directory.names).isDisjoint(with: names), "\(directory.names)")
    }

    func testFinishedMeansThatAllIsWhole() throws {
        let directory = ScratchDirectory(over: world)
        let run = try run(directory)
        try simulate(run)
        let record = try RunRecord(
            json: String(decoding: directory.bytes("run.json"), as: UTF8.self), source: "")
        let files = try XCTUnwrap(record.files)
        XCTAssertEqual(
            files.map(\.name).sorted(), ["density_a1.0000.h5", "power_a1.0000.txt", "snapshot_a1.0000.hdf5"])
        for file in files {
            let whole = directory.bytes(file.name)
            XCTAssertEqual(file.bytes, whole.count)
            directory.write(Array(whole.dropLast(8)), to: file.name)
            let log = try simulate(run, .resume)
            XCTAssertEqual(directory.bytes(file.name), whole, "made again to the same bits")
            if world.isRoot {
                XCTAssertNotNil(
                    log.lines.first { $0.contains(file.name) && $0.hasSuffix(": the run is made again") })
            }
        }
        let log = try simulate(run, .resume)
        if world.isRoot {
            XCTAssertTrue(log.lines.last?.hasSuffix("finished: nothing is left to do") ?? false)
        }
    }

    func testARunKilledBeforeItsFirstCheckpointIsNotBegunOver() throws {
        let directory = ScratchDirectory(over: world)
        directory.write(Array("# a list\nsnapshot_a0.5500.hdf5\n../outside\n".utf8), to: "run.unfinished")
        try simulate(try run(directory))
        directory.shell("rm '\(directory.path)'/*")
        directory.write(Array("snapshot_a0.5500.hdf5\n../outside\n".utf8), to: "run.unfinished")
        directory.write([1], to: "snapshot_a0.5500.hdf5")
        assertThrowsEverywhere("snapshot_a0.5500.hdf5 is of a run that has not finished") {
            try simulate(try run(directory))
        }
        try simulate(try run(directory), .resume)
        XCTAssertFalse(directory.names.contains("snapshot_a0.5500.hdf5"), "what it left is removed")
    }

    func testWhatIsReadIsPartOfTheRun() throws {
        let directory = ScratchDirectory(over: world)
        let data = ScratchDirectory(over: world)
        try simulate(
            try configuration(Self.universe, to: data.path, set: "output.pictures=false", "initial.seed=4"))
        let objective = "objective: {data: \"\(data.path)/density_a1.0000.h5:/density\", sigma: 0.5}\n"
        let run = try configuration(Self.universe + objective, to: directory.path)
        let context = RunContext(on: world, telling: CollectedLog())
        try run.differentiate(checking: nil, in: context)
        let before = directory.bytes("gradient.h5")
        assertThrowsEverywhere("holds this very run") { try run.differentiate(checking: nil, in: context) }
        try run.differentiate(.resume, checking: nil, in: context)
        try simulate(
            try configuration(Self.universe, to: data.path, set: "output.pictures=false", "initial.seed=5"),
            .overwrite)
        for beginning in [Beginning.fresh, .resume] {
            assertThrowsEverywhere("what objective.data names has other contents") {
                try run.differentiate(beginning, checking: nil, in: context)
            }
        }
        XCTAssertEqual(directory.bytes("gradient.h5"), before)
        try run.differentiate(.overwrite, checking: nil, in: context)
        XCTAssertNotEqual(directory.bytes("gradient.h5"), before)
    }

    func testADirectoryInUseIsLeftAlone() throws {
        let directory = ScratchDirectory(over: world)
        let claim = try ClaimedDirectory(directory.path, over: world)
        for beginning in Beginning.allCases {
            assertThrowsEverywhere("another run is writing to this directory (host ") {
                try simulate(try run(directory), beginning)
            }
        }
        XCTAssertEqual(directory.names, [DirectoryLock.fileName])
        claim.release()
        try simulate(try run(directory))
    }
}
