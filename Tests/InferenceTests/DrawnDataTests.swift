import Foundation
import Inference
import InitialConditions
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// Data that are drawn of a prediction have its mean and variance, and χ² is what one computes by hand.
final class DrawnDataTests: SPMDTestCase {
    private let draws = 6000

    private func plane(_ count: Int) -> CellGrid<Double> {
        .plane(PixelPlane(across: 2, shape: [1, count]), pixel: [1, 1])
    }

    private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
    }

    /// Mean λ and variance λ + λ²/r, whose own scatter is that of an excess kurtosis of 6/r + 1/variance.
    func testNegativeBinomialCountsHaveTheirMeanAndVariance() throws {
        for (prediction, shape) in [(0.6, 2.5), (8, 0.4), (8, 3), (300, 7), (3, 1e6)] {
            let seen = [Double](repeating: 2, count: draws) + [0]
            let likelihood = try NegativeBinomialLikelihood<Double>(
                counts: .plane([Double](repeating: 0, count: draws + 1)), selection: .plane(seen),
                dispersion: 1, on: plane(draws + 1))
            let all = likelihood.draw(
                of: .plane([Double](repeating: prediction, count: draws + 1)), [shape], seed: 5
            ).pixels
            XCTAssertEqual(all[draws], 0, "where nothing is seen")
            let counts = Array(all.prefix(draws))
            XCTAssertTrue(counts.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
            let (lambda, number) = (2 * prediction, Double(draws))
            let expected = lambda + lambda * lambda / shape
            let found = moments(counts)
            XCTAssertEqual(found.mean, lambda, accuracy: 4 * (expected / number).squareRoot())
            let scatter = expected * ((2 + 6 / shape + 1 / expected) / number).squareRoot()
            XCTAssertEqual(found.variance, expected, accuracy: 4 * scatter, "λ \(lambda), r \(shape)")
            let empty = pow(shape / (shape + lambda), shape)
            XCTAssertEqual(
                Double(counts.count { $0 == 0 }) / number, empty,
                accuracy: 4 * (empty * (1 - empty) / number).squareRoot() + 1e-9)
        }
    }

    func testLogarithmsOfLogNormalDataHaveTheirMeanAndVariance() throws {
        let count = draws
        let likelihood = try LogNormalLikelihood<Double>(
            data: .plane([Double](repeating: 1, count: count + 1)),
            weights: .plane([Double](repeating: 4, count: count) + [0]), (0.5, .sought), above: 0.5,
            on: plane(count + 1))
        let drawn = likelihood.draw(
            of: .plane([Double](repeating: 1.5, count: count + 1)), [0.8], seed: 6
        ).pixels
        XCTAssertEqual(drawn[count], 0, "where the weight is 0")
        let found = moments(drawn.prefix(count).map { log($0 + 0.5) })
        // ln 2, and σ²/w.
        let number = Double(count)
        XCTAssertEqual(found.mean, log(2), accuracy: 4 * (0.16 / number).squareRoot())
        XCTAssertEqual(found.variance, 0.16, accuracy: 4 * 0.16 * (2 / number).squareRoot())
    }

    /// As many in each patch as were observed; in a cell of share p the mean N p and the variance N p (1 − p).
    func testSharesOfPatchesHaveTheirMeanAndVariance() throws {
        let likelihood = try PatchLikelihood<Double>(
            counts: .plane([30, 10, 0, 5, 0, 0]), selection: .plane([1, 0.5, 1, 2, 0, 1]),
            patches: .plane([0, 0, 2, 2, 0, 3]), on: plane(6))
        // λ = 2, 3 | 1, 7 | a patch without counts.
        let prediction: [Double] = [2, 6, 1, 3.5, 100, 4]
        let all = try (0..<2000).map {
            try likelihood.draw(of: .plane(prediction), [], seed: UInt64($0)).pixels
        }
        for counts in all {
            XCTAssertEqual(counts[0] + counts[1], 40)
            XCTAssertEqual(counts[2] + counts[3], 5)
            XCTAssertEqual(counts[4] + counts[5], 0)
        }
        for (cell, total, share) in [(0, 40, 0.4), (1, 40, 0.6), (2, 5, 0.125)] {
            let found = moments(all.map { $0[cell] })
            let variance = Double(total) * share * (1 - share)
            XCTAssertEqual(found.mean, Double(total) * share, accuracy: 4 * (variance / 2000).squareRoot())
            XCTAssertEqual(found.variance, variance, accuracy: 4 * variance * (2.5 / 2000).squareRoot())
        }
    }

    func testChiSquaredByHand() throws {
        let counts: [Double] = [3, 0, 50, 0]
        let seen: [Double] = [0.5, 1, 2, 0]
        let prediction: [Double] = [3, 0.7, 30, 9]
        let binomial = try NegativeBinomialLikelihood<Double>(
            counts: .plane(counts), selection: .plane(seen), dispersion: 4, on: plane(4))
        // λ = 1.5, 0.7, 60; r = 2.
        let expected =
            2.25 / (1.5 * 1.75) + 0.49 / (0.7 * 1.35) + 100 / (60.0 * 31)
        XCTAssertEqual(
            try binomial.chiSquared(of: .plane(counts), about: .plane(prediction), [2]), expected,
            accuracy: 1e-12)
        let logarithmic = try LogNormalLikelihood<Double>(
            data: .plane([1.5, 0, -7]), weights: .plane([1, 0.25, 0]), (0.5, .known), above: 0.5,
            on: plane(3))
        let residuals = (log(3.5 / 2), log(2 / 0.5))
        XCTAssertEqual(
            try logarithmic.chiSquared(of: .plane([1.5, 0, 0]), about: .plane([3, 1.5, 9]), []),
            (residuals.0 * residuals.0 + 0.25 * residuals.1 * residuals.1) / 0.25, accuracy: 1e-12)
        let patches = try PatchLikelihood<Double>(
            counts: .plane([3, 1, 0, 4, 0]), selection: .plane([1, 0.5, 1, 2, 0]),
            patches: .plane([0, 0, 2, 2, 1]), on: plane(5))
        // Shares 2/5, 3/5 | 1/8, 7/8 of 10 and 4.
        XCTAssertEqual(
            try patches.chiSquared(of: .plane([6, 4, 1, 3, 0]), about: .plane([2, 6, 1, 3.5, 100]), []),
            4 / 4.0 + 4 / 6.0 + 0.25 / 0.5 + 0.25 / 3.5, accuracy: 1e-12)
    }

    /// Drawn data do not depend on how cells are shared by ranks.
    func testTheSameDataOnAnyRankGrid() throws {
        let side = SIMD3(12, 10, 8)
        func drawn(_ grid: RankGrid, _ kind: Int) throws -> [UInt64] {
            let mesh = try Decomposition(shape: side, over: grid)
            func field(_ seed: UInt64, _ body: (Double) -> Double) -> Cells<Double> {
                var field = Field<Double>.whiteNoise(seed: seed, over: mesh)
                field.mapPoints { _, _, _, value in body(value) }
                return .mesh(field)
            }
            let cells = CellGrid<Double>.mesh(FourierTransform(mesh), cell: 1)
            let counts = field(1) { ($0 * $0).rounded() }
            let prediction = field(2) { exp($0) }
            let likelihood: any DrawnLikelihood<Double> =
                switch kind {
                case 0:
                    try NegativeBinomialLikelihood(
                        counts: counts, selection: nil, dispersion: 2, on: cells)
                case 1:
                    try PatchLikelihood(
                        counts: counts, selection: nil,
                        patches: field(3) { min(max($0 + 2, 0).rounded(), 4) },
                        on: cells)
                default:
                    try LogNormalLikelihood(
                        data: counts, weights: nil, (0.3, .known), above: 0.1, on: cells)
                }
            let data = try likelihood.draw(of: prediction, seed: 7).takeField()
            var sum: UInt64 = 0
            data.forEachPoint { x, y, z, value in
                let place = UInt64((x * side.y + y) * side.z + z)
                sum &+= (value.bitPattern ^ place &* 0x9e37_79b9_7f4a_7c15) &* (2 &* place &+ 1)
            }
            return [grid.world.wrappingSum(sum)]
        }
        let shapes = gridShapes.filter { Decomposition.fits(side, on: $0) }
        for kind in 0..<3 { try assertSameBits(on: shapes) { try drawn($0, kind) } }
    }
}
