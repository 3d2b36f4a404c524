import Background
import Foundation
import XCTest

/// Something computed from a cosmology, on any scalar.
private protocol Quantity {
    func callAsFunction<Scalar: CosmologyScalar>(
        _ cosmology: Cosmology<Scalar>, _ model: LinearPowerModel
    ) -> [Scalar]
}

private struct ExpansionAndGrowth: Quantity {
    func callAsFunction<Scalar: CosmologyScalar>(
        _ cosmology: Cosmology<Scalar>, _ model: LinearPowerModel
    ) -> [Scalar] {
        let a = 0.55
        let growth = growthFactors(at: [a], cosmology)[0]
        return [
            cosmology.expansionRateSquared(at: a), cosmology.expansionRate(at: a),
            cosmology.expansionRateSlope(at: a), cosmology.matterFraction(at: a),
            growth.d1, growth.d1Prime, growth.d1DoublePrime, growth.d2, growth.d2Prime, growth.d2DoublePrime,
            growth.driftFunction, growth.kickFunction,
            cosmology.driftIntegral(from: 0.1, to: a), cosmology.kickIntegral(from: 0.1, to: a),
        ]
    }
}

private struct Transfer: Quantity {
    func callAsFunction<Scalar: CosmologyScalar>(
        _ cosmology: Cosmology<Scalar>, _ model: LinearPowerModel
    ) -> [Scalar] {
        let power = LinearPower(cosmology, model)
        return [0.003, 0.02, 0.11, 0.4, 5].map { power.transfer($0)! }
    }
}

private struct Power: Quantity {
    func callAsFunction<Scalar: CosmologyScalar>(
        _ cosmology: Cosmology<Scalar>, _ model: LinearPowerModel
    ) -> [Scalar] {
        let power = LinearPower(cosmology, model)
        return [0.003, 0.02, 0.11, 0.4, 5].map { power($0) }
    }
}

private struct Today: Quantity {
    func callAsFunction<Scalar: CosmologyScalar>(
        _ cosmology: Cosmology<Scalar>, _ model: LinearPowerModel
    ) -> [Scalar] {
        let power = LinearPower(cosmology, model)
        return [power.sigma8(), power.today(0.2)]
    }
}

private struct Displacement: Quantity {
    func callAsFunction<Scalar: CosmologyScalar>(
        _ cosmology: Cosmology<Scalar>, _ model: LinearPowerModel
    ) -> [Scalar] {
        [LinearPower(cosmology, model).sigmaDisplacement(from: 1e-3, to: 5)]
    }
}

/// Derivatives on dual numbers against central differences, in a curved universe with w0 and wa.
final class DerivativeTests: XCTestCase {
    private static let all = Set(CosmologyParameter.allCases)
    private static let background: Set<CosmologyParameter> = [.omegaMatter, .omegaCurvature, .w0, .wa]

    /// Compares all derivatives; those in `active` must be there, the others must be zero.
    private func check(
        _ quantity: some Quantity, _ model: LinearPowerModel, active: Set<CosmologyParameter>,
        amplitude: Amplitude? = nil, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        var parameters = try Reference("B").parameters
        if let amplitude { parameters.amplitude = amplitude }
        let duals = quantity(Cosmology<Dual>(parameters, power: model), model)
        let plain = quantity(Cosmology<Double>(parameters, power: model), model)
        XCTAssertEqual(
            duals.map(\.value), plain, "values differ between Dual and Double", file: file, line: line)
        for parameter in CosmologyParameter.allCases {
            let scale = parameter == .amplitude ? parameters.amplitude.value : 1
            var best = [Double](repeating: .infinity, count: duals.count)
            for relativeStep in [1e-2, 1e-3, 1e-4, 1e-5] {
                let step = relativeStep * scale * 0.1
                let values = [-2.0, -1, 1, 2].map { multiple in
                    var moved = parameters
                    moved[parameter] += multiple * step
                    return quantity(Cosmology<Double>(moved, power: model), model)
                }
                for i in duals.indices {
                    // Fourth order: (8 (f₊ − f₋) − (f₊₊ − f₋₋)) / 12h.
                    let near = values[2][i] - values[1][i]
                    let far = values[3][i] - values[0][i]
                    let slope = (8 * near - far) / (12 * step)
                    let error = abs(slope - duals[i][parameter])
                    // Where the derivative is no part of the value to speak of, the value's rounding is the scale.
                    best[i] = min(
                        best[i], error / max(abs(duals[i][parameter]), 1e-3 * abs(plain[i]) / scale))
                }
            }
            if ProcessInfo.processInfo.environment["PALINDROME_SHOW_ERRORS"] != nil {
                print("measured derivative", type(of: quantity), parameter.name, best.max()!)
            }
            for i in duals.indices {
                let what = "\(type(of: quantity)) \(i) by \(parameter.name)"
                XCTAssertLessThanOrEqual(best[i], 1e-7, what, file: file, line: line)
                if active.contains(parameter) {
                    XCTAssertNotEqual(duals[i][parameter], 0, what, file: file, line: line)
                } else {
                    XCTAssertEqual(
                        duals[i][parameter] * scale, 0, accuracy: 1e-12 * abs(plain[i]), what, file: file,
                        line: line)
                }
            }
        }
    }

    func testExpansionGrowthAndTimeIntegrals() throws {
        try check(ExpansionAndGrowth(), .eisensteinHu, active: Self.background)
    }

    func testTransferFunctions() throws {
        for model in [LinearPowerModel.eisensteinHu, .eisensteinHuNoWiggle] {
            try check(Transfer(), model, active: [.omegaMatter, .omegaBaryon, .h])
        }
    }

    func testInitialPowerHoldsNoGrowth() throws {
        for model in [LinearPowerModel.eisensteinHu, .eisensteinHuNoWiggle] {
            try check(
                Power(), model, active: [.amplitude, .spectralIndex, .omegaMatter, .omegaBaryon, .h])
        }
    }

    func testInitialPowerOfATableHoldsGrowth() throws {
        let model = LinearPowerModel.table(try planckTable(), scalarAmplitude: 2.105e-9)
        try check(Power(), model, active: Self.background.union([.amplitude]))
        // Through the growth to another redshift, and with an amplitude of its own.
        let rows = "0.001 1e4\n0.01 2e4\n0.1 1e4\n1 1e2\n10 1\n"
        let early = try PowerTable(parsing: rows, source: "power.txt", extrapolation: .powerLaw, redshift: 2)
        try check(Power(), .table(early, scalarAmplitude: 2e-9), active: Self.background.union([.amplitude]))
        try check(Today(), .table(early, scalarAmplitude: nil), active: Self.background)
    }

    func testInitialPowerAtFixedSigma8FeelsEveryParameter() throws {
        for model in [LinearPowerModel.eisensteinHu, .eisensteinHuNoWiggle] {
            try check(Power(), model, active: Self.all, amplitude: .sigma8(0.8))
        }
        let table = LinearPowerModel.table(try planckTable(), scalarAmplitude: 2.105e-9)
        try check(
            Power(), table, active: Self.background.union([.amplitude]), amplitude: .sigma8(0.8))
    }

    func testSigma8AndPowerTodayFeelEveryParameter() throws {
        try check(Today(), .eisensteinHu, active: Self.all)
    }

    func testTheDisplacementPerUnitGrowthHoldsNoGrowth() throws {
        try check(
            Displacement(), .eisensteinHu,
            active: [.amplitude, .spectralIndex, .omegaMatter, .omegaBaryon, .h])
    }
}
