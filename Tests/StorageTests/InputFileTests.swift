import Parallel
import Storage
import TestSupport
import XCTest

final class InputFileTests: SPMDTestCase {
    private func makeFile(_ path: String) throws {
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        try file.write(
            (0..<500).map(Double.init), at: "/group/values", labels: Labels(units: "1", description: "a test")
        )
        // So many that HDF5 moves them out of the object's header, into another structure.
        for number in 0..<10 { file.set("attribute \(number)", to: .integer(number), on: "/group") }
        try file.finish()
    }

    func testFilesThatAreNoneAreOneErrorOnAllRanks() throws {
        let scratch = ScratchDirectory(over: world)
        scratch.write(Array("# k P(k)\n".utf8), to: "table.txt")
        scratch.write([], to: "empty.h5")
        func open(_ path: String) throws { _ = try InputFile(opening: path, over: world) }
        assertThrowsEverywhere("none.h5: there is no such file") { try open(scratch.file("none.h5")) }
        assertThrowsEverywhere("table.txt: is not an HDF5 file") { try open(scratch.file("table.txt")) }
        assertThrowsEverywhere("empty.h5: is not an HDF5 file") { try open(scratch.file("empty.h5")) }
        assertThrowsEverywhere(": is a directory") { try open(scratch.path) }
        do { try open(scratch.file("none.h5")) } catch let error as StorageError {
            XCTAssertEqual(error.fault, .user)
            XCTAssertEqual(error.kind, .missingFile)
        }
    }

    func testFileCutAtAnyLengthIsAnErrorOnAllRanks() throws {
        let scratch = ScratchDirectory(over: world)
        try makeFile(scratch.file("whole.h5"))
        let whole = scratch.bytes("whole.h5")
        for length in Array(stride(from: 8, to: whole.count, by: 211)) + [whole.count - 1] {
            scratch.write(Array(whole.prefix(length)), to: "cut.h5")
            assertThrowsEverywhere("cut.h5: is damaged or cut off") {
                _ = try InputFile(opening: scratch.file("cut.h5"), over: world)
            }
        }
        let golden = scratch.file("golden.h5")
        scratch.shell("head -c 1000000 '\(TestData.path("golden_A_exact.h5"))' > '\(golden)'")
        assertThrowsEverywhere("golden.h5: is damaged or cut off") {
            _ = try InputFile(opening: golden, over: world)
        }
    }

    func testNoFlippedByteGoesUnnoticed() throws {
        let scratch = ScratchDirectory(over: world)
        try makeFile(scratch.file("whole.h5"))
        let whole = scratch.bytes("whole.h5")
        let expected = (0..<500).map(Double.init)
        var noticed = 0
        // Every byte at every number of ranks would take minutes; the stride visits other bytes at each.
        for position in stride(from: world.size, to: whole.count, by: Self.step) {
            var bytes = whole
            bytes[position] ^= 1 << UInt8(position % 8)
            scratch.write(bytes, to: "flipped.h5")
            do {
                let file = try InputFile(opening: scratch.file("flipped.h5"), over: world)
                let values = try file.readArray(at: "/group/values", as: Double.self)
                let provenance = try Provenance(of: file)
                var numbers: [AttributeValue?] = []
                for number in 0..<10 {
                    numbers.append(try file.attribute("attribute \(number)", of: "/group"))
                }
                XCTAssertEqual(values, expected, "byte \(position)")
                XCTAssertEqual(provenance, testProvenance, "byte \(position)")
                XCTAssertEqual(numbers, (0..<10).map { .integer($0) }, "byte \(position)")
            } catch {
                noticed += 1
            }
        }
        XCTAssertGreaterThan(noticed, 4000 / Self.step - 10, "the data alone are 4000 bytes")
    }

    private static let step = 61
}
