import Parallel
import Storage
import TestSupport
import XCTest

final class ArrayStorageTests: SPMDTestCase {
    let labels = Labels(units: "1", description: "a test")

    func testArraysReadBackOnEveryRank() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("arrays.h5")
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        try file.write([1.5, -2, 1e300], at: "/reals", labels: labels)
        try file.write([1, 2, 3, 4, 5, 6], shape: [3, 2], at: "/table/integers", labels: labels)
        try file.write([UInt8](0...255), at: "/blob", labels: labels)
        try file.write([Double](), at: "/empty", labels: labels)
        try file.write([Float(7)], shape: [], at: "/scalar", labels: labels)
        try file.finish(.verified)

        let input = try InputFile(opening: path, over: world)
        XCTAssertEqual(try input.readArray(at: "/reals"), [1.5, -2, 1e300])
        XCTAssertEqual(try input.readArray(at: "/table/integers"), [1, 2, 3, 4, 5, 6])
        XCTAssertEqual(try input.dataset("/table/integers").shape, [3, 2])
        XCTAssertEqual(try input.readArray(at: "/blob"), [UInt8](0...255))
        XCTAssertEqual(try input.readArray(at: "/empty"), [Double]())
        XCTAssertEqual(try input.readArray(at: "/scalar"), [Float(7)])
        XCTAssertEqual(try input.readArray(at: "/scalar"), [7.0])
        XCTAssertEqual(
            try input.datasets().map { "\($0.path) \($0.typeName) \($0.shape)" },
            [
                "/blob uint8 [256]", "/empty float64 [0]", "/reals float64 [3]", "/scalar float32 []",
                "/table/integers int64 [3, 2]",
            ])
    }

    func testValuesThatAreNotFiniteAreReadOnlyIfExpected() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("ratios.h5")
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        try file.write([1, .infinity, .nan], at: "/ratio", labels: labels)
        try file.finish()
        let input = try InputFile(opening: path, over: world)
        assertThrowsEverywhere("/ratio holds values that are not finite") {
            _ = try input.readArray(at: "/ratio", as: Double.self)
        }
        let values = try input.readArray(at: "/ratio", as: Double.self, expecting: .any)
        XCTAssertEqual(Array(values.prefix(2)), [1, .infinity])
        XCTAssertTrue(values[2].isNaN)
    }

    func testAttributesReadBackWithTheirKind() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("attributes.h5")
        let values: [(String, AttributeValue)] = [
            ("text", .text("σ8 und so weiter\nsecond line")), ("empty", .text("")),
            ("long", .text(.init(repeating: "x", count: 70_000))),
            ("integer", .integer(-7)), ("integers", .integers([1, 2])), ("words", .words([1, .max])),
            ("real", .real(0.1)), ("reals", .reals([0.1, .infinity])),
        ]
        var file = try OutputFile(creating: path, provenance: testProvenance, over: world)
        try file.write([1.0], at: "/data", labels: Labels(units: "Mpc/h", description: "one number"))
        for (name, value) in values {
            for object in ["/", "/data", "/group"] { file.set(name, to: value, on: object) }
        }
        try file.finish()
        let input = try InputFile(opening: path, over: world)
        for (name, value) in values {
            for object in ["/", "/data", "/group"] {
                XCTAssertEqual(try input.attribute(name, of: object), value, "\(object) \(name)")
            }
        }
        XCTAssertNil(try input.attribute("missing"))
        XCTAssertNil(try input.attribute("missing", of: "/no/such/object"))
        XCTAssertEqual(try input.attribute("units", of: "/data"), .text("Mpc/h"))
        XCTAssertEqual(try input.attribute("description", of: "/data"), .text("one number"))
        XCTAssertEqual(try input.attributeNames(of: "/group"), values.map(\.0).sorted())
        XCTAssertEqual(try input.groups(), ["/", "/Cosmology", "/group"])
    }

    func testEveryFileTellsItsProvenance() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("provenance.h5")
        try OutputFile(creating: path, provenance: testProvenance, over: world).finish()
        XCTAssertEqual(try Provenance(of: InputFile(opening: path, over: world)), testProvenance)
        XCTAssertNil(try Provenance(of: InputFile(opening: TestData.path("golden_A_exact.h5"), over: world)))
    }
}
