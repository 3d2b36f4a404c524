import Background
import Foundation
import XCTest

final class ThirdOrderGrowthTests: XCTestCase {
    func testEinsteinDeSitterGrowsAsTheCubeOfTheScaleFactor() {
        let cosmology = Cosmology<Double>(einsteinDeSitter, power: .eisensteinHu)
        for a in [3.1e-6, 0.01, 0.3, 1, 2] {
            let growth = thirdOrderGrowth(at: a, cosmology)
            let cube = a * a * a
            let expected = [cube / 3, -10 * cube / 21, cube / 7]
            assertClose([growth.d3a, growth.d3b, growth.d3c], expected, relative: 1e-13, "D3 at \(a)")
            assertClose(
                [growth.d3aPrime, growth.d3bPrime, growth.d3cPrime], expected.map { 3 * $0 },
                relative: 1e-13, "D3′ at \(a)")
        }
    }

    /// Reference: an independent integration (DOP853, relative tolerance 1e-12), given to ten digits.
    func testGrowthTodayIsThatOfAnIndependentIntegration() {
        let growth = thirdOrderGrowth(at: 1, Cosmology<Double>(.simpleLCDM, power: .eisensteinHu))
        XCTAssertEqual(growth.d3a, 0.1604446277, accuracy: 1e-10)
        XCTAssertEqual(growth.d3b, -0.2293434014, accuracy: 1e-10)
        XCTAssertEqual(growth.d3c, 0.0687160080, accuracy: 1e-10)
    }

    /// The equations, with D1 and D2 from their own integration, and ″ by differences.
    func testGrowthSolvesItsEquations() throws {
        let cosmology = try Cosmology<Double>(Reference("B").parameters, power: .eisensteinHu)
        for a in [0.02, 0.4, 1] {
            let step = 1e-4
            let near = [-step, 0, step].map { thirdOrderGrowth(at: a * exp($0), cosmology) }
            let lower = growthFactors(at: [a], cosmology)[0]
            let (d1, d2) = (lower.d1, lower.d2)
            func slope(_ quantity: (ThirdOrderGrowth<Double>) -> Double) -> Double {
                (quantity(near[2]) - quantity(near[0])) / (2 * step)
            }
            let source = 1.5 * cosmology.matterFraction(at: a)
            let drag = 2 + cosmology.expansionRateSlope(at: a)
            let growth = near[1]
            assertClose(
                [slope(\.d3a), slope(\.d3b), slope(\.d3c)],
                [growth.d3aPrime, growth.d3bPrime, growth.d3cPrime], relative: 1e-6, "slopes at \(a)")
            let a3 = source * (growth.d3a + 2 * d1 * d1 * d1) - drag * growth.d3aPrime
            let b3 = source * (growth.d3b + 2 * d1 * d2 - 2 * d1 * d1 * d1) - drag * growth.d3bPrime
            assertClose(
                [slope(\.d3aPrime), slope(\.d3bPrime)], [a3, b3], relative: 1e-6, "D3″ at \(a)")
            assertClose(
                [growth.d3cPrime], [lower.d1Prime * d2 - d1 * lower.d2Prime], relative: 1e-11, "D3c′")
        }
    }

    func testDualAndDoubleAgreeAndDerivativesAreThoseOfDifferences() throws {
        let parameters = try Reference("B").parameters
        func values<Scalar: CosmologyScalar>(_ cosmology: Cosmology<Scalar>) -> [Scalar] {
            let growth = thirdOrderGrowth(at: 0.6, cosmology)
            return [
                growth.d3a, growth.d3aPrime, growth.d3b, growth.d3bPrime, growth.d3c, growth.d3cPrime,
            ]
        }
        let dual = values(Cosmology<Dual>(parameters, power: .eisensteinHu))
        XCTAssertEqual(dual.map(\.value), values(Cosmology<Double>(parameters, power: .eisensteinHu)))
        for parameter in [CosmologyParameter.omegaMatter, .omegaCurvature, .w0, .wa] {
            let step = 1e-4
            func moved(_ step: Double) -> [Double] {
                var there = parameters
                there[parameter] += step
                return values(Cosmology<Double>(there, power: .eisensteinHu))
            }
            let differences = zip(moved(step), moved(-step)).map { ($0 - $1) / (2 * step) }
            assertClose(dual.map { $0[parameter] }, differences, relative: 1e-5, "\(parameter)")
            XCTAssertTrue(dual.allSatisfy { $0[parameter] != 0 })
        }
    }
}
