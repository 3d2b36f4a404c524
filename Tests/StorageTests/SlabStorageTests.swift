import Parallel
import Storage
import TestSupport
import XCTest

final class SlabStorageTests: SPMDTestCase {
    private let labels = Labels(units: "1", description: "a test")

    private func numbers(_ slab: Slab) -> [Int64] {
        let row = slab.shape.dropFirst().reduce(1, *)
        return (slab.rows.lowerBound * row..<slab.rows.upperBound * row).map { Int64($0 * $0) - 7 }
    }

    private func write(_ slab: Slab, to path: String) throws {
        var file = try OutputFile(creating: path, provenance: nil, over: world)
        file.largestTransfer = 100
        try file.write(numbers(slab).span, as: slab, at: "/group/rows", labels: labels)
        try file.finish(.verified)
    }

    private func read(_ slab: Slab, of path: String) throws -> [Int64] {
        var file = try InputFile(opening: path, over: world)
        file.largestTransfer = 100
        var values = [Int64](repeating: 0, count: slab.count)
        var span = values.mutableSpan
        try file.read(slab, at: "/group/rows", into: &span)
        return values
    }

    func testRowsAreReadByRanksThatDidNotWriteThem() throws {
        let scratch = ScratchDirectory(over: world)
        for (number, row) in [[], [5], [3, 7], [0]].enumerated() {
            var contents: [UInt8]?
            let path = scratch.file("\(number).h5")
            // All on the last rank, and as many on each as may be.
            let few = 43 / world.size + (world.rank < 43 % world.size ? 1 : 0)
            for count in [world.rank == world.size - 1 ? 43 : 0, few] {
                let slab = Slab(joining: count, rowsOf: row, over: world)
                XCTAssertEqual(slab.shape, [43] + row)
                try write(slab, to: path)
                let bytes = scratch.bytes("\(number).h5")
                XCTAssertTrue(contents ?? bytes == bytes, "the file depends on who has which rows")
                contents = bytes
                let fair = Slab(sharing: slab.shape, over: world)
                XCTAssertEqual(try read(fair, of: path), numbers(fair))
                // Two rows that all want, which are not the whole.
                let common = Slab(3..<5, of: slab.shape)
                XCTAssertEqual(try read(common, of: path), numbers(common))
            }
        }
    }

    func testArraysOfAnotherShapeAreRefused() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("rows.h5")
        try write(Slab(sharing: [9, 2], over: world), to: path)
        assertThrowsEverywhere("/group/rows has the shape 9 x 2; it must be 9 x 3") {
            _ = try read(Slab(sharing: [9, 3], over: world), of: path)
        }
        assertThrowsEverywhere("a row of it must have less than 2 GiB") {
            try write(Slab(0..<0, of: [0, 1 << 30]), to: scratch.file("large.h5"))
        }
    }
}
