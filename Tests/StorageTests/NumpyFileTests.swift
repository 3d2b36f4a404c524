import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

/// What `numpy.save` writes.
final class NumpyFileTests: SPMDTestCase {
    private let shape: SIMD3<Int> = [18, 20, 5]

    private func file(
        _ numbers: [UInt8], _ descr: String = "<f8", order: String = "False", shape: String = "(18, 20, 5)"
    ) -> [UInt8] {
        var head = "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }"
        while (10 + head.utf8.count + 1) % 64 != 0 { head += " " }
        head += "\n"
        let length = head.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
            + Array(head.utf8) + numbers
    }

    private func bytes<Number: BinaryFloatingPoint>(_ values: [Number]) -> [UInt8] {
        values.flatMap { value in unsafe withUnsafeBytes(of: value) { unsafe Array($0) } }
    }

    private func value(_ index: Int) -> Double { Double(index * index % 1009) / 7 - 60 }

    func testEachRankReadsItsPartInEitherPrecision() throws {
        let scratch = ScratchDirectory(over: world)
        let values = (0..<1800).map(value)
        scratch.write(file(bytes(values)), to: "double.npy")
        scratch.write(file(bytes(values.map(Float.init)), "<f4"), to: "single.npy")
        for grid in gridShapes {
            let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid))
            let double: Field<Double> = try NumpyFile(opening: scratch.file("double.npy"), over: world)
                .readField(over: mesh, for: "test")
            let rounded: Field<Float> = try NumpyFile(opening: scratch.file("double.npy"), over: world)
                .readField(over: mesh, for: "test")
            let widened: Field<Double> = try NumpyFile(opening: scratch.file("single.npy"), over: world)
                .readField(over: mesh, for: "test")
            for x in mesh.x {
                for y in mesh.y {
                    for z in 0..<5 {
                        let expected = value((x * 20 + y) * 5 + z)
                        XCTAssertEqual(double[x, y, z], expected)
                        XCTAssertEqual(rounded[x, y, z], Float(expected))
                        XCTAssertEqual(widened[x, y, z], Double(Float(expected)))
                    }
                }
            }
        }
    }

    func testWhatCannotBeReadIsOneLine() throws {
        let scratch = ScratchDirectory(over: world)
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        var values = (0..<1800).map(value)
        let good = bytes(values)
        values[77] = .nan
        let cases: [([UInt8], String)] = [
            (Array("no numpy at all".utf8), "is no file of numpy; write it with numpy.save"),
            (Array(file(good).dropLast(8)), "is cut off"),
            (Array(file(good).prefix(40)), "is cut off in its head"),
            (file(good, ">f8"), "holds >f8; it must be"),
            (file(good, "<i8"), "holds <i8; it must be"),
            (file(good, order: "True"), "is in Fortran's order"),
            (file(good, shape: "(18, 20)"), "has the shape 18 x 20; it must be 18 x 20 x 5"),
            (file(good, shape: "(-1, 20, 5)"), "has a head that says too little"),
            (file(good, shape: "(16000000, 16000000, 16000000)"), "has a head that says too little"),
            (file(bytes(values)), "holds values that are not finite (NaN or infinity), 1 of 1800"),
        ]
        for (contents, message) in cases {
            scratch.write(contents, to: "noise.npy")
            assertThrowsEverywhere(message) {
                let _: Field<Float> = try NumpyFile(opening: scratch.file("noise.npy"), over: world)
                    .readField(over: mesh, for: "test")
            }
        }
        assertThrowsEverywhere("none.npy: there is no such file") {
            _ = try NumpyFile(opening: scratch.file("none.npy"), over: world)
        }
    }
}
