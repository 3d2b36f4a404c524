import Background
import Dynamics
import Inference
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// What every objective's gradient is held against.
extension SPMDTestCase {
    /// The loss of white noise. Collective.
    func loss(
        _ model: ForwardModel<Double>, _ objective: borrowing some Objective<Double> & ~Copyable,
        at noise: borrowing Field<Double>
    ) throws -> Double {
        var evolution = try model.start(keeping: noise)
        try evolution.finish()
        return try objective.value(evolution.particles)
    }

    /// Along a random direction of the white noise, at the best of several steps.
    func assertDirectionalDerivative(
        _ model: ForwardModel<Double>, _ objective: borrowing some Objective<Double> & ~Copyable,
        tolerance: Double, _ name: String
    ) throws {
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        let direction = Field<Double>.whiteNoise(seed: 5, over: model.particleGrid)
        let gradient = try model.gradient(at: noise) { _, particles, cotangents in
            try objective.evaluate(particles, addingTo: &cotangents)
        }
        XCTAssertEqual(gradient.differingWords, 0)
        XCTAssertEqual(
            gradient.value, try loss(model, objective, at: noise), accuracy: 1e-12 * gradient.value)
        let expected = try world.exactSum(count: noise.values.count, of: "gradient") {
            gradient.noise.values.span[$0] * direction.values.span[$0]
        }
        XCTAssertNotEqual(expected, 0)
        var best = Double.infinity
        for step in [1e-4, 1e-5, 1e-6, 1e-7] {
            func moved(_ step: Double) throws -> Double {
                var moved = noise.copy(for: "noise")
                moved.mapPoints { x, y, z, value in
                    value + step * direction.values.span[direction.offset(x: x, y: y, z: z)]
                }
                return try loss(model, objective, at: moved)
            }
            let difference = (try moved(step) - moved(-step)) / (2 * step)
            best = min(best, abs(difference / expected - 1))
        }
        XCTAssertLessThan(best, tolerance, name)
    }

    /// All bits of a gradient and its loss.
    func fingerprint<Scalar: ParticleScalar>(_ gradient: borrowing Gradient<Scalar>) -> [UInt64] {
        var sum: UInt64 = 0
        let shape = gradient.noise.decomposition.shape
        gradient.noise.forEachPoint { x, y, z, value in
            let place = UInt64((x * shape.y + y) * shape.z + z)
            sum &+=
                (Double(value).bitPattern ^ place &* 0x9e37_79b9_7f4a_7c15)
                &* (2 &* place &+ 0xbf58_476d_1ce4_e5b9)
        }
        let whole = gradient.noise.decomposition.grid.world.wrappingSum(sum)
        return [whole, gradient.value.bitPattern]
            + CosmologyParameter.allCases.map { gradient.parameters[$0].bitPattern }
    }
}
