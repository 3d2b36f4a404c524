import Foundation
import InitialConditions
import Mesh
import Parallel
import TestSupport
import XCTest

final class MatchedNoiseTests: SPMDTestCase {
    private let coarse: SIMD3<Int> = [18, 20, 19]

    private func grids(_ shape: SIMD3<Int>) throws -> [Decomposition] {
        try gridShapes.map { try Decomposition(shape: shape, over: RankGrid(world: world, shape: $0)) }
    }

    /// The transform of noise as it is kept: rounded to Float.
    private func modes(_ noise: borrowing Field<Double>) -> FourierField<Double> {
        var kept = noise.copy(for: "test")
        kept.mapPoints { _, _, _, value in Double(Float(value)) }
        return FourierTransform<Double>(noise.decomposition).forward(kept)
    }

    /// All values, on every rank.
    private func gathered(_ field: borrowing Field<Double>) -> [UInt64] {
        let shape = field.decomposition.shape
        var all = [Int](repeating: 0, count: field.decomposition.pointCount)
        field.forEachPoint { x, y, z, value in
            all[(x * shape.y + y) * shape.z + z] = Int(bitPattern: UInt(value.bitPattern))
        }
        return world.sum(all).map { UInt64(bitPattern: Int64($0)) }
    }

    /// A direct sum, for one mode.
    private func mode(_ k: SIMD3<Int>, of values: [UInt64], _ shape: SIMD3<Int>) -> SIMD2<Double> {
        var sum = SIMD2<Double>.zero
        for (point, bits) in values.enumerated() {
            let place = SIMD3(point / (shape.y * shape.z), point / shape.z % shape.y, point % shape.z)
            let turns = (SIMD3<Double>(k) * SIMD3<Double>(place) / SIMD3<Double>(shape)).sum()
            let value = Double(Float(Double(bitPattern: bits)))
            sum += value * SIMD2(cos(2 * .pi * turns), -sin(2 * .pi * turns))
        }
        return sum
    }

    func testCommonModesAreTheSameAndAllOthersFresh() throws {
        for (ratio, factor) in [(2, 8.0), (3, 27.0)] {
            let fine = coarse &* ratio
            let (low, high) = (try grids(coarse)[0], try grids(fine)[0])
            let noise = Field<Double>.whiteNoise(seed: 5, over: low)
            let refined = noise.matchedNoise(over: high, fresh: 9)
            let coarsened = refined.matchedNoise(over: low, fresh: 17)
            let (before, after) = (gathered(noise), gathered(refined))
            let back = gathered(coarsened)
            for k in [SIMD3(0, 0, 0), [1, 0, 0], [-8, 9, 3], [5, -9, 9], [0, -4, 0], [3, 2, -7]] {
                let (a, b) = (mode(k, of: before, coarse), mode(k, of: after, fine))
                let error = b / factor.squareRoot() - a
                XCTAssertLessThan((error * error).sum().squareRoot(), 1e-6 * 80, "refined \(k)")
                let again = mode(k, of: back, coarse) - a
                XCTAssertLessThan((again * again).sum().squareRoot(), 1e-6 * 80, "and back \(k)")
            }
            for k in [SIMD3(9, 0, 1), [2, 10, 0]] {
                let fresh = gathered(.whiteNoise(seed: 9, over: high))
                let (a, b) = (mode(k, of: fresh, fine), mode(k, of: after, fine))
                XCTAssertLessThan(abs(a.x - b.x) + abs(a.y - b.y), 1e-3, "Nyquist \(k)")
            }
        }
    }

    func testEveryCommonModeIsEqualToOnePartInAMillionAndNyquistPlanesAreFresh() throws {
        let grid = RankGrid(world: alone, shape: [1, 1])
        let low = try Decomposition(shape: coarse, over: grid)
        let high = try Decomposition(shape: coarse &* 2, over: grid)
        let noise = Field<Double>.whiteNoise(seed: 5, over: high)
        let fine = modes(noise)
        var kept = modes(noise.matchedNoise(over: low, fresh: 9))
        let fresh = modes(.whiteNoise(seed: 9, over: low))
        var largest = (common: 0.0, nyquist: 0.0)
        kept.mapModes { x, y, z, real, imaginary in
            let isCommon = 2 * x != coarse.x && 2 * y != coarse.y
            func index(_ axis: Int, _ place: Int) -> Int {
                2 * place < coarse[axis] ? place : place + high.shape[axis] - coarse[axis]
            }
            let place =
                isCommon
                ? fine.offset(x: index(0, x), y: index(1, y), z: z) : fresh.offset(x: x, y: y, z: z)
            let values = isCommon ? fine.values.span : fresh.values.span
            let factor = isCommon ? 8.0.squareRoot() : 1
            let error = max(abs(real - values[place] / factor), abs(imaginary - values[place + 1] / factor))
            if isCommon { largest.common = max(largest.common, error) }
            if !isCommon { largest.nyquist = max(largest.nyquist, error) }
            return (real, imaginary)
        }
        let size = Double(low.pointCount).squareRoot()
        XCTAssertLessThan(largest.common, 1e-6 * size)
        XCTAssertLessThan(largest.nyquist, 1e-6 * size)
        XCTAssertGreaterThan(largest.common, 0, "noise is kept as Float")
    }

    func testTheSameBitsOnEveryGridAndUnitVariance() throws {
        let fine: SIMD3<Int> = [27, 30, 27]
        let shape: SIMD3<Int> = [18, 20, 18]
        var first: [UInt64]?
        for (low, high) in zip(try grids(shape), try grids(fine)) {
            let refined = Field<Double>.whiteNoise(seed: 2, over: low).matchedNoise(over: high, fresh: 3)
            let bits = gathered(refined)
            XCTAssertTrue(bits == first ?? bits, "\(low.grid.shape)")
            first = bits
        }
        let values = first!.map { Double(bitPattern: $0) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        XCTAssertEqual(mean, 0, accuracy: 0.03)
        XCTAssertEqual(variance, 1, accuracy: 0.05)
    }
}
