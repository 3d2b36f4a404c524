import Background
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class LagrangianPerturbationTests: SPMDTestCase {
    func testDisplacementsAndMomentaOfTheReferenceAreReproduced() throws {
        try leaveToTestsOfBits()
        for name in ["A", "B"] {
            let universe = try GoldenUniverse(name)
            for shape in gridShapes where Decomposition.fits(universe.box.particles, on: shape) {
                let grid = RankGrid(world: world, shape: shape)
                for order in [1, 2] {
                    let model = try universe.model(Double.self, order: order, on: grid)
                    let state = try model.initialState(from: universe.noise(over: model.particleGrid))
                    let displacement = try universe.lagrangianSum("lpt/disp_order", upTo: order)
                    let momentum = try universe.lagrangianSum("lpt/mom_order", upTo: order)
                    let errors = universe.relativeErrors(
                        of: state, displacement: displacement, momentum: momentum)
                    XCTAssertLessThan(errors.displacement, 1e-11, "universe \(name), order \(order)")
                    XCTAssertLessThan(errors.momentum, 1e-11, "universe \(name), order \(order)")
                }
            }
        }
    }

    func testSinglePrecisionIsWithinItsRounding() throws {
        try leaveToTestsOfBits()
        let universe = try GoldenUniverse("A")
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let model = try universe.model(Float.self, on: grid)
        let state = try model.initialState(from: universe.noise(over: model.particleGrid))
        let errors = universe.relativeErrors(
            of: state, displacement: try universe.lagrangianSum("lpt/disp_order", upTo: 2),
            momentum: try universe.lagrangianSum("lpt/mom_order", upTo: 2))
        XCTAssertLessThan(errors.displacement, 1e-6)
        XCTAssertLessThan(errors.momentum, 1e-6)
    }

    func testAHugeAmplitudeIsAnErrorOnAllRanks() throws {
        let universe = try GoldenUniverse("A")
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let model = try universe.model(Float.self, on: grid)
        var noise = Field<Float>.whiteNoise(seed: 1, over: model.particleGrid)
        var values = noise.values.mutableSpan
        for index in values.indices { values[index] *= 1e4 }
        do {
            _ = try model.initialState(from: noise)
            XCTFail("nothing was thrown")
        } catch {
            XCTAssertTrue(error is DisplacementOverflow, "\(error)")
        }
    }
}
