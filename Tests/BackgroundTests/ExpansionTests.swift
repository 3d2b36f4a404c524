import Background
import XCTest

final class ExpansionTests: XCTestCase {
    func testTheAgeIsThatOfKnownUniverses() {
        var parameters = CosmologyParameters.simpleLCDM
        // Flat, matter and a cosmological constant: t = 2/(3 sqrt(1 - Om)) asinh(sqrt((1 - Om)/Om a^3)).
        for a in [0.01, 0.3, 1] {
            let ratio = (0.7 / 0.3 * a * a * a).squareRoot()
            let expected = 2 / (3 * 0.7.squareRoot()) * log(ratio + (1 + ratio * ratio).squareRoot())
            let age = Cosmology<Double>(parameters, power: .eisensteinHu).age(at: a)
            XCTAssertEqual(age, expected, accuracy: 1e-11 * expected)
        }
        parameters.omegaMatter = 1
        XCTAssertEqual(
            Cosmology<Double>(parameters, power: .eisensteinHu).age(at: 0.25), 2.0 / 3 / 8, accuracy: 1e-12)
        XCTAssertEqual(hubbleTimeInGigayears, 9.7779222, accuracy: 1e-7)
    }

    func testExpansionAgreesWithTheReference() throws {
        for name in ["A", "B"] {
            let reference = try Reference(name)
            let cosmology = try Cosmology<Double>(reference.parameters, power: .eisensteinHu)
            let scaleFactors = try reference["growth/a"]
            assertClose(
                scaleFactors.map(cosmology.expansionRate), try reference["growth/E"],
                relative: 1e-14, "E \(name)")
            assertClose(
                scaleFactors.map(cosmology.expansionRateSlope), try reference["growth/dlnE_dlna"],
                relative: 1e-13, "dlnE/dlna \(name)")
            assertClose(
                scaleFactors.map(cosmology.matterFraction), try reference["growth/Omega_m_a"],
                relative: 1e-14, "Omega_m(a) \(name)")
        }
    }

    func testExpansionTodayIsOne() throws {
        let cosmology = try Cosmology<Dual>(Reference("B").parameters, power: .eisensteinHu)
        let today = cosmology.expansionRate(at: 1)
        XCTAssertEqual(today.value, 1, accuracy: 1e-15)
        for parameter in CosmologyParameter.allCases {
            XCTAssertEqual(today[parameter], 0, accuracy: 1e-15, parameter.name)
        }
    }

    func testTheSlopeIsTheDerivativeOfTheRate() throws {
        let cosmology = try Cosmology<Double>(Reference("B").parameters, power: .eisensteinHu)
        for a in [0.01, 0.3, 1, 1.5] {
            let step = 1e-5
            let (above, below) = (a * exp(step), a * exp(-step))
            let difference = log(cosmology.expansionRate(at: above) / cosmology.expansionRate(at: below))
            XCTAssertEqual(cosmology.expansionRateSlope(at: a), difference / (2 * step), accuracy: 1e-9)
        }
    }

    func testEinsteinDeSitterExpandsAsThePowerMinusThreeHalves() {
        let cosmology = Cosmology<Double>(einsteinDeSitter, power: .eisensteinHu)
        for a in [1e-5, 0.04, 0.25, 1] {
            XCTAssertEqual(cosmology.expansionRate(at: a) * a * a.squareRoot(), 1, accuracy: 1e-15)
            XCTAssertEqual(cosmology.expansionRateSlope(at: a), -1.5)
            XCTAssertEqual(cosmology.matterFraction(at: a), 1)
        }
    }
}

/// Matter alone.
let einsteinDeSitter = CosmologyParameters(
    amplitude: .scalar(2e-9), spectralIndex: 0.96, omegaMatter: 1, omegaBaryon: 0.05, h: 0.7)
