import Background
import XCTest

final class BullFrogStepTests: XCTestCase {
    /// Steps from one growth factor to `ratio` times as much; Einstein–de Sitter, where D1 = a.
    func testInEinsteinDeSitterTheVelocityFactorIsARatioOfIntegers() {
        let cosmology = Cosmology<Double>(einsteinDeSitter, power: .eisensteinHu)
        let cases = [(2.0, 5.0 / 17), (1.5, 67.0 / 127), (3.0, 1.0 / 25), (4.0, -17.0 / 163)]
        for (ratio, expected) in cases {
            let step = BullFrogStep.through([0.2, 0.2 * ratio], cosmology)[0]
            XCTAssertEqual(step.velocityFactor, expected, accuracy: 1e-10)
            XCTAssertEqual(step.forceFactor, (1 - expected) / (0.1 * (1 + ratio)), accuracy: 1e-9)
        }
        let first = BullFrogStep.through([0, 0.2], cosmology)[0]
        XCTAssertEqual(first.velocityFactor, -5.0 / 7, accuracy: 1e-10)
        XCTAssertEqual(first.length, 0.2, accuracy: 1e-10)
        // α = 0 at D_n/ΔD = (√21 − 1)/8, and never less than a hundredth.
        let stop = 0.2 * (1 + 8 / (21.0.squareRoot() - 1))
        for stop in [stop, 0.999 * stop, 1.001 * stop] {
            let step = BullFrogStep.through([0.2, stop], cosmology)[0]
            XCTAssertEqual(step.velocityFactor, 0.01)
            XCTAssertEqual(step.forceFactor, 0.99 / (0.1 + stop / 2), accuracy: 1e-9)
        }
        XCTAssertLessThan(BullFrogStep.through([0.2, stop * 1.05], cosmology)[0].velocityFactor, -0.01)
        XCTAssertGreaterThan(BullFrogStep.through([0.2, stop * 0.95], cosmology)[0].velocityFactor, 0.01)
    }

    /// Values of an independent integration, numpy and DOP853.
    func testTheVelocityFactorsAreThoseOfTheReference() {
        let cosmology = Cosmology<Double>(.simpleLCDM, power: .eisensteinHu)
        assertClose(
            BullFrogStep.through([0.1, 0.2, 0.4, 0.7, 1], cosmology).map(\.velocityFactor),
            [0.295801226501, 0.307012861565, 0.455292151437, 0.690317834256], relative: 1e-10)
    }

    func testGrowthInGrowthTimeIsTheSameGrowth() {
        let cosmology = Cosmology<Dual>(.simpleLCDM, power: .eisensteinHu)
        let growth = growthFactors(at: [0.3], cosmology)[0]
        let (beginning, later) = (
            growthInGrowthTime(at: [0.3, 0], cosmology)[1], growthInGrowthTime(at: [0.3, 0], cosmology)[0]
        )
        let slope = later.d2Prime * growth.d1Prime
        XCTAssertEqual(slope.value, growth.d2Prime.value, accuracy: 1e-15)
        XCTAssertEqual(slope[.omegaMatter], growth.d2Prime[.omegaMatter], accuracy: 1e-15)
        XCTAssertEqual(later.driftFunction, growth.driftFunction, "the momentum is the same")
        XCTAssertEqual(
            later.secondOrderMomentum.value, growth.secondOrderMomentum.value, accuracy: 1e-15)
        XCTAssertEqual(later.withMomentumScale(2).driftFunction, 2)
        XCTAssertEqual(beginning.d1, 0)
        XCTAssertEqual(beginning.withMomentumScale(3).driftFunction, 3)
        XCTAssertEqual(beginning.withMomentumScale(3).secondOrderMomentum, 0)
    }

    func testEqualStepsOfGrowth() throws {
        for parameters in try [CosmologyParameters.simpleLCDM, Reference("B").parameters] {
            let cosmology = Cosmology<Double>(parameters, power: .eisensteinHu)
            for (start, stop, steps) in [(0.0, 1.0, 5), (0.1, 1.0, 6), (0.02, 0.7, 100), (0.5, 0.6, 1)] {
                let found = scaleFactorsEquallySpacedInGrowth(from: start, to: stop, steps: steps, cosmology)
                XCTAssertEqual(found.count, steps + 1)
                XCTAssertEqual(found.first, start)
                XCTAssertEqual(found.last, stop)
                let growth = growthInGrowthTime(at: found, cosmology).map(\.d1)
                let width = (growth.last! - growth[0]) / Double(steps)
                for (number, value) in growth.enumerated() {
                    XCTAssertEqual(value, growth[0] + width * Double(number), accuracy: 1e-11 * value)
                }
            }
        }
    }
}
