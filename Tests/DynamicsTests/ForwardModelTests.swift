import Background
import Dynamics
import Gravity
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class ForwardModelTests: SPMDTestCase {
    private func model(in parameters: CosmologyParameters = .simpleLCDM) throws -> ForwardModel<Float> {
        try ForwardModel(
            Box(particles: [18, 20, 16], spacing: 4, mesh: [27, 30, 24]),
            in: (parameters, .eisensteinHu), startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.5, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: RankGrid(world: world, shape: gridShapes[0]))
    }

    func testAnotherUniverseKeepsUnitsAndTransforms() throws {
        let model = try model()
        var bright = CosmologyParameters.simpleLCDM
        bright[.amplitude] *= 100
        let other = try model.with(bright)
        XCTAssertEqual(other.units, model.units)
        XCTAssertNotEqual(try self.model(in: bright).units, model.units, "its own would be others")
        XCTAssert(other.solver === model.solver)
        XCTAssert(other.layout.perturbation === model.layout.perturbation)
        XCTAssertEqual(other.cosmology.parameters, bright)
        XCTAssertEqual(
            other.power(0.1), 100 * model.power(0.1), accuracy: 1e-12 * other.power(0.1))

        let coarse = StateUnits(box: model.box.size, momentumExponent: 3)
        XCTAssertEqual(model.inUnits(coarse).units, coarse)
        let observed = try model.observing([0.1, 0.5])
        XCTAssertEqual(observed.layout.plan.observations, Observation.at([0.1, 0.5]))
        XCTAssertEqual(observed.units, model.units)
        XCTAssert(observed.solver === model.solver)
    }

    func testARunStartsInTheSameStateWhetherItsNoiseIsKeptOrNot() throws {
        let model = try model()
        let noise = Field<Float>.whiteNoise(seed: 4, over: model.particleGrid)
        let kept = try model.start(keeping: noise).particles.checksum()
        let modes = model.linearModes(of: noise)
        let ofModes = try model.start(at: modes).particles.checksum()
        let consuming = try model.start(from: noise).particles.checksum()
        XCTAssertEqual(ofModes, kept)
        XCTAssertEqual(consuming, kept)
    }
}
