import Glibc
import Parallel
import Storage
import TestSupport
import XCTest

final class OutputDirectoryTests: SPMDTestCase {
    func testAClaimRemovesOnlyWhatWasBeingWritten() throws {
        let scratch = ScratchDirectory(over: world)
        let kept = [
            "a.partial.h5", "b.h5", "notes.tmp", "notes.partial", ".partial", "c.h5.partially",
            "d.h5.partial-",
            "e.h5.partial-x1",
        ]
        for name in kept + ["checkpoint_000010.h5.partial-1234", "run.json.partial-7", "power.txt.partial"] {
            scratch.write([1], to: name)
        }
        let claim = try ClaimedDirectory(scratch.path, over: world)
        XCTAssertEqual(
            claim.notes,
            [
                "removed what it left half-written: checkpoint_000010.h5.partial-1234, power.txt.partial, "
                    + "run.json.partial-7"
            ])
        XCTAssertEqual(scratch.names, (kept + [DirectoryLock.fileName]).sorted())
        claim.release()
        XCTAssertEqual(scratch.names, kept.sorted())
    }

    func testAClaimMakesTheDirectoryAndIsOneRuns() throws {
        let scratch = ScratchDirectory(over: world)
        let claim = try ClaimedDirectory(scratch.file("a/b"), over: world)
        XCTAssertEqual(claim.notes, [])
        XCTAssertEqual(claim.path, scratch.file("a/b"))
        assertThrowsEverywhere("a/b: another run is writing to this directory") {
            _ = try ClaimedDirectory(scratch.file("a/b"), over: world)
        }
        claim.release()
        scratch.write([1], to: "file")
        assertThrowsEverywhere("file: is a file, where a directory must be") {
            _ = try ClaimedDirectory(scratch.file("file"), over: world)
        }
    }

    func testARunThatWasKilledIsTold() throws {
        let scratch = ScratchDirectory(over: world)
        let text = world.broadcast(world.isRoot ? LockHolder.thisProcess.text : "")
        scratch.write(Array("\(text)00000000000000000001\n".utf8), to: DirectoryLock.fileName)
        let claim = try ClaimedDirectory(scratch.path, over: world)
        XCTAssertEqual(claim.notes.count, 1)
        XCTAssertTrue(
            claim.notes.first?.hasPrefix(
                "\(scratch.path) was left by a run that did not come to its end (host ")
                ?? false, "\(claim.notes)")
        claim.release()
    }

    func testKeptFilesAreMissedWhenTheyAreGoneOrChanged() throws {
        let scratch = ScratchDirectory(over: world)
        scratch.write([1, 2, 3], to: "power.txt")
        var file = try OutputFile(
            creating: scratch.file("density.h5"), provenance: testProvenance, over: world)
        try file.write(
            (0..<500).map(Double.init), at: "/density", labels: Labels(units: "1", description: "a test"))
        try file.finish()
        let names = ["density.h5", "power.txt"]
        let kept = try OutputDirectory.inventory(of: names, in: scratch.path, over: world)
        XCTAssertEqual(kept.last, KeptFile(name: "power.txt", bytes: 3))
        func fault() -> String? { OutputDirectory.firstFault(in: kept, of: scratch.path, over: world) }
        XCTAssertNil(fault())

        let whole = scratch.bytes("density.h5")
        XCTAssertEqual(kept.first?.bytes, whole.count)
        var flipped = whole
        flipped[whole.count - 1000] ^= 4  // in /density, which is nearly all of the file
        scratch.write(flipped, to: "density.h5")
        XCTAssertTrue(
            fault()?.contains("/density do not match their checksum") ?? false, fault() ?? "nothing")
        scratch.write(Array(whole.dropLast()), to: "density.h5")
        XCTAssertEqual(
            fault(),
            "\(scratch.path)/density.h5 has \(whole.count - 1) bytes, and had \(whole.count) when it was written"
        )
        scratch.write(whole, to: "density.h5")
        XCTAssertNil(fault())

        try OutputDirectory.remove(["power.txt", "none.txt"], from: scratch.path, over: world)
        XCTAssertEqual(fault(), "\(scratch.path)/power.txt is not there any more")
        assertThrowsEverywhere("power.txt: there is no such file") {
            _ = try OutputDirectory.inventory(of: names, in: scratch.path, over: world)
        }
    }

    func testAnInputHasTheChecksumOfItsNumbersAlone() throws {
        let scratch = ScratchDirectory(over: world)
        func write(_ values: [Double], to name: String, extra: Bool) throws {
            var file = try OutputFile(creating: scratch.file(name), provenance: testProvenance, over: world)
            let labels = Labels(units: "1", description: "a test")
            if extra { try file.write([1.0], at: "/another", labels: labels) }
            try file.write(values, at: "/data", labels: labels)
            try file.finish()
        }
        func checksum(_ name: String) throws -> String {
            try InputChecksum.ofDataset("/data", in: scratch.file(name), over: world)
        }
        let values = (0..<1000).map { 0.5 * Double($0) }
        try write(values, to: "a.h5", extra: false)
        try write(values, to: "b.h5", extra: true)
        try write(values.map { $0 == 250 ? 250.5 : $0 }, to: "c.h5", extra: false)
        XCTAssertEqual(try checksum("a.h5"), try checksum("b.h5"))
        XCTAssertNotEqual(try checksum("a.h5"), try checksum("c.h5"))

        scratch.write([1, 2, 3], to: "table")
        scratch.write([2, 1, 3], to: "other")
        let table = try InputChecksum.ofFile(scratch.file("table"), over: world)
        XCTAssertEqual(table.count, 16)
        XCTAssertNotEqual(table, try InputChecksum.ofFile(scratch.file("other"), over: world))
        assertThrowsEverywhere("nowhere: there is no such file") {
            _ = try InputChecksum.ofFile(scratch.file("nowhere"), over: world)
        }
    }
}
