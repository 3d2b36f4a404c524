import Memory
import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

final class RowStorageTests: SPMDTestCase {
    let shape = SIMD3(19, 20, 5)
    let labels = Labels(units: "1", description: "a test")

    func makeRows<Element: StorageElement>(_ rows: Rows, _ element: (Int) -> Element) -> Buffer<Element> {
        var buffer = Buffer<Element>(
            count: rows.count * rows.columns, from: rows.decomposition.grid.memory, for: "test")
        var span = buffer.mutableSpan
        for row in 0..<rows.count {
            for column in 0..<rows.columns {
                span[row * rows.columns + column] = element(10 * rows.globalIndex(of: row) + column)
            }
        }
        return buffer
    }

    func roundTrip<Element: StorageElement & Equatable>(columns: Int, _ element: (Int) -> Element) throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("rows.h5")
        var contents: [UInt8]?
        for written in gridShapes {
            let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: written))
            let rows = Rows(of: mesh, columns: columns)
            let values = makeRows(rows, element)
            var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
            file.largestTransfer = 1000
            try file.write(values.span, as: rows, at: "/stored", labels: labels)
            try file.write(rows, at: "/made", labels: labels) { (range, made: inout MutableSpan<Element>) in
                for index in made.indices { made[index] = values.span[range.lowerBound * columns + index] }
            }
            try file.finish(.verified)
            let bytes = scratch.bytes("rows.h5")
            XCTAssertTrue(contents ?? bytes == bytes, "the file depends on the grid")
            contents = bytes
            for read in gridShapes {
                let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: read))
                let rows = Rows(of: mesh, columns: columns)
                let expected = makeRows(rows, element)
                let file = try InputFile(opening: path, over: world)
                for name in ["/stored", "/made"] {
                    let values: Buffer<Element> = try file.read(rows, at: name, for: "test")
                    let wrong = (0..<values.count).filter { values.span[$0] != expected.span[$0] }
                    XCTAssertEqual(wrong, [], name)
                }
            }
        }
        let array = try InputFile(opening: path, over: world).readArray(at: "/stored", as: Element.self)
        XCTAssertEqual(array, (0..<1900 * columns).map { element(10 * ($0 / columns) + $0 % columns) })
    }

    func testUInt32TriplesReadBackOnEveryGrid() throws {
        try roundTrip(columns: 3) { UInt32($0) &* 0x9e37_79b9 }
    }
    func testInt32TriplesReadBackOnEveryGrid() throws { try roundTrip(columns: 3) { Int32(-$0) } }
    func testInt64TriplesReadBackOnEveryGrid() throws { try roundTrip(columns: 3) { Int64(-$0) << 40 } }
    func testUInt64SinglesReadBackOnEveryGrid() throws { try roundTrip(columns: 1) { UInt64($0) << 40 } }
    func testFloatSinglesReadBackOnEveryGrid() throws { try roundTrip(columns: 1) { Float($0) } }
    func testDoublePairsReadBackOnEveryGrid() throws { try roundTrip(columns: 2) { 1 / Double($0 + 1) } }

    func testRowsOfAnotherGridAreRefused() throws {
        let scratch = ScratchDirectory(over: world)
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let path = scratch.file("rows.h5")
        let rows = Rows(of: try Decomposition(shape: shape, over: grid), columns: 3)
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        try file.write(makeRows(rows) { Int32($0) }.span, as: rows, at: "/momenta", labels: labels)
        try file.finish()
        let other = Rows(of: try Decomposition(shape: [18, 18, 18], over: grid), columns: 3)
        let input = try InputFile(opening: path, over: world)
        assertThrowsEverywhere("/momenta has the shape 1900 x 3; it must be 5832 x 3") {
            let _: Buffer<Int32> = try input.read(other, at: "/momenta", for: "test")
        }
        assertThrowsEverywhere("/momenta holds int32, which cannot be read as UInt32") {
            let _: Buffer<UInt32> = try input.read(rows, at: "/momenta", for: "test")
        }
    }
}
