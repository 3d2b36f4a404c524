import Background
import XCTest

final class GrowthTests: XCTestCase {
    func testGrowthAgreesWithTheReference() throws {
        for name in ["A", "B"] {
            let reference = try Reference(name)
            let cosmology = try Cosmology<Double>(reference.parameters, power: .eisensteinHu)
            let growth = growthFactors(at: try reference["growth/a"], cosmology)
            // The reference counts D2 positive.
            let quantities: [(String, (GrowthFactors<Double>) -> Double)] = [
                ("growth/D1_deriv0", \.d1), ("growth/D1_deriv1", \.d1Prime),
                ("growth/D1_deriv2", \.d1DoublePrime),
                ("growth/D2_deriv0", { -$0.d2 }), ("growth/D2_deriv1", { -$0.d2Prime }),
                ("growth/D2_deriv2", { -$0.d2DoublePrime }),
                ("growth/G_D", \.driftFunction), ("growth/G_K", \.kickFunction),
            ]
            for (dataset, quantity) in quantities {
                assertClose(
                    growth.map(quantity), try reference[dataset], relative: 1e-11, "\(dataset) \(name)")
            }
        }
    }

    func testFastPMCoefficientsAgreeWithTheReference() throws {
        for name in ["A", "B"] {
            let reference = try Reference(name)
            let cosmology = try Cosmology<Double>(reference.parameters, power: .eisensteinHu)
            let ends = try reference["nbody/a"]
            let middles = zip(ends, ends.dropFirst()).map { ($0 + $1) / 2 }
            let atEnds = growthFactors(at: ends, cosmology)
            let atMiddles = growthFactors(at: middles, cosmology)
            var (kicks, drifts): ([Double], [Double]) = ([], [])
            for (step, middle) in atMiddles.enumerated() {
                let (start, end) = (atEnds[step], atEnds[step + 1])
                kicks.append((middle.driftFunction - start.driftFunction) / start.kickFunction)
                drifts.append((end.d1 - start.d1) / middle.driftFunction)
            }
            // Differences of neighbours lose a digit or two.
            assertClose(kicks, try reference["nbody/kick1"], relative: 1e-10, "kick \(name)")
            assertClose(drifts, try reference["nbody/drift"], relative: 1e-10, "drift \(name)")
        }
    }

    func testEinsteinDeSitterGrowsAsTheScaleFactor() {
        let cosmology = Cosmology<Double>(einsteinDeSitter, power: .eisensteinHu)
        for growth in growthFactors(at: [3.1e-6, 0.01, 0.3, 1, 2], cosmology) {
            let a = growth.scaleFactor
            let second = -3 * a * a / 7
            assertClose(
                [growth.d1, growth.d1Prime, growth.d1DoublePrime], [a, a, a], relative: 1e-13, "D1")
            assertClose(
                [growth.d2, growth.d2Prime, growth.d2DoublePrime], [second, 2 * second, 4 * second],
                relative: 1e-13, "D2")
            // p = a² dx/dt of x = a: a^(3/2); its rate times a: (3/2) a · a^(1/2) · a^(-1/2).
            assertClose(
                [growth.driftFunction, growth.kickFunction], [a * a.squareRoot(), 1.5 * a],
                relative: 1e-13, "G")
            XCTAssertEqual(
                growth.secondOrderMomentum, 2 * second * a.squareRoot(), accuracy: 1e-13 * a * a)
        }
    }

    /// D1 = a ₂F₁(1/3, 1; 11/6; −Ω_Λ a³/Ω_m), summed after Pfaff's transformation.
    func testGrowthWithACosmologicalConstantIsTheHypergeometricFunction() {
        var parameters = CosmologyParameters.simpleLCDM
        parameters.omegaMatter = 0.25
        let cosmology = Cosmology<Double>(parameters, power: .eisensteinHu)
        let scaleFactors = [0.02, 0.1, 0.5, 0.8, 1]
        let expected = scaleFactors.map { a in
            let z = -3 * a * a * a
            let argument = z / (z - 1)
            var (term, sum) = (1.0, 1.0)
            for n in 0..<400 {
                // (11/6 − 1/3)_n (1)_n / (11/6)_n n!
                term *= (1.5 + Double(n)) / (11.0 / 6 + Double(n)) * argument
                sum += term
            }
            return a * sum / (1 - z)
        }
        assertClose(growthFactors(at: scaleFactors, cosmology).map(\.d1), expected, relative: 1e-12, "D1")
    }

    /// d/dlna of each function is the next.
    func testSlopesAreTheDerivativesOfGrowth() throws {
        let cosmology = try Cosmology<Double>(Reference("B").parameters, power: .eisensteinHu)
        for a in [0.1, 0.5, 1] {
            let step = 1e-4
            let growth = growthFactors(at: [a * exp(-step), a, a * exp(step)], cosmology)
            func slope(_ quantity: (GrowthFactors<Double>) -> Double) -> Double {
                (quantity(growth[2]) - quantity(growth[0])) / (2 * step)
            }
            let centre = growth[1]
            assertClose(
                [slope(\.d1), slope(\.d1Prime), slope(\.d2), slope(\.d2Prime)],
                [centre.d1Prime, centre.d1DoublePrime, centre.d2Prime, centre.d2DoublePrime],
                relative: 1e-7, "slopes at \(a)")
            // dp/dt = G_K / a and d/dt = E d/dlna.
            XCTAssertEqual(
                slope(\.driftFunction) * centre.expansionRate * a, centre.kickFunction,
                accuracy: 1e-7 * centre.kickFunction)
        }
    }

    func testDualAndDoubleAgreeToTheLastBit() throws {
        let parameters = try Reference("B").parameters
        let scaleFactors = [1e-4, 0.02, 0.37, 0.5, 1]
        let plain = growthFactors(at: scaleFactors, Cosmology<Double>(parameters, power: .eisensteinHu))
        let dual = growthFactors(at: scaleFactors, Cosmology<Dual>(parameters, power: .eisensteinHu))
        for (a, b) in zip(plain, dual) {
            XCTAssertEqual(a.d1, b.d1.value)
            XCTAssertEqual(a.d1Prime, b.d1Prime.value)
            XCTAssertEqual(a.d2DoublePrime, b.d2DoublePrime.value)
            XCTAssertEqual(a.driftFunction, b.driftFunction.value)
            XCTAssertEqual(a.kickFunction, b.kickFunction.value)
        }
    }

    func testAResultDoesNotDependOnWhatElseIsAskedFor() throws {
        let cosmology = try Cosmology<Dual>(Reference("B").parameters, power: .eisensteinHu)
        let alone = growthFactors(at: [0.5], cosmology)[0]
        let among = growthFactors(at: [1, 0.5, 0.49, 0.1, 0.5], cosmology)
        XCTAssertEqual(among.map(\.scaleFactor), [1, 0.5, 0.49, 0.1, 0.5])
        for growth in [among[1], among[4]] {
            XCTAssertEqual(growth.d1, alone.d1)
            XCTAssertEqual(growth.d2DoublePrime, alone.d2DoublePrime)
        }
        XCTAssertNotEqual(among[2].d1, alone.d1)
    }

    func testAUniverseWithoutExpansionYieldsNoNumber() {
        var parameters = CosmologyParameters.simpleLCDM
        parameters.omegaMatter = 0.5
        parameters.omegaCurvature = -2
        XCTAssertFalse(parameters.problems.isEmpty)
        let cosmology = Cosmology<Double>(parameters, power: .eisensteinHu)
        // E² < 0 between a = 0.29 and 0.71.
        let growth = growthFactors(at: [0.2, 0.5, 1], cosmology)
        XCTAssertTrue(growth[0].d1.isFinite)
        XCTAssertTrue(growth[0].d1 > 0.2)
        for beyond in growth[1...] {
            XCTAssertTrue(beyond.d1.isNaN)
            XCTAssertTrue(beyond.d2Prime.isNaN)
        }
        XCTAssertTrue(LinearPower(cosmology, .eisensteinHu).sigma8().isNaN)
    }

    func testFortyScaleFactorsWithDerivativesTakeMilliseconds() throws {
        let cosmology = try Cosmology<Dual>(Reference("B").parameters, power: .eisensteinHu)
        let scaleFactors = (1...40).map { Double($0) / 40 }
        let clock = ContinuousClock()
        let durations = (0..<5).map { _ in clock.measure { _ = growthFactors(at: scaleFactors, cosmology) } }
        print("growth at 40 scale factors on dual numbers:", durations.min()!)
        // Generous: debug builds and busy machines must pass, quadratic cost must not.
        XCTAssertLessThan(durations.min()!, .seconds(5))
    }
}
