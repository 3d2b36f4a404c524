import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

final class FieldStorageTests: SPMDTestCase {
    let shape = SIMD3(19, 21, 17)

    /// A number that tells a point from every other.
    func value(_ x: Int, _ y: Int, _ z: Int) -> Double { Double((x * 100 + y) * 100 + z) + 0.25 }

    func makeField<Element: StorageElement>(
        _ decomposition: Decomposition, ghosts: GhostWidth, _ element: (Double) -> Element
    ) -> Field<Element> {
        var field = Field<Element>(decomposition, ghosts: ghosts, for: "test")
        let (x0, y0) = (decomposition.x.lowerBound - ghosts.lower, decomposition.y.lowerBound - ghosts.lower)
        let extent = field.extent
        var values = field.values.mutableSpan
        var index = 0
        for x in x0..<x0 + extent.x {
            for y in y0..<y0 + extent.y {
                let isOwned = decomposition.x.contains(x) && decomposition.y.contains(y)
                for z in 0..<shape.z {
                    values[index] = element(isOwned ? value(x, y, z) : -1)
                    index += 1
                }
            }
        }
        return field
    }

    func assertHolds<Element: StorageElement & Equatable>(
        _ field: borrowing Field<Element>, _ element: (Double) -> Element, line: UInt = #line
    ) {
        var wrong = 0
        for x in field.decomposition.x {
            for y in field.decomposition.y {
                for z in 0..<shape.z
                where field.values.span[field.offset(x: x, y: y, z: z)] != element(value(x, y, z)) {
                    wrong += 1
                }
            }
        }
        XCTAssertEqual(wrong, 0, line: line)
    }

    func roundTrip<Element: StorageElement & Equatable>(_ element: (Double) -> Element) throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("field.h5")
        for written in gridShapes {
            let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: written))
            var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
            file.largestTransfer = 1 << 12  // several transfers, as many as the largest block needs
            let field = makeField(mesh, ghosts: .stencil, element)
            try file.write(field, at: "/density", labels: Labels(units: "1", description: "a test"))
            try file.finish(.verified)
            for read in gridShapes {
                let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: read))
                let file = try InputFile(opening: path, over: world)
                let field: Field<Element> = try file.readField(
                    at: "/density", over: mesh, ghosts: .cloudInCell, for: "test")
                assertHolds(field, element)
            }
        }
    }

    func testSingleFieldsReadBackOnEveryGrid() throws { try roundTrip { Float($0) } }
    func testDoubleFieldsReadBackOnEveryGrid() throws { try roundTrip { $0 } }
    func testIntegerFieldsReadBackOnEveryGrid() throws { try roundTrip { Int64($0) } }

    func testDatasetIsInGlobalOrder() throws {
        let scratch = ScratchDirectory(over: world)
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        let path = scratch.file("field.h5")
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        try file.write(
            makeField(mesh, ghosts: .stencil) { $0 }, at: "/a/b",
            labels: Labels(units: "1", description: "a test"))
        try file.finish()
        let array = try InputFile(opening: path, over: world).readArray(at: "/a/b", as: Double.self)
        XCTAssertEqual(array.count, mesh.pointCount)
        XCTAssertEqual(array[(3 * shape.y + 5) * shape.z + 7], value(3, 5, 7))
        XCTAssertEqual(array.last, value(18, 20, 16))
    }

    func testPrecisionIsConverted() throws {
        let scratch = ScratchDirectory(over: world)
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        let path = scratch.file("field.h5")
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        let labels = Labels(units: "1", description: "a test")
        try file.write(makeField(mesh, ghosts: .none) { $0 }, at: "/double", labels: labels)
        try file.write(makeField(mesh, ghosts: .none) { Float($0) }, at: "/single", labels: labels)
        try file.finish()
        let input = try InputFile(opening: path, over: world)
        let single: Field<Float> = try input.readField(at: "/double", over: mesh, for: "test")
        assertHolds(single) { Float($0) }
        let double: Field<Double> = try input.readField(at: "/single", over: mesh, for: "test")
        assertHolds(double) { Double(Float($0)) }
    }

    func testWholeFilesAreTheSameBytesOnEveryGrid() throws {
        let scratch = ScratchDirectory(over: world)
        var contents: [[UInt8]] = []
        for (index, grid) in (gridShapes + gridShapes).enumerated() {
            let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid))
            var file = try OutputFile(
                creating: scratch.file("\(index).h5"), provenance: testProvenance, over: world)
            try file.write(
                makeField(mesh, ghosts: .stencil) { Float($0) }, at: "/density",
                labels: Labels(units: "1", description: "a test"))
            try file.finish()
            contents.append(scratch.bytes("\(index).h5"))
        }
        for other in contents { XCTAssertTrue(other == contents[0]) }
        // And on any number of ranks: this number was computed by a few lines of numpy.
        let checksum = try InputFile(opening: scratch.file("0.h5"), over: world)
            .attribute("checksum", of: "/density")
        XCTAssertEqual(checksum, .text("0d726b8eca08bcc3"))
    }

    func testFaultsAreThrownOnAllRanks() throws {
        let scratch = ScratchDirectory(over: world)
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let mesh = try Decomposition(shape: shape, over: grid)
        let other = try Decomposition(shape: [20, 20, 20], over: grid)
        let path = scratch.file("field.h5")
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        let labels = Labels(units: "1", description: "a test")
        try file.write(makeField(mesh, ghosts: .none) { $0 }, at: "/density", labels: labels)
        var spoilt = makeField(mesh, ghosts: .none) { $0 }
        if world.rank == world.size - 1 {
            var values = spoilt.values.mutableSpan
            values[11] = .nan
        }
        try file.write(spoilt, at: "/spoilt", labels: labels)
        try file.finish()

        let input = try InputFile(opening: path, over: world)
        func read<Element: StorageElement>(_ name: String, _ mesh: Decomposition, _: Element.Type) throws {
            let _: Field<Element> = try input.readField(at: name, over: mesh, for: "test")
        }
        assertThrowsEverywhere(
            "field.h5: /density has the shape 19 x 21 x 17; it must be 20 x 20 x 20"
        ) { try read("/density", other, Double.self) }
        assertThrowsEverywhere(
            "field.h5: there is no dataset /densty; the nearest are /density, /spoilt"
        ) { try read("/densty", mesh, Double.self) }
        assertThrowsEverywhere("there is no dataset /no/such") { try read("no/such", mesh, Double.self) }
        assertThrowsEverywhere("/density holds float64, which cannot be read as Int64") {
            try read("/density", mesh, Int64.self)
        }
        assertThrowsEverywhere("/spoilt holds values that are not finite") {
            try read("/spoilt", mesh, Float.self)
        }
    }
}

/// What the files of these tests say of their origin.
let testProvenance = Provenance(
    precision: "single", seed: 42, configuration: "box: {particles: 8}\n",
    cosmology: ["Omega_m": 0.3, "h": 0.7],
    codeVersion: "1.2.3", build: "by hand")
