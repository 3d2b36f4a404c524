import CKernels
import InitialConditions
import Mesh
import Parallel
import TestSupport
import XCTest

final class WhiteNoiseTests: SPMDTestCase {
    func testBitsAreThoseOfPartitionableThreefry() throws {
        let golden = try Golden("jax_normal.h5")
        for seed in [0, 1, 42, 8_589_934_597] as [UInt64] {
            let expected = try golden.values("bits\(seed)_uint32").map { UInt32($0) }
            var bits = [UInt32](repeating: 0, count: expected.count)
            unsafe palindrome_random_bits(seed, 0, Int64(bits.count), &bits)
            XCTAssertEqual(bits, expected)
        }
    }

    func testNormalsAreThoseOfJaxToTheRoundingOfTheInverseErrorFunction() throws {
        let golden = try Golden("jax_normal.h5")
        for (seed, shape) in [(1, SIMD3(8, 8, 8)), (8_589_934_597, SIMD3(4, 4, 4))] as [(UInt64, SIMD3<Int>)]
        {
            let expected = try golden.values("seed\(seed)_float32")
            let grid = RankGrid(world: alone, shape: [1, 1])
            let noise = Field<Float>.whiteNoise(seed: seed, over: try Decomposition(shape: shape, over: grid))
            let values = noise.values.span
            for index in expected.indices {
                XCTAssertEqual(
                    Double(values[index]), expected[index], accuracy: 3e-7 * max(1, abs(expected[index])))
            }
        }
    }

    func testAnyRankMakesAnyElementAndDoubleIsTheSameUniverse() throws {
        let shape = SIMD3(18, 19, 7)
        let whole = try Decomposition(shape: shape, over: RankGrid(world: alone, shape: [1, 1]))
        let reference = Field<Float>.whiteNoise(seed: 3, over: whole)
        for gridShape in gridShapes where Decomposition.fits(shape, on: gridShape) {
            let share = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShape))
            let single = Field<Float>.whiteNoise(seed: 3, over: share)
            let double = Field<Double>.whiteNoise(seed: 3, over: share)
            for x in share.x {
                for y in share.y {
                    for z in 0..<shape.z {
                        let expected = reference.values.span[reference.offset(x: x, y: y, z: z)]
                        XCTAssertEqual(single.values.span[single.offset(x: x, y: y, z: z)], expected)
                        XCTAssertEqual(double.values.span[double.offset(x: x, y: y, z: z)], Double(expected))
                    }
                }
            }
        }
    }

    func testMomentsAreThoseOfAUnitNormal() throws {
        let grid = RankGrid(world: alone, shape: [1, 1])
        let noise = Field<Double>.whiteNoise(
            seed: 5, over: try Decomposition(shape: [64, 64, 64], over: grid))
        let values = noise.values.span
        var moments = SIMD4<Double>.zero
        for index in values.indices {
            let value = values[index]
            moments += SIMD4(value, value * value, value * value * value, value * value * value * value)
        }
        moments /= Double(values.count)
        // Five standard errors of each moment for 64³ values.
        XCTAssertEqual(moments.x, 0, accuracy: 0.01)
        XCTAssertEqual(moments.y, 1, accuracy: 0.014)
        XCTAssertEqual(moments.z, 0, accuracy: 0.038)
        XCTAssertEqual(moments.w, 3, accuracy: 0.096)
    }
}
