import Foundation
import Measurement
import Mesh
import Parallel
import TestSupport
import XCTest

final class RegionalCorrelationTests: SPMDTestCase {
    private let shape = SIMD3(24, 18, 20)
    private let angle = 0.7

    private func first(_ x: Int, _ y: Int) -> (long: Double, short: Double) {
        (cos(2 * .pi * Double(x) / 24), 3 * cos(2 * .pi * 4 * Double(y) / 18))
    }

    private func second(_ x: Int, _ y: Int) -> (long: Double, short: Double) {
        (cos(2 * .pi * Double(x) / 24 + angle), -cos(2 * .pi * 4 * Double(y) / 18))
    }

    private func isInside(_ x: Int, _ y: Int) -> Bool { x < 9 && y > 2 }

    private func correlation(on grid: RankGrid) throws -> RegionalCorrelation {
        let mesh = try Decomposition(shape: shape, over: grid)
        let transform = FourierTransform<Double>(mesh)
        func field(_ body: (Int, Int) -> Double) -> Field<Double> {
            var field = Field<Double>(mesh, ghosts: .none, for: "test")
            field.mapPoints { x, y, _, _ in body(x, y) }
            return field
        }
        return try RegionalCorrelation(
            of: transform.forward(field { first($0, $1).long + first($0, $1).short }),
            with: transform.forward(field { second($0, $1).long + second($0, $1).short }), transform,
            box: SIMD3<Double>(shape), in: field { isInside($0, $1) ? 1 : 0 })
    }

    /// Two waves in each of two fields: each band sees one of them, and r is a sum over a few points.
    func testWavesByHand() throws {
        var sums = [false: SIMD3(0.0, 0, 0), true: SIMD3(0.0, 0, 0)]
        for x in 0..<24 {
            for y in 0..<18 {
                let (a, b) = (first(x, y).long, second(x, y).long)
                sums[isInside(x, y)]! += SIMD3(a * b, a * a, b * b)
            }
        }
        let expected = sums.mapValues { $0.x / ($0.y * $0.z).squareRoot() }
        XCTAssertNotEqual(expected[true]!, expected[false]!, accuracy: 0.02)
        for ranks in gridShapes where Decomposition.fits(shape, on: ranks) {
            let bands = try correlation(on: RankGrid(world: world, shape: ranks)).bands
            XCTAssertEqual(bands.map(\.shells), [1..<2, 2..<3, 3..<4, 4..<6, 6..<8, 8..<11, 11..<13])
            XCTAssertEqual(bands[0].inside, expected[true]!, accuracy: 1e-12)
            XCTAssertEqual(bands[0].outside, expected[false]!, accuracy: 1e-12)
            // Shell 4 · 24/18 = 5.
            XCTAssertEqual(bands[3].inside, -1, accuracy: 1e-12)
            XCTAssertEqual(bands[3].outside, -1, accuracy: 1e-12)
        }
    }

    func testTheSameBitsOnAnyRankGrid() throws {
        try assertSameBits(on: gridShapes.filter { Decomposition.fits(shape, on: $0) }) {
            let bands = try correlation(on: $0).bands
            return [bands[0], bands[3]].flatMap { [$0.inside.bitPattern, $0.outside.bitPattern] }
        }
    }
}
