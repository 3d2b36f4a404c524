import Foundation
import Gravity
import XCTest

final class CoarseGreensFunctionTests: XCTestCase {
    private func plan(_ kernel: String, _ levels: Int, _ accuracy: PyramidPlan.Accuracy = .standard)
        -> PyramidPlan
    {
        PyramidPlan(kernel: ForceKernel(named: kernel)!, levels: levels, accuracy: accuracy)!
    }

    private func function(_ plan: PyramidPlan, _ shape: SIMD3<Int>) -> CoarseGreensFunction {
        CoarseGreensFunction(finest: shape, laplacian: plan.kernel.laplacian, filters: plan.filters)
    }

    /// Whole arrays, level by level, from the definitions: what is summed where is found by looking for the modes that
    /// are one on the coarser mesh.
    private func bruteForce(_ kernel: String, _ plan: PyramidPlan, _ shape: SIMD3<Int>) -> [Double] {
        func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x) / x }
        func modes(_ shape: SIMD3<Int>) -> [SIMD3<Int>] {
            (0..<shape.x).flatMap { x in
                (0..<shape.y).flatMap { y in (0..<shape.z).map { SIMD3(x, y, $0) } }
            }
        }
        func waves(_ mode: SIMD3<Int>, _ shape: SIMD3<Int>) -> [Double] {
            (0..<3).map {
                2 * .pi * Double(2 * mode[$0] > shape[$0] ? mode[$0] - shape[$0] : mode[$0])
                    / Double(shape[$0])
            }
        }
        var shape = shape
        var values = modes(shape).map { mode -> (g: Double, p: Double, q: Double) in
            let k = waves(mode, shape)
            let square = k.reduce(0) { $0 + $1 * $1 }
            guard square > 0 else { return (0, 0, 0) }
            let eigenvalue =
                switch kernel {
                case "3_4": k.reduce(0) { $0 + 4 * pow(sin($1 / 2), 2) }
                case "5_4": k.reduce(0) { $0 + (15 - 16 * cos($1) + cos(2 * $1)) / 6 }
                default: square
                }
            let cloud = k.reduce(1) { $0 * pow(sinc($1 / 2), 4) }
            let gradient = k.reduce(0) { $0 + pow((8 * sin($1) - sin(2 * $1)) / 6, 2) }
            return (-1 / eigenvalue, cloud * pow(square, -0.75), cloud * gradient)
        }
        for filter in plan.filters {
            let half = SIMD3(shape.x / 2, shape.y / 2, shape.z / 2)
            var sums = [(g: Double, p: Double, q: Double)](
                repeating: (0, 0, 0), count: half.x * half.y * half.z)
            for (mode, value) in zip(modes(shape), values) {
                let k = waves(mode, shape)
                let weight = k.reduce(1) { $0 * pow(cos($1 / 2), 16) }
                let response = filter.terms.reduce(0) { sum, taps in
                    sum
                        + k.reduce(1) { product, k in
                            product
                                * taps.indices.reduce(0) {
                                    $0 + (($1 == 0 ? 1 : 2) * taps[$1] * cos(Double($1) * k))
                                }
                        }
                }
                let target = mode % half
                let index = (target.x * half.y + target.y) * half.z + target.z
                sums[index].p += value.p * weight
                sums[index].q += value.q * weight
                sums[index].g += value.p * value.q * weight * (value.g - response)
            }
            values = sums.map { $0.p * $0.q > 0 ? ($0.g / ($0.p * $0.q), $0.p, $0.q) : (0, 0, 0) }
            shape = half
        }
        values[0].g = 0
        return values.map(\.g)
    }

    private func assertEqual(_ function: CoarseGreensFunction, _ expected: [Double], _ coarse: SIMD3<Int>) {
        var next = 0
        var largestError = 0.0
        for x in 0..<coarse.x {
            for y in 0..<coarse.y {
                for z in 0..<coarse.z {
                    let error = abs(function(x: x, y: y, z: z) - expected[next])
                    largestError = max(largestError, error / (abs(expected[next]) + 1))
                    next += 1
                }
            }
        }
        XCTAssertEqual(next, expected.count)
        XCTAssertLessThan(largestError, 1e-9)
    }

    func testANonCubicMeshAgreesWithBruteForce() {
        for kernel in ["1_4", "3_4", "5_4"] {
            let shape = SIMD3(40, 28, 36)
            let plan = plan(kernel, 2)
            assertEqual(function(plan, shape), bruteForce(kernel, plan, shape), [10, 7, 9])
        }
        let accurate = plan("1_4", 1, .accurate)
        assertEqual(
            function(accurate, [20, 26, 18]), bruteForce("1_4", accurate, [20, 26, 18]), [10, 13, 9])
        let deep = plan("1_4", 3)
        assertEqual(function(deep, [24, 32, 40]), bruteForce("1_4", deep, [24, 32, 40]), [3, 4, 5])
    }

    /// Numbers of the prototype, in numpy.
    func testThePrototypesNumbersAreFound() {
        func check(
            _ plan: PyramidPlan, _ shape: SIMD3<Int>, _ expected: [(SIMD3<Int>, Double)], line: UInt = #line
        ) {
            let function = function(plan, shape)
            for (mode, value) in expected {
                XCTAssertEqual(
                    function(x: mode.x, y: mode.y, z: mode.z), value, accuracy: 1e-9 * abs(value), line: line)
            }
        }
        check(
            plan("1_4", 2), [48, 32, 40],
            [
                ([0, 0, 0], 0), ([0, 0, 1], -35.67394218504529), ([1, 0, 0], -53.47883500836187),
                ([2, 3, 1], 0.201220570856866), ([5, 1, 4], -0.15207097616857518),
                ([6, 4, 5], -22888.681129557823),
            ])
        check(
            plan("1_4", 2, .accurate), [36, 44, 40],
            [
                ([0, 0, 1], -34.54107121645162), ([1, 0, 0], -26.892737033994766),
                ([2, 3, 1], 0.260769366444214), ([5, 1, 4], 1.2047043457734747),
            ])
        check(
            plan("1_4", 3), [56, 64, 72],
            [
                ([0, 0, 1], -112.9742831990178), ([1, 0, 0], -61.3383542716072),
                ([2, 3, 1], -0.24290990883828611), ([5, 1, 4], -0.7456010220266039),
            ])
    }
}
