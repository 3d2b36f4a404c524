import Background
import XCTest

final class HaloMassFunctionTests: XCTestCase {
    /// From colossus 1.4.0 (Diemer 2018), `massFunction(M, z, q_in="M", q_out="dndlnM", mdef="fof", model="watson13")`,
    /// with Eisenstein & Hu's transfer function.
    func testNumbersAreThoseOfColossus() {
        let parameters = CosmologyParameters(
            amplitude: .sigma8(0.81), spectralIndex: 0.96, omegaMatter: 0.3, omegaBaryon: 0.05, h: 0.7)
        let cosmology = Cosmology<Double>(parameters, power: .eisensteinHu)
        let power = LinearPower(cosmology, .eisensteinHu)
        for (a, expected) in Self.colossus {
            let function = HaloMassFunction(cosmology, power, at: a)
            for (mass, value) in expected {
                XCTAssertEqual(function(mass) / value, 1, accuracy: 0.005, "\(mass) at \(a)")
            }
        }
    }

    private static let colossus: [(Double, [(Double, Double)])] = [
        (
            1,
            [
                (1e12, 0.003694594481807279), (1e13, 0.0004468076915672982), (1e14, 4.215987617755779e-05),
                (5e14, 3.827328383243292e-06),
            ]
        ),
        (
            0.5,
            [
                (1e12, 0.003627413746699666), (1e13, 0.0003228448443884415), (1e14, 9.11981009087726e-06),
                (5e14, 6.548243993510647e-08),
            ]
        ),
    ]

    func testNumbersBetweenMassesAddUp() {
        let cosmology = Cosmology<Double>(.simpleLCDM, power: .eisensteinHu)
        let function = HaloMassFunction(cosmology, LinearPower(cosmology, .eisensteinHu), at: 1)
        let parts = function.number(from: 1e12, to: 1e13) + function.number(from: 1e13, to: 1e15)
        XCTAssertEqual(parts / function.number(from: 1e12, to: 1e15), 1, accuracy: 1e-6)
        XCTAssertEqual(
            function.number(from: 1e13, to: 1.001e13), 0.001 * function(1e13), accuracy: 1e-6 * function(1e13)
        )
    }
}
