import Background
import XCTest

final class PowerMomentsTests: XCTestCase {
    /// Reference by 2·10⁶ trapezoids over scipy's CubicSpline of the table.
    ///
    /// The σ8 in the table's header, CAMB's own sum over its own wavenumbers, is 1.27e-4 below what the
    /// table's rows give, so it can only serve as a coarse check.
    func testSigma8OfTheTableIsTheIntegralOverItsRows() throws {
        let model = LinearPowerModel.table(try planckTable(), scalarAmplitude: 2.105e-9)
        let sigma8 = LinearPower(Cosmology<Double>(.planck18, power: model), model).sigma8()
        assertClose([sigma8], [0.82186072146], relative: 1e-9, "sigma8 of the table")
        assertClose([sigma8], [0.82175647], relative: 1.5e-4, "sigma8 of the table's header")
    }

    func testSigma8AgreesWithTheReference() throws {
        for name in ["A", "B"] {
            let reference = try Reference(name)
            let cosmology = try Cosmology<Double>(reference.parameters, power: .eisensteinHu)
            let sigma8 = LinearPower(cosmology, .eisensteinHu).sigma8()
            let expected = try XCTUnwrap(reference.attributes["sigma8"])
            assertClose([sigma8], [expected], relative: 2e-5, "sigma8 \(name)")
        }
    }

    /// Reference by 8·10⁶ trapezoids in ln k from 1e-8 to 1e3 h/Mpc, in numpy, with D1(1) of golden A.
    func testSigma8IsAccurateToTenDigits() throws {
        let cosmology = try Cosmology<Double>(Reference("A").parameters, power: .eisensteinHu)
        let sigma8 = LinearPower(cosmology, .eisensteinHu).sigma8()
        assertClose([sigma8], [0.8121117619813], relative: 1e-11, "sigma8")
    }

    /// Reference by Simpson's rule with 2·10⁵ intervals in ln k, in numpy.
    func testTheRMSDisplacementAgreesWithASum() throws {
        let cosmology = try Cosmology<Double>(Reference("A").parameters, power: .eisensteinHu)
        let displacement = LinearPower(cosmology, .eisensteinHu).sigmaDisplacement(from: 1e-4, to: 10)
        assertClose([displacement], [7.557556599357], relative: 1e-11, "displacement")
    }
}
