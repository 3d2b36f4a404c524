import Background
import XCTest

final class CosmologyTests: XCTestCase {
    private func models() throws -> [LinearPowerModel] {
        [.eisensteinHu, .eisensteinHuNoWiggle, .table(try planckTable(), scalarAmplitude: 2.105e-9)]
    }

    func testEachParameterIsItsOwnVariable() throws {
        let cosmology = try Cosmology<Dual>(Reference("B").parameters, power: .eisensteinHu)
        let scalars = [
            cosmology.scalarAmplitude, cosmology.spectralIndex, cosmology.omegaMatter, cosmology.omegaBaryon,
            cosmology.h, cosmology.omegaCurvature, cosmology.w0, cosmology.wa,
        ]
        for (parameter, scalar) in zip(CosmologyParameter.allCases, scalars) {
            XCTAssertEqual(scalar, Dual(cosmology.parameters[parameter], of: parameter))
        }
        XCTAssertEqual(cosmology.omegaDarkEnergy[.omegaMatter], -1)
        XCTAssertEqual(cosmology.omegaDarkEnergy[.omegaCurvature], -1)
    }

    func testAGivenSigma8IsMetAndHeldFixed() throws {
        for model in try models() {
            var parameters = try Reference("B").parameters
            parameters.amplitude = .sigma8(0.75)
            let cosmology = Cosmology<Dual>(parameters, power: model)
            XCTAssertEqual(cosmology.parameterNames[0], "sigma8")
            let sigma8 = LinearPower(cosmology, model).sigma8()
            XCTAssertEqual(sigma8.value, 0.75, accuracy: 1e-14)
            XCTAssertEqual(sigma8[.amplitude], 1, accuracy: 1e-13)
            for parameter in CosmologyParameter.allCases.dropFirst() {
                XCTAssertEqual(sigma8[parameter], 0, accuracy: 1e-13, parameter.name)
            }
        }
    }

    func testTheAmplitudeDerivedFromSigma8IsTheOneItCameFrom() throws {
        for model in try models() {
            var parameters = try Reference("B").parameters
            let given = parameters.amplitude.value
            let sigma8 = LinearPower(Cosmology<Double>(parameters, power: model), model).sigma8()
            parameters.amplitude = .sigma8(sigma8)
            let derived = Cosmology<Double>(parameters, power: model).scalarAmplitude
            assertClose([derived], [given], relative: 1e-13, "A_s")
        }
    }

    func testATableIsRescaledToAGivenSigma8() throws {
        let table = try planckTable()
        let model = LinearPowerModel.table(table, scalarAmplitude: 2.105e-9)
        let natural = LinearPower(Cosmology<Double>(.planck18, power: model), model).sigma8()
        var parameters = CosmologyParameters.planck18
        parameters.amplitude = .sigma8(2 * natural)
        // Whatever A_s the table is said to be for.
        for claimed in [2.105e-9, 1.0] {
            let model = LinearPowerModel.table(table, scalarAmplitude: claimed)
            let power = LinearPower(Cosmology<Double>(parameters, power: model), model)
            assertClose([power.today(0.1)], [4 * (try table(0.1))], relative: 1e-13, "P(0.1, 1)")
        }
    }
}
