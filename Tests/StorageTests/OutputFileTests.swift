import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

final class OutputFileTests: SPMDTestCase {
    let labels = Labels(units: "1", description: "a test")

    func testDroppedFileLeavesNothingAndTheOlderOneUntouched() throws {
        let scratch = ScratchDirectory(over: world)
        try write([1, 2, 3], to: scratch.file("state.h5"))
        let before = scratch.bytes("state.h5")
        do {
            var file = try OutputFile(
                creating: scratch.file("state.h5"), provenance: testProvenance, over: world)
            try file.write([4.0, 5, 6], at: "/state", labels: labels)
            XCTAssertEqual(scratch.names.count, 2)
            XCTAssertTrue(scratch.names[1].hasPrefix("state.h5.partial-"))
            XCTAssertTrue(scratch.bytes("state.h5") == before)
        }
        XCTAssertEqual(scratch.names, ["state.h5"])
        XCTAssertTrue(scratch.bytes("state.h5") == before)
        try write([4, 5, 6], to: scratch.file("state.h5"))
        XCTAssertEqual(scratch.names, ["state.h5"])
        XCTAssertEqual(
            try InputFile(opening: scratch.file("state.h5"), over: world).readArray(at: "/state"),
            [4.0, 5, 6])
    }

    func testLockThatKilledRunLeftBehindKeepsNobodyWaiting() throws {
        let scratch = ScratchDirectory(over: world)
        let root = world.maximum(world.isRoot ? Int(getpid()) : 0)
        func leaveLock(on name: String) {
            // A semaphore at 0 in the form of glibc.
            XCTAssertTrue(scratch.shell("head -c 32 /dev/zero >/dev/shm/sem.OMPIO_\(name)"))
        }
        leaveLock(on: "left-locked.h5.partial-\(root)")
        try write([1, 2, 3], to: scratch.file("left-locked.h5"))
        leaveLock(on: "left-locked.h5")
        XCTAssertEqual(
            try InputFile(opening: scratch.file("left-locked.h5"), over: world).readArray(at: "/state"),
            [1.0, 2, 3])
    }

    func testFinishedFileHoldsNoReservedSpace() throws {
        let scratch = ScratchDirectory(over: world)
        var file = try OutputFile(
            creating: scratch.file("state.h5"), expectedBytes: 32 << 20, provenance: testProvenance,
            over: world)
        try file.write([1.0], at: "/state", labels: labels)
        let blocks = "[ $(stat -c %b '\(scratch.path)/state.h5'*) -gt 60000 ]"
        XCTAssertTrue(scratch.shell(blocks), "36 MiB should be reserved")
        try file.finish()
        XCTAssertFalse(scratch.shell(blocks))
    }

    func testUnwritableDirectoryIsOneErrorOnAllRanks() throws {
        let scratch = ScratchDirectory(over: world)
        scratch.write([], to: "file")
        func fault(_ path: String) throws {
            try OutputFile(creating: path, provenance: testProvenance, over: world).finish()
        }
        assertThrowsEverywhere("/no/such/x.h5: directory \(scratch.path)/no/such does not exist; create it") {
            try fault(scratch.file("no/such/x.h5"))
        }
        assertThrowsEverywhere("x.h5: cannot be written (Not a directory)") {
            try fault(scratch.file("file/x.h5"))
        }
        // Not even root can write here.
        assertThrowsEverywhere("/sys/kernel/x.h5: cannot be written (") { try fault("/sys/kernel/x.h5") }
        assertThrowsEverywhere("file: is a file, where a directory must be") {
            try OutputDirectory.make(scratch.file("file"), over: world)
        }
        assertThrowsEverywhere("cannot be written (") {
            try OutputDirectory.make("/sys/kernel/out", over: world)
        }
        do { try fault("/sys/kernel/x.h5") } catch let error as StorageError {
            XCTAssertEqual(error.fault, .environment)
        }
    }

    func testFullDiskIsOneErrorOnAllRanksAndLeavesNothing() throws {
        let scratch = ScratchDirectory(over: world)
        scratch.shell("mkdir '\(scratch.path)/disk'")
        guard scratch.shell("mount -t tmpfs -o size=8m palindrome-test '\(scratch.path)/disk' 2>/dev/null")
        else {
            throw XCTSkip("NOT TESTED: a full disk; mounting a small file system is not permitted here")
        }
        defer { scratch.shell("umount '\(scratch.path)/disk'") }
        let mesh = try Decomposition(
            shape: [64, 64, 512], over: RankGrid(world: world, shape: gridShapes[0]))
        let field = Field<Double>(mesh, ghosts: .none, for: "test")
        let path = scratch.file("disk/field.h5")

        // Found out at the start, when the size is known then …
        assertThrowsEverywhere("field.h5: there is no room for 20 MiB on this disk") {
            _ = try OutputFile(
                creating: path, expectedBytes: 16 << 20, provenance: testProvenance, over: world)
        }
        XCTAssertFalse(scratch.shell("ls '\(scratch.path)'/disk/* 2>/dev/null"))
        // … or with the dataset that does not fit …
        do {
            var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
            try file.write([1.0], at: "/small", labels: labels)
            try file.write(field, at: "/large", labels: labels)
            XCTFail("16 MiB fit on a disk of 8")
        } catch {
            XCTAssertEqual(error.kind, .diskFull)
            XCTAssertEqual(error.fault, .environment)
        }
        XCTAssertFalse(scratch.shell("ls '\(scratch.path)'/disk/* 2>/dev/null"))
        // … and on a disk that is full to the last byte.
        scratch.shell("head -c 20000000 /dev/zero > '\(scratch.path)/disk/filler' 2>/dev/null")
        assertThrowsEverywhere("there is no room for") {
            _ = try OutputFile(creating: path, provenance: testProvenance, over: world)
        }
        XCTAssertFalse(scratch.shell("ls '\(scratch.path)'/disk/field* 2>/dev/null"))
        scratch.shell("rm '\(scratch.path)/disk/filler'")
        try write([1], to: path)
    }

    private func write(_ values: [Double], to path: String) throws {
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        try file.write(values, at: "/state", labels: labels)
        try file.finish(.verified)
    }
}
