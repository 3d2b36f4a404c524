import Background
import Dynamics
import XCTest

final class ScheduleTests: XCTestCase {
    private let cosmology = Cosmology<Dual>(.simpleLCDM, power: .eisensteinHu)

    func testAStepIsKickDriftForceKick() {
        let schedule = FastPM().schedule(through: [0.1, 0.2, 0.4], observing: [0.2], cosmology)
        let names = schedule.stages.map { stage in
            switch stage {
            case .force: "force"
            case .kick: "kick"
            case .drift: "drift"
            case .observe(let scaleFactor): "observe \(scaleFactor)"
            }
        }
        XCTAssertEqual(
            names,
            ["force", "kick", "drift", "force", "kick", "observe 0.2", "kick", "drift", "force", "kick"])
        XCTAssertEqual(schedule.stepCount, 2)
        XCTAssertEqual(schedule.stepsBefore, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2])
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

    /// x = q + D1 ψ, p = G_D ψ with a force F = −ψ D1 … a linear mode: the leapfrog with FastPM factors moves it
    /// exactly with D1 although the steps are huge.
    func testALinearModeGrowsExactlyWithTheGrowthFactor() {
        let times = [0.02, 0.1, 0.5, 1]
        let growth = growthFactors(at: times, Cosmology<Double>(.simpleLCDM, power: .eisensteinHu))
        var x = growth[0].d1
        var p = growth[0].driftFunction
        // For a growing mode F = D1 ψ per unit (3/2)Ωm; the kick's G_K refers to it.
        for stage in FastPM().schedule(through: times, observing: [], cosmology).stages {
            switch stage {
            case .kick(let coefficient): p += coefficient.value * x
            case .drift(let coefficient): x += coefficient.value * p
            case .force, .observe: break
            }
        }
        XCTAssertEqual(x, growth[3].d1, accuracy: 1e-9)
        XCTAssertEqual(p, growth[3].driftFunction, accuracy: 1e-9)
    }

    func testCoefficientsCarryTheirDerivatives() {
        let step = 1e-5
        func coefficients(_ parameters: CosmologyParameters) -> [Dual] {
            let cosmology = Cosmology<Dual>(parameters, power: .eisensteinHu)
            let stages =
                FastPM().schedule(through: [0.1, 0.4, 1], observing: [], cosmology).stages
                + Quinn().schedule(through: [0.1, 0.4, 1], observing: [], cosmology).stages
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
