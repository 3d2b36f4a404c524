import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

/// Files as h5py and others write them (`Tests/Resources/foreign.py`) are read, or refused for what they are.
final class ForeignFileTests: SPMDTestCase {
    private func open(_ name: String = "foreign.h5") throws -> InputFile {
        try InputFile(opening: TestData.path(name), over: world)
    }

    private let values = (0..<216).map { Double($0) / 216 + 0.5 }
    private let mask = (0..<216).map { $0 < 72 ? 0.0 : 1 }

    func testNumbersOfAnyKindAreRead() throws {
        let file = try open()
        for name in ["values", "big_endian", "deflated", "soft"] {
            XCTAssertEqual(try file.readArray(at: name, as: Double.self), values, name)
        }
        for (found, expected) in zip(try file.readArray(at: "half", as: Double.self), values) {
            XCTAssertEqual(found, expected, accuracy: 1e-3)
        }
        XCTAssertEqual(try open("user_block.h5").readArray(at: "values", as: Double.self), values)
    }

    func testMasksAreZerosAndOnes() throws {
        let file = try open()
        for name in ["boolean", "bytes", "on_off", "bits"] {
            XCTAssertEqual(try file.readArray(at: name, as: Double.self), mask, name)
            XCTAssertEqual(try file.readArray(at: name, as: Float.self), mask.map(Float.init), name)
        }
        XCTAssertEqual(try file.dataset("boolean").typeName, "bool")
        XCTAssertEqual(try file.attribute("flag", of: "/values"), .integer(1))
    }

    func testAMaskIsReadIntoFieldsOfEveryDivision() throws {
        for shape in gridShapes where Decomposition.fits([6, 6, 6], on: shape) {
            let grid = try Decomposition(shape: [6, 6, 6], over: RankGrid(world: world, shape: shape))
            for name in ["boolean", "bits", "on_off"] {
                // Through several transfers, and between ghost planes.
                var file = try open()
                file.largestTransfer = 100
                for ghosts in [GhostWidth.none, .cloudInCell] {
                    let field: Field<Float> = try file.readField(
                        at: name, over: grid, ghosts: ghosts, for: "test")
                    field.forEachPoint { x, y, z, value in
                        XCTAssertEqual(value, x < 2 ? 0 : 1, "\(name) \(x) \(y) \(z)")
                    }
                }
            }
        }
    }

    func testWhatCannotBeReadIsNamedAndNotCalledDamaged() throws {
        let file = try open()
        for (name, words) in [
            ("never_written", "was never written"), ("never_written_chunks", "was never written"),
            ("lzf", "is compressed by lzf, a filter that is not installed"),
            ("external", "keeps its numbers in another file"),
            ("virtual", "is a view of other datasets"), ("elsewhere", "is a link into another file"),
            ("complex", "holds complex128, which cannot be read as real numbers"),
            ("text", "which cannot be read as real numbers"),
            ("three_kinds", "which cannot be read as real numbers"),
            ("dangling", "there is no dataset /dangling"),
        ] {
            do {
                _ = try file.readArray(at: name, as: Float.self)
                XCTFail("\(name) is read")
            } catch {
                XCTAssertTrue(error.message.contains(words), error.message)
                XCTAssertFalse(error.message.contains("damaged"), error.message)
                XCTAssertEqual(error.fault, .user)
            }
        }
        assertThrowsEverywhere("/group is a group; name a dataset in it") {
            _ = try file.readArray(at: "group", as: Double.self)
        }
    }

    func testNumbersThatAreNoneAreCountedAndPlaced() throws {
        let file = try open()
        assertThrowsEverywhere(
            "/gaps holds values that are not finite (NaN or infinity), 72 of 216, the first at [0, 0, 0]"
        ) {
            _ = try file.readArray(at: "gaps", as: Double.self)
        }
        guard let shape = gridShapes.first(where: { Decomposition.fits([6, 6, 6], on: $0) }) else { return }
        let grid = try Decomposition(shape: [6, 6, 6], over: RankGrid(world: world, shape: shape))
        assertThrowsEverywhere("72 of 216, the first at [0, 0, 0]") {
            let _: Field<Float> = try file.readField(at: "gaps", over: grid, for: "test")
        }
        let field: Field<Double> = try file.readField(at: "gaps", over: grid, for: "test", expecting: .any)
        field.forEachPoint { x, _, _, value in XCTAssertEqual(value.isNaN, x < 2) }
    }

    func testOnlyRegularFilesAreOpened() throws {
        let scratch = ScratchDirectory(over: world)
        scratch.shell(
            "cd '\(scratch.path)' && mkfifo pipe && ln -s /nowhere/at/all link && ln -s loop loop && mkdir directory"
        )
        for (name, words) in [
            ("pipe", "is a pipe (FIFO)"), ("link", "is a link to /nowhere/at/all, which does not exist"),
            ("directory", "is a directory"), ("loop", "is a link that leads in a circle"),
            ("nothing", "there is no such file"),
        ] {
            assertThrowsEverywhere("\(name): \(words)") {
                _ = try InputFile(opening: scratch.file(name), over: world)
            }
            XCTAssertThrowsError(try RegularFile.read(scratch.file(name))) {
                XCTAssertTrue("\($0)".contains(words), "\($0)")
            }
        }
        assertThrowsEverywhere("is a device") { _ = try InputFile(opening: "/dev/zero", over: world) }
        scratch.write(Array("text".utf8), to: "text")
        XCTAssertEqual(try RegularFile.read(scratch.file("text")), Array("text".utf8))
        XCTAssertFalse(try RegularFile.read("/proc/self/status").isEmpty)
    }

    func testAnOutputDirectoryThatIsNoneIsNamed() throws {
        let scratch = ScratchDirectory(over: world)
        scratch.write([1], to: "file")
        scratch.shell("ln -s /nowhere/at/all '\(scratch.path)/link' && ln -s loop '\(scratch.path)/loop'")
        for (path, words) in [
            ("file", "file: is a file, where a directory must be"),
            ("file/out", "/file is a file, where a directory must be"),
            ("link", "link: is a link to /nowhere/at/all, which does not exist, where a directory must be"),
            ("loop", "loop: is a link that leads in a circle, where a directory must be"),
            ("link/out", "/link is a link to /nowhere/at/all, which does not exist"),
        ] {
            assertThrowsEverywhere(words) { try OutputDirectory.make(scratch.file(path), over: world) }
            assertThrowsEverywhere(words) { try OutputDirectory.foresee(scratch.file(path), over: world) }
        }
        assertThrowsEverywhere("cannot be written") { try OutputDirectory.make("/proc/out", over: world) }
        XCTAssertNoThrow(try OutputDirectory.foresee(scratch.file("new/deep"), over: world))
        XCTAssertEqual(scratch.names, ["file", "link", "loop"], "foreseeing makes nothing")
        assertThrowsEverywhere("is a file; give the output.directory of a run") {
            _ = try OutputDirectory.names(in: scratch.file("file"), over: world)
        }
    }
}
