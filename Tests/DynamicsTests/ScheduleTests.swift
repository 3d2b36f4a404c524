import Background
import Dynamics
import XCTest

final class ScheduleTests: XCTestCase {
    private let cosmology = Cosmology<Dual>(.simpleLCDM, power: .eisensteinHu)

    private func names(_ schedule: Schedule) -> [String] {
        schedule.stages.map { stage in
            switch stage {
            case .force: "force"
            case .kick: "kick"
            case .drift: "drift"
            case .observe(let observation): "observe \(observation.number) at \(observation.scaleFactor)"
            }
        }
    }

    func testAStepIsKickDriftForceKick() {
        let schedule = FastPM().schedule(
            through: [0.1, 0.2, 0.4], observing: Observation.at([0.2]), cosmology)
        XCTAssertEqual(
            names(schedule),
            [
                "force", "kick", "drift", "force", "kick", "observe 0 at 0.2", "kick", "drift", "force",
                "kick",
            ])
        XCTAssertEqual(schedule.stepCount, 2)
        XCTAssertEqual(schedule.stepsBefore, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2])
        XCTAssertEqual(schedule.forceCount, 3)
        XCTAssertEqual(schedule.moveCount, 2)
        // Forces of one, two and one runs of kicks: who looks parts those of the second. The last is still known.
        XCTAssertEqual([0, 1, 2, 3, 100].map(schedule.forcesSolvedAgain(keeping:)), [3, 3, 2, 1, 1])
    }

    func testInTheOtherOrderAStepIsDriftForceKickDrift() {
        let times = [0.1, 0.2, 0.4]
        let schedule = FastPMDriftKickDrift().schedule(through: times, observing: [], cosmology)
        XCTAssertEqual(
            names(schedule), ["drift", "force", "kick", "drift", "drift", "force", "kick", "drift"])
        XCTAssertEqual(schedule.stepsBefore, [0, 0, 0, 0, 1, 1, 1, 1, 2])
        XCTAssertEqual(schedule.forceCount, 2)
        XCTAssertEqual(schedule.moveCount, 3)
        XCTAssertEqual([0, 1, 2, 100].map(schedule.forcesSolvedAgain(keeping:)), [2, 1, 0, 0])
        // Who looks parts the drifts.
        let observed = FastPMDriftKickDrift().schedule(
            through: times, observing: Observation.at([0.4, 0.2, 0.1, 0.2]), cosmology)
        XCTAssertEqual(
            names(observed),
            [
                "observe 2 at 0.1", "drift", "force", "kick", "drift", "observe 1 at 0.2",
                "observe 3 at 0.2", "drift", "force", "kick", "drift", "observe 0 at 0.4",
            ])
        XCTAssertEqual(observed.moveCount, 4)
        XCTAssertEqual(observed.coefficients, schedule.coefficients)
        XCTAssertEqual(Schedule().forcesSolvedAgain(keeping: 0), 0)
    }

    func testCoefficientsCanBeReplaced() {
        let schedule = FastPMDriftKickDrift().schedule(
            through: [0.1, 0.2, 0.4], observing: Observation.at([0.2]), cosmology)
        let doubled = schedule.coefficients.map { 2 * $0 }
        XCTAssertEqual(schedule.coefficients.count, 6)
        XCTAssertEqual(schedule.replacingCoefficients(with: doubled).coefficients, doubled)
    }

    func testFinelyDividedFastPMAndQuinnAgree() {
        let times = (0...400).map { 0.1 + 0.9 * Double($0) / 400 }
        for (fast, quinn) in zip(
            FastPM().schedule(through: times, observing: [], cosmology).stages,
            Quinn().schedule(through: times, observing: [], cosmology).stages)
        {
            switch (fast, quinn) {
            case (.kick(let first), .kick(let second)), (.drift(let first), .drift(let second)):
                XCTAssertEqual(first.value, second.value, accuracy: 0.02 * abs(second.value))
            case (.force, .force): break
            default: XCTFail("the schedules differ in kind")
            }
        }
    }

    func testFinelyDividedStepsOfTheOtherOrderAreTheIntegrals() {
        let times = (0...400).map { 0.1 + 0.9 * Double($0) / 400 }
        let middles = Midpoint.geometric.between(times)
        let expected = middles.enumerated().flatMap { step, middle in
            [
                cosmology.driftIntegral(from: times[step], to: middle).value,
                1.5 * cosmology.kickIntegral(from: times[step], to: times[step + 1]).value
                    * cosmology.omegaMatter.value,
                cosmology.driftIntegral(from: middle, to: times[step + 1]).value,
            ]
        }
        let found = FastPMDriftKickDrift().schedule(through: times, observing: [], cosmology).coefficients
        XCTAssertEqual(found.count, expected.count)
        for (found, expected) in zip(found, expected) {
            XCTAssertEqual(found, expected, accuracy: 0.02 * expected)
        }
    }

    /// x = q + D1 ψ, p = G_D ψ with a force F = −ψ D1 … a linear mode: the leapfrog with FastPM factors moves it
    /// exactly with D1 although the steps are huge.
    func testALinearModeGrowsExactlyWithTheGrowthFactor() throws {
        let times = [0.02, 0.1, 0.5, 1]
        let growth = growthFactors(at: times, Cosmology<Double>(.simpleLCDM, power: .eisensteinHu))
        for integrator in [FastPM(), FastPMDriftKickDrift()] as [any Integrator] {
            var x = growth[0].d1
            var p = growth[0].driftFunction
            // For a growing mode F = D1 ψ per unit (3/2)Ωm; the kick's G_K refers to it.
            for stage in integrator.schedule(through: times, observing: [], cosmology).stages {
                switch stage {
                case .kick(let coefficient): p += coefficient.value * x
                case .drift(let coefficient): x += coefficient.value * p
                case .force, .observe: break
                }
            }
            XCTAssertEqual(x, growth[3].d1, accuracy: 1e-9)
            XCTAssertEqual(p, growth[3].driftFunction, accuracy: 1e-9)
        }
    }

    func testCoefficientsCarryTheirDerivatives() {
        let step = 1e-5
        func coefficients(_ parameters: CosmologyParameters) -> [Dual] {
            let cosmology = Cosmology<Dual>(parameters, power: .eisensteinHu)
            let stages =
                FastPM().schedule(through: [0.1, 0.4, 1], observing: [], cosmology).stages
                + Quinn().schedule(through: [0.1, 0.4, 1], observing: [], cosmology).stages
                + FastPMDriftKickDrift().schedule(through: [0.1, 0.4, 1], observing: [], cosmology).stages
            return stages.compactMap { stage in
                switch stage {
                case .kick(let coefficient), .drift(let coefficient): coefficient
                case .force, .observe: nil
                }
            }
        }
        let here = coefficients(.simpleLCDM)
        for parameter in [CosmologyParameter.omegaMatter, .omegaCurvature, .w0, .wa] {
            var above = CosmologyParameters.simpleLCDM
            var below = above
            above[parameter] += step
            below[parameter] -= step
            for ((high, low), coefficient) in zip(zip(coefficients(above), coefficients(below)), here) {
                let difference = (high.value - low.value) / (2 * step)
                XCTAssertNotEqual(difference, 0)
                XCTAssertEqual(
                    coefficient[parameter], difference, accuracy: 1e-6 * max(abs(difference), 1e-2))
            }
        }
    }
}
