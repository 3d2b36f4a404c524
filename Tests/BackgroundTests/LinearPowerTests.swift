import Background
import XCTest

final class LinearPowerTests: XCTestCase {
    func testTransferFunctionsAgreeWithTheReference() throws {
        let models: [(LinearPowerModel, String)] = [
            (.eisensteinHu, "power/T_EH98"), (.eisensteinHuNoWiggle, "power/T_EH98_nowiggle"),
        ]
        for name in ["A", "B"] {
            let reference = try Reference(name)
            for (model, dataset) in models {
                let power = LinearPower(Cosmology<Double>(try reference.parameters, power: model), model)
                let transfer = try reference["power/k"].map { try XCTUnwrap(power.transfer($0)) }
                assertClose(transfer, try reference[dataset], relative: 1e-13, "\(dataset) \(name)")
            }
        }
    }

    func testPowerTodayAgreesWithTheReference() throws {
        for name in ["A", "B"] {
            let reference = try Reference(name)
            let cosmology = try Cosmology<Double>(reference.parameters, power: .eisensteinHu)
            let power = LinearPower(cosmology, .eisensteinHu)
            let (wavenumbers, expected) = (try reference["power/k"], try reference["power/P"])
            assertClose(wavenumbers.map(power.today), expected, relative: 1e-11, "P \(name)")
            let growth = growthFactors(at: [1], cosmology)[0]
            assertClose(
                wavenumbers.map { power.evolved($0, to: growth) }, expected, relative: 1e-11,
                "P(k, 1) \(name)")
            assertClose(
                wavenumbers.map { power($0) * growth.d1 * growth.d1 }, expected, relative: 1e-11,
                "P0 D1² \(name)")
        }
    }

    func testTransferIsOneOnTheLargestScalesAndSmoothThere() throws {
        for model in [LinearPowerModel.eisensteinHu, .eisensteinHuNoWiggle] {
            let power = LinearPower(Cosmology<Dual>(.simpleLCDM, power: model), model)
            var last = 1.0
            for k in [0, 1e-300, 1e-30, 1e-12, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3] {
                let transfer = try XCTUnwrap(power.transfer(k))
                XCTAssertLessThanOrEqual(transfer.value, last + 1e-12, "T rises at \(k)")
                XCTAssertEqual(transfer.value, 1, accuracy: max(1e-14, 3000 * k * k + 10 * k))
                last = transfer.value
                for parameter in CosmologyParameter.allCases {
                    let slope = transfer[parameter]
                    XCTAssertTrue(slope.isFinite, "\(parameter) at \(k)")
                    XCTAssertLessThanOrEqual(abs(slope), max(1e-13, 3000 * k), "\(parameter) at \(k)")
                }
            }
        }
    }

    func testThereIsNoPowerAtZeroWavenumber() throws {
        let table = LinearPowerModel.table(try planckTable(), scalarAmplitude: 2.105e-9)
        for model in [LinearPowerModel.eisensteinHu, .eisensteinHuNoWiggle, table] {
            let power = LinearPower(Cosmology<Dual>(.planck18, power: model), model)
            XCTAssertEqual(power(0), 0)
        }
    }

    func testTheTransferHasNoJumpWhereItsFormulaChanges() throws {
        let power = LinearPower(Cosmology<Double>(.simpleLCDM, power: .eisensteinHu), .eisensteinHu)
        // Second differences of a smooth function on a fine grid are tiny everywhere.
        let values = try (0..<4000).map { try XCTUnwrap(power.transfer(1e-3 + Double($0) * 1e-6)) }
        var largest = 0.0
        for i in 1..<(values.count - 1) {
            largest = max(largest, abs(values[i + 1] - 2 * values[i] + values[i - 1]))
        }
        XCTAssertLessThan(largest, 1e-7)
        XCTAssertGreaterThan(values[0] - values[3999], 0.01)
    }

    func testEisensteinHuIsWithinAFewPercentOfCAMB() throws {
        let table = try planckTable()
        let power = LinearPower(Cosmology<Double>(.planck18, power: .eisensteinHu), .eisensteinHu)
        for k in table.wavenumbers where k > 1e-3 && k < 10 {
            XCTAssertEqual(power.today(k) / (try table(k)), 1, accuracy: 0.06, "k = \(k)")
        }
    }

    func testATableHoldsTodayAndScalesWithTheAmplitudeAlone() throws {
        let table = try planckTable()
        let model = LinearPowerModel.table(table, scalarAmplitude: 2.105e-9)
        var parameters = CosmologyParameters.planck18
        parameters.amplitude = .scalar(2 * 2.105e-9)
        parameters.omegaCurvature = 0.03
        parameters.spectralIndex = 0.7
        let cosmology = Cosmology<Dual>(parameters, power: model)
        let power = LinearPower(cosmology, model)
        for k in [1e-3, 0.05, 0.123, 7] {
            let today = power.today(k)
            assertClose([today.value], [2 * (try table(k))], relative: 1e-13, "P(k, 1)")
            assertClose([today[.amplitude]], [today.value / 4.21e-9], relative: 1e-13, "dP/dA_s")
            let initial = power(k)
            for parameter in [CosmologyParameter.spectralIndex, .omegaBaryon, .h] {
                XCTAssertEqual(initial[parameter], 0)
            }
            for parameter in [CosmologyParameter.omegaMatter, .omegaCurvature, .w0, .wa] {
                // P(k, 1) is what the table says; P₀ is that over D1²(1).
                XCTAssertEqual(today[parameter], 0, accuracy: 1e-12 * today.value)
                XCTAssertNotEqual(initial[parameter], 0)
            }
        }
    }

    func testAHundredThousandModesWithDerivativesTakeAFractionOfASecond() {
        let power = LinearPower(Cosmology<Dual>(.planck18, power: .eisensteinHu), .eisensteinHu)
        var sum = Dual(0)
        let duration = ContinuousClock().measure {
            for i in 1...100_000 { sum += power(Double(i) * 1e-4) }
        }
        XCTAssertGreaterThan(sum.value, 0)
        print("P₀ at 1e5 wavenumbers on dual numbers:", duration)
        XCTAssertLessThan(duration, .seconds(60))
    }

    func testATableOfAnotherRedshiftIsBroughtToTodayByGrowth() throws {
        let rows = "0.1 1\n0.2 2\n0.3 3\n0.4 4\n"
        let table = try PowerTable(parsing: rows, source: "power.txt", redshift: 3)
        let model = LinearPowerModel.table(table, scalarAmplitude: nil)
        // Einstein and de Sitter: D1 = a.
        var parameters = CosmologyParameters.planck18
        parameters.omegaMatter = 1
        let plain = LinearPower(Cosmology<Double>(parameters, power: model), model)
        assertClose([plain.today(0.2), plain(0.2)], [32, 32], relative: 1e-11, "P(0.2, 1), P0")
        // With dark energy: what the growth factors say, whatever A_s.
        parameters = .planck18
        parameters.amplitude = .scalar(1e-9)
        let cosmology = Cosmology<Double>(parameters, power: model)
        let growth = growthFactors(at: [0.25, 1], cosmology)
        let power = LinearPower(cosmology, model)
        assertClose([power.evolved(0.3, to: growth[0])], [3], relative: 1e-13, "the table at its redshift")
        let ratio = growth[1].d1 / growth[0].d1
        assertClose([power.today(0.3)], [3 * ratio * ratio], relative: 1e-13, "P(0.3, 1)")
    }

    func testATableFeelsAnAmplitudeOnlyBesideItsOwn() throws {
        let table = try planckTable()
        var parameters = CosmologyParameters.planck18
        parameters.amplitude = .scalar(3e-9)
        for (own, factor) in [(nil, 1), (1.5e-9, 2)] as [(Double?, Double)] {
            let model = LinearPowerModel.table(table, scalarAmplitude: own)
            let power = LinearPower(Cosmology<Dual>(parameters, power: model), model)
            assertClose([power.today(0.1).value], [factor * (try table(0.1))], relative: 1e-13, "P(0.1, 1)")
            XCTAssertEqual(power.today(0.1)[.amplitude] == 0, own == nil)
        }
    }

    func testTheLogTellsSigma8AndWarnsWhereItIsImplausible() throws {
        let usual = LinearPower(Cosmology<Double>(.planck18, power: .eisensteinHu), .eisensteinHu).remarks
        XCTAssertEqual(usual.count, 1)
        XCTAssertTrue(usual[0].hasPrefix("sigma8 0.8"), usual[0])
        var parameters = CosmologyParameters.planck18
        for (sigma8, count) in [(0.29, 2), (0.31, 1), (1.49, 1), (1.51, 2)] {
            parameters.amplitude = .sigma8(sigma8)
            let power = LinearPower(Cosmology<Double>(parameters, power: .eisensteinHu), .eisensteinHu)
            XCTAssertEqual(power.remarks.count, count, "sigma8 = \(sigma8)")
        }
    }
}
