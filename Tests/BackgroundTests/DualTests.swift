import Background
import Numerics
import XCTest

final class DualTests: XCTestCase {
    private let x = Dual(0.7, of: .h)
    private let y = Dual(0.3, of: .omegaMatter)

    func testAProductAndAQuotientFollowTheRulesOfCalculus() {
        let product = x * y
        XCTAssertEqual(product.value, 0.7 * 0.3)
        XCTAssertEqual(product[.h], 0.3)
        XCTAssertEqual(product[.omegaMatter], 0.7)
        XCTAssertEqual(product[.w0], 0)
        let quotient = x / y
        XCTAssertEqual(quotient[.h], 1 / 0.3, accuracy: 1e-15)
        XCTAssertEqual(quotient[.omegaMatter], -0.7 / 0.09, accuracy: 1e-14)
        let difference = 2 - x.scaled(by: 3) + y
        XCTAssertEqual(difference[.h], -3)
        XCTAssertEqual(difference[.omegaMatter], 1)
    }

    func testEveryParameterHasItsOwnSlot() {
        for parameter in CosmologyParameter.allCases {
            let variable = Dual(2, of: parameter)
            for other in CosmologyParameter.allCases {
                XCTAssertEqual(variable[other], other == parameter ? 1 : 0)
            }
        }
    }

    func testEveryElementaryFunctionHasTheSlopeThatDifferencesShow() {
        let functions: [(String, Double, (Dual) -> Dual, (Double) -> Double)] = [
            ("exp", 0.7, Dual.exp, Double.exp),
            ("expMinusOne", 0.7, Dual.expMinusOne, Double.expMinusOne),
            ("cosh", 0.7, Dual.cosh, Double.cosh), ("sinh", 0.7, Dual.sinh, Double.sinh),
            ("tanh", 0.7, Dual.tanh, Double.tanh), ("cos", 0.7, Dual.cos, Double.cos),
            ("sin", 0.7, Dual.sin, Double.sin), ("tan", 0.7, Dual.tan, Double.tan),
            ("log", 0.7, { Dual.log($0) }, { Double.log($0) }),
            ("log1p", 0.7, { Dual.log(onePlus: $0) }, { Double.log(onePlus: $0) }),
            ("acosh", 1.7, Dual.acosh, Double.acosh), ("asinh", 0.7, Dual.asinh, Double.asinh),
            ("atanh", 0.7, Dual.atanh, Double.atanh), ("acos", 0.7, Dual.acos, Double.acos),
            ("asin", 0.7, Dual.asin, Double.asin), ("atan", 0.7, Dual.atan, Double.atan),
            ("sqrt", 0.7, Dual.sqrt, Double.sqrt),
            ("cbrt", 0.7, { Dual.root($0, 3) }, { Double.root($0, 3) }),
            ("pow5", 0.7, { Dual.pow($0, 5) }, { Double.pow($0, 5) }),
            ("raised", 0.7, { $0.raised(to: -1.3) }, { $0.raised(to: -1.3) }),
            ("x^x", 0.7, { Dual.pow($0, $0) }, { Double.pow($0, $0) }),
            ("1/x", 0.7, { 1 / $0 }, { 1 / $0 }), ("-x", 0.7, { -$0 }, { -$0 }),
        ]
        for (name, point, dual, plain) in functions {
            let result = dual(Dual(point, of: .wa))
            let step = 1e-5
            let slope = (plain(point + step) - plain(point - step)) / (2 * step)
            XCTAssertEqual(result.value, plain(point), name)
            XCTAssertEqual(result[.wa], slope, accuracy: 1e-9 * abs(slope), name)
            XCTAssertNotEqual(result[.wa], 0, name)
            XCTAssertEqual(result[.w0], 0, name)
        }
    }

    func testPowersAreSmoothAtZero() {
        let power = Dual(0, of: .h).raised(to: 1.4)
        XCTAssertEqual(power.value, 0)
        XCTAssertEqual(power[.h], 0)
    }

    func testEqualityLooksAtDerivatives() {
        XCTAssertEqual(Dual(1, of: .h), Dual(1, of: .h))
        XCTAssertNotEqual(Dual(1, of: .h), Dual(1, of: .w0))
        XCTAssertNotEqual(Dual(1, of: .h), Dual(1))
    }
}
