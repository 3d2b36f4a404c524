import Background
import XCTest

final class CosmologyParametersTests: XCTestCase {
    private func problems(_ change: (inout CosmologyParameters) -> Void) -> [CosmologyProblem] {
        var parameters = CosmologyParameters.planck18
        change(&parameters)
        return parameters.problems
    }

    func testThePresetsAndTheReferencesHaveNoProblems() throws {
        for parameters in try [.planck18, .simpleLCDM, Reference("A").parameters, Reference("B").parameters] {
            XCTAssertEqual(parameters.problems, [])
        }
        XCTAssertEqual(try Reference("A").parameters, .simpleLCDM)
    }

    func testThePlanckPresetIsTheCosmologyOfTheTable() {
        let planck = CosmologyParameters.planck18
        XCTAssertEqual(planck.omegaBaryon * planck.h * planck.h, 0.02242, accuracy: 1e-9)
        XCTAssertEqual(planck.omegaMatter * planck.h * planck.h, 0.02242 + 0.11933, accuracy: 1e-9)
    }

    func testEveryProblemNamesItsKeyAndValue() {
        let cases: [(String, Double, (inout CosmologyParameters) -> Void)] = [
            ("A_s", -1, { $0.amplitude = .scalar(-1) }),
            ("sigma8", 0, { $0.amplitude = .sigma8(0) }),
            ("n_s", .infinity, { $0.spectralIndex = .infinity }),
            ("Omega_m", 0, { $0.omegaMatter = 0 }),
            ("Omega_b", -0.1, { $0.omegaBaryon = -0.1 }),
            ("Omega_b", 0.5, { $0.omegaBaryon = 0.5 }),
            ("h", -0.7, { $0.h = -0.7 }),
            ("h", 70, { $0.h = 70 }),
            ("w0", 0.1, { $0.w0 = 0.1 }),
            ("wa", 0.95, { $0.wa = 0.95 }),
            ("Omega_k", -5, { $0.omegaCurvature = -5 }),
        ]
        for (key, value, change) in cases {
            let found = problems(change)
            XCTAssertTrue(found.contains { $0.key == key && $0.value == value }, "\(key): \(found)")
            for problem in found {
                XCTAssertTrue(problem.description.hasPrefix("\(problem.key) is \(problem.value); it must "))
                XCTAssertFalse(problem.remedy.isEmpty)
            }
        }
        XCTAssertEqual(problems { $0.h = .nan }.map(\.key), ["h"])
    }

    func testAllProblemsAreReportedAtOnce() {
        let found = problems {
            $0.h = -1
            $0.omegaBaryon = 2
            $0.amplitude = .scalar(0)
        }
        XCTAssertEqual(found.map(\.key), ["A_s", "Omega_b", "h"])
    }

    func testAUniverseThatDidNotBeginIsRefusedAndOneThatDidIsNot() {
        // A loitering or bouncing ΛCDM: much Λ, little matter, closed.
        XCTAssertFalse(
            problems {
                $0.omegaMatter = 0.1
                $0.omegaCurvature = -1.5
            }.isEmpty)
        XCTAssertTrue(problems { $0.omegaCurvature = 0.3 }.isEmpty)
        XCTAssertTrue(problems { $0.omegaCurvature = -0.2 }.isEmpty)
        XCTAssertTrue(
            problems {
                $0.w0 = -0.7
                $0.wa = -1.2
            }.isEmpty)
    }

    func testParametersAreReadAndWrittenBySlot() {
        for amplitude in [Amplitude.scalar(1), .sigma8(1)] {
            var parameters = CosmologyParameters.planck18
            parameters.amplitude = amplitude
            for parameter in CosmologyParameter.allCases {
                parameters[parameter] = Double(parameter.rawValue) + 0.5
            }
            XCTAssertEqual(
                CosmologyParameter.allCases.map { parameters[$0] }, (0..<8).map { Double($0) + 0.5 })
            let expected = [amplitude == .scalar(1) ? "A_s" : "sigma8"]
            XCTAssertEqual(
                parameters.parameterNames,
                expected + ["n_s", "Omega_m", "Omega_b", "h", "Omega_k", "w0", "wa"])
        }
    }
}
