import Memory
import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

final class CheckpointStoreTests: SPMDTestCase {
    private let labels = Labels(units: "1", description: "a test")

    private func save(_ step: Int, in store: CheckpointStore) throws {
        let grid = RankGrid(world: world, shape: gridShapes.last!)
        let rows = Rows(of: try Decomposition(shape: [19, 20, 6], over: grid), columns: 3)
        try store.write(step: step, provenance: testProvenance, over: world) { file throws(StorageError) in
            try file.write(rows, at: "/positions", labels: labels) {
                (range, values: inout MutableSpan<UInt32>) in
                for index in values.indices {
                    let row = rows.globalIndex(of: range.lowerBound + index / 3)
                    values[index] = UInt32(3 * row + index % 3 + step)
                }
            }
            try file.write([Double(step)], at: "/history", labels: labels)
        }
    }

    /// The step of the state in the file, looked at on every rank.
    private func restore(_ file: borrowing InputFile) throws -> Int {
        let grid = RankGrid(world: world, shape: gridShapes.first!)
        let rows = Rows(of: try Decomposition(shape: [19, 20, 6], over: grid), columns: 3)
        let positions: Buffer<UInt32> = try file.read(rows, at: "/positions", for: "test")
        let steps = (0..<positions.count).map {
            Int(positions.span[$0]) - 3 * rows.globalIndex(of: $0 / 3) - $0 % 3
        }
        let step = Int(try file.readArray(at: "/history", as: Double.self)[0])
        XCTAssertTrue(steps.allSatisfy { $0 == step })
        return step
    }

    func testTheLastTwoAreKeptAndTheNewestIsRestoredOnAnotherGrid() throws {
        let scratch = ScratchDirectory(over: world)
        let store = CheckpointStore(directory: scratch.path)
        XCTAssertNil(try store.readNewest(over: world) { file, _ in try restore(file) }?.step)
        for step in [10, 20, 30] { try save(step, in: store) }
        XCTAssertEqual(scratch.names, ["checkpoint_000020.h5", "checkpoint_000030.h5"])
        let found = try store.readNewest(over: world) { file, step in
            XCTAssertEqual(step, 30)
            XCTAssertEqual(try file.attribute("step"), .integer(30))
            return try restore(file)
        }
        XCTAssertEqual(found?.state, 30)
        XCTAssertEqual(found?.step, 30)
        XCTAssertEqual(found?.warnings.count, 1, "the build 'by hand' is another one")
        XCTAssertTrue(found?.warnings.first?.contains("written with build 'by hand'") ?? false)
        // A run that went back overwrites what it left.
        try save(25, in: store)
        XCTAssertEqual(store.steps(over: world), [20, 25, 30])
        store.removeAll(over: world)
        XCTAssertEqual(scratch.names, [])
    }

    func testDamagedNewestIsReportedAndTheOneBeforeUsed() throws {
        let scratch = ScratchDirectory(over: world)
        let store = CheckpointStore(directory: scratch.path)
        for step in [1, 2] { try save(step, in: store) }
        let newest = "checkpoint_000002.h5"
        let whole = scratch.bytes(newest)
        var flipped = whole
        flipped[whole.count / 2] ^= 4  // in /positions, which is nearly all of the file
        var superblock = whole
        superblock[20] ^= 1
        let damages: [([UInt8], String)] = [
            (flipped, "/positions do not match their checksum"),
            (Array(whole.prefix(whole.count / 2)), "is damaged or cut off"),
            (superblock, "is damaged or cut off"),
            ([], "is not an HDF5 file"),
            ([UInt8](repeating: 0, count: whole.count), "is not an HDF5 file"),
        ]
        for (bytes, reason) in damages {
            scratch.write(bytes, to: newest)
            let found = try store.readNewest(over: world) { file, _ in try restore(file) }
            XCTAssertEqual(found?.state, 1, reason)
            let warning = found?.warnings.first ?? ""
            XCTAssertTrue(
                warning.contains(newest) && warning.contains(reason), "'\(warning)' says not '\(reason)'")
            XCTAssertEqual(try store.newestValid(over: world)?.step, 1, reason)
        }
        scratch.write([1, 2, 3], to: "checkpoint_000001.h5")
        var message = ""
        do { _ = try store.readNewest(over: world) { file, _ in try restore(file) } } catch let error
            as StorageError
        { message = error.message }
        XCTAssertTrue(message.contains("none of the 2 checkpoints can be read"), message)
        XCTAssertFalse(message.contains("going back"), "there is nothing to go back to: \(message)")
        scratch.shell("rm '\(scratch.file(newest))'")
        assertThrowsEverywhere("there is no other checkpoint") {
            _ = try store.readNewest(over: world) { file, _ in try restore(file) }
        }
        scratch.write(whole, to: newest)
        XCTAssertEqual(try store.newestValid(over: world)?.step, 2)
    }

    func testErrorsThatAreNotDamageEndTheSearch() throws {
        let scratch = ScratchDirectory(over: world)
        let store = CheckpointStore(directory: scratch.path)
        for step in [1, 2] { try save(step, in: store) }
        assertThrowsEverywhere("box.particles is 64 in the configuration") {
            _ = try store.readNewest(over: world) { _, _ in
                throw UsageError("box.particles is 64 in the configuration and 128 in the checkpoint")
            }
        }
        assertThrowsEverywhere("/history has the shape 1; it must be 6859") {
            _ = try store.readNewest(over: world) { file, _ in
                let grid = RankGrid(world: world, shape: gridShapes.first!)
                let rows = Rows(of: try Decomposition(shape: [19, 19, 19], over: grid))
                let _: Buffer<Double> = try file.read(rows, at: "/history", for: "test")
            }
        }
    }

    func testACheckpointInAnotherFormIsRefusedInOneLine() throws {
        let scratch = ScratchDirectory(over: world)
        let store = CheckpointStore(directory: scratch.path)
        try save(1, in: store)
        // As it was before forms were counted.
        var file = try OutputFile(
            creating: store.path(step: 2), provenance: testProvenance, over: world)
        try file.write([1.0], at: "/history", labels: labels)
        try file.finish()
        assertThrowsEverywhere("in form 1 of checkpoints, and this is \(Provenance.currentVersion)") {
            _ = try store.readNewest(over: world) { file, _ in try restore(file) }
        }
    }

    func testAFailedWriteLeavesTheEarlierOnes() throws {
        let scratch = ScratchDirectory(over: world)
        let store = CheckpointStore(directory: scratch.path)
        for step in [1, 2] { try save(step, in: store) }
        assertThrowsEverywhere("no more") {
            try store.write(step: 3, provenance: testProvenance, over: world) { file throws(StorageError) in
                try file.write([1.0], at: "/history", labels: labels)
                throw StorageError(.diskFull, fault: .environment, "no more")
            }
        }
        XCTAssertEqual(scratch.names, ["checkpoint_000001.h5", "checkpoint_000002.h5"])
    }
}
