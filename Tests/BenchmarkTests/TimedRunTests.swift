import Background
import Benchmark
import Dynamics
import Gravity
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class TimedRunTests: SPMDTestCase {
    private func model() throws -> ForwardModel<Float> {
        try ForwardModel(
            Box(particles: [20, 22, 18], spacing: 4, mesh: [20, 22, 18]), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.5, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: RankGrid(world: world, shape: gridShapes[0]))
    }

    private func noise(_ model: ForwardModel<Float>) -> Field<Float> {
        .whiteNoise(seed: 2, over: model.particleGrid)
    }

    private func sum(_ interval: Interval) -> Double {
        interval.entries.values.reduce(0) { $0 + $1.seconds }
    }

    func testPhasesAddUpToTheWhole() throws {
        let model = try model()
        let run = try model.timedRun(from: noise(model))
        for interval in [run.start, run.steps] {
            XCTAssertGreaterThan(interval.seconds, 0)
            XCTAssertEqual(sum(interval), interval.seconds, accuracy: 1e-3 * interval.seconds + 1e-5)
        }
    }

    func testInitialConditionsAreOutsideTheSteps() throws {
        let model = try model()
        var wasCalled = false
        let run = try model.timedRun(from: noise(model)) { wasCalled = true }
        XCTAssertTrue(wasCalled)
        XCTAssertNil(run.steps.entries[.initialConditions])
        XCTAssertNil(run.start.entries[.kick])
        XCTAssertEqual(run.steps.entries[.drift]?.calls, 2)
    }

    func testAGradientIsTimedThereAndBack() throws {
        let model = try model()
        var calls = 0
        let gradient = try model.timedGradient(at: noise(model)) { _, _, _ in
            calls += 1
            return 0
        }
        XCTAssertEqual(calls, 1)
        XCTAssertGreaterThan(gradient.secondsForwards, 0)
        XCTAssertLessThan(gradient.secondsForwards, gradient.steps.seconds)
        XCTAssertLessThan(gradient.steps.seconds, gradient.seconds)
        XCTAssertNil(gradient.steps.entries[.initialConditions])
        // On the way back drifts are undone with their adjoint.
        XCTAssertEqual(gradient.steps.entries[.drift]?.calls, 2)
        XCTAssertEqual(
            sum(gradient.steps), gradient.steps.seconds, accuracy: 1e-3 * gradient.steps.seconds + 1e-5)
    }
}
