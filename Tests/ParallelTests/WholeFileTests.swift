import Parallel
import TestSupport
import XCTest

final class WholeFileTests: SPMDTestCase {
    /// A directory that all ranks name alike; made and removed by rank 0.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = world.broadcast(
            NSTemporaryDirectory() + "palindrome-\(ProcessInfo.processInfo.processIdentifier)")
        try world.onRoot {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try body(path)
        world.barrier()
        if world.isRoot { try FileManager.default.removeItem(atPath: path) }
    }

    func testAFileIsReplacedWholeAndNothingElseIsLeft() throws {
        try withDirectory { directory in
            for text in ["first, and longer", "second", ""] {
                try world.writeFile(directory + "/plot.svg") { () -> String in text }
                let data = FileManager.default.contents(atPath: directory + "/plot.svg")
                XCTAssertEqual(data.map { String(decoding: $0, as: UTF8.self) }, text)
                world.barrier()
            }
            XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory), ["plot.svg"])
        }
    }

    func testOnlyRankZeroMakesTheContents() throws {
        try withDirectory { directory in
            var made = 0
            try world.writeFile(directory + "/map.png") {
                made += 1
                return [1, 2, 3] as [UInt8]
            }
            XCTAssertEqual(made, world.isRoot ? 1 : 0)
        }
    }

    /// While it is being written.
    private func temporary(_ path: String) -> String {
        path + ".partial-\(world.maximum(world.isRoot ? Int(getpid()) : 0))"
    }

    func testAFileThatCannotBeWrittenIsNamedOnAllRanks() throws {
        try withDirectory { directory in
            let path = directory + "/missing/map.png"
            let temporary = temporary(path)
            do {
                try world.writeFile(path) { [0] as [UInt8] }
                XCTFail("nothing thrown")
            } catch let error as AgreedFailure {
                XCTAssertEqual(error.fault, .environment)
                XCTAssertEqual(error.message, "cannot create \(temporary): No such file or directory")
            }
        }
    }

    func testWhetherAFileHasAPlaceIsAskedWithoutLeavingAnything() throws {
        try withDirectory { directory in
            try world.requirePlace(forFile: directory + "/map.png")
            for path in [directory, directory + "/missing/map.png"] {
                XCTAssertThrowsError(try world.requirePlace(forFile: path))
            }
            world.barrier()
            XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory), [])
        }
    }

    func testAFullDiskLeavesTheOldFileAndNoTemporary() throws {
        // Writing to /dev/full fails as a full disk does.
        try withDirectory { directory in
            let path = directory + "/map.png"
            try world.writeFile(path) { [7] as [UInt8] }
            let temporary = temporary(path)
            try world.onRoot {
                try FileManager.default.createSymbolicLink(
                    atPath: temporary, withDestinationPath: "/dev/full")
            }
            assertThrowsEverywhere("No space left on device") {
                try world.writeFile(path) { [8, 9] as [UInt8] }
            }
            XCTAssertEqual(FileManager.default.contents(atPath: path), Data([7]))
            XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory), ["map.png"])
        }
    }
}
