import Background
import Dynamics
import Gravity
import Inference
import InitialConditions
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// The density on the force mesh with Gaussian errors.
func densityComparison<Scalar: ParticleScalar>(
    _ data: consuming Field<Scalar>, weights: consuming Field<Scalar>? = nil, sigma: Double,
    smoothing: Double = 0,
    at scaleFactor: Double = 1, _ model: ForwardModel<Scalar>
) throws -> Comparison<Scalar> {
    let comparison = try Comparison(
        ofDensity: data, weights: weights, sigma: sigma, at: scaleFactor, in: model)
    comparison.smooth(by: smoothing)
    return comparison
}

/// The density along an axis with Gaussian errors.
func pictureComparison<Scalar: ParticleScalar>(
    _ picture: [Double], weights: [Double]?, on plane: PixelPlane, sigma: Double, smoothing: Double = 0,
    box: SIMD3<Double>
) throws -> Comparison<Scalar> {
    let observable = ProjectedDensity<Scalar>(on: plane, box: box)
    let likelihood = try GaussianLikelihood(
        data: .plane(picture), weights: weights.map { .plane($0) }, sigma: sigma, on: observable.grid)
    likelihood.smooth(by: smoothing)
    return Comparison(at: 1, observable, likelihood)
}

/// A universe of 8³ particles, 16 Mpc/h apart, in one step from first-order theory.
func smallUniverse(on world: Communicator) throws -> ForwardModel<Double> {
    try ForwardModel(
        Box(particles: [8, 8, 8], spacing: 16, mesh: [8, 8, 8]), in: (.simpleLCDM, .eisensteinHu),
        startingWith: .first, following: EvolutionPlan(through: [0.1, 1], by: FastPM(), observing: [1]),
        under: ForceKernel(named: "1_4")!,
        on: RankGrid(world: world, shape: RankGrid.shapes(for: world.size)[0]))
}

/// What every objective's gradient is held against.
extension SPMDTestCase {
    /// The loss of white noise, summed over the observations. Collective.
    func loss(
        _ model: ForwardModel<Double>, _ objectives: [any Objective<Double>],
        at noise: borrowing Field<Double>,
        _ own: [Double] = []
    ) throws -> Double {
        try JointLikelihood(objectives).value(at: noise, in: model, own)
    }

    /// The gradient of the loss of white noise. Collective.
    func gradient<Scalar: ParticleScalar>(
        _ model: ForwardModel<Scalar>, _ objectives: [any Objective<Scalar>],
        at noise: borrowing Field<Scalar>,
        _ own: [Double] = []
    ) throws -> LikelihoodGradient<Scalar> {
        try JointLikelihood(objectives).gradient(at: noise, in: model, own)
    }

    /// Along a random direction of the white noise, at the best of several steps.
    func assertDirectionalDerivative(
        _ model: ForwardModel<Double>, _ objectives: [any Objective<Double>], tolerance: Double,
        _ name: String
    ) throws {
        let own = objectives.flatMap(\.parameters).map(\.value)
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        let direction = Field<Double>.whiteNoise(seed: 5, over: model.particleGrid)
        let gradient = try gradient(model, objectives, at: noise, own)
        XCTAssertEqual(gradient.universe.differingWords, 0)
        XCTAssertEqual(
            gradient.universe.value, try loss(model, objectives, at: noise, own),
            accuracy: 1e-12 * abs(gradient.universe.value))
        let expected = try world.exactSum(count: noise.values.count, of: "gradient") {
            gradient.universe.noise.values.span[$0] * direction.values.span[$0]
        }
        XCTAssertNotEqual(expected, 0)
        let best = try bestDisagreement(with: expected, below: tolerance) { step in
            var moved = noise.copy(for: "noise")
            moved.mapPoints { x, y, z, value in
                value + step * direction.values.span[direction.offset(x: x, y: y, z: z)]
            }
            return try loss(model, objectives, at: moved, own)
        }
        XCTAssertLessThan(best, tolerance, name)
    }

    /// How far central differences are from a derivative, at the best of several steps or the first that is near enough.
    func bestDisagreement(
        with derivative: Double, below tolerance: Double, _ steps: [Double] = [1e-5, 1e-6, 1e-4, 1e-7],
        _ loss: (Double) throws -> Double
    ) rethrows -> Double {
        var best = Double.infinity
        for step in steps where best >= tolerance {
            let difference = (try loss(step) - loss(-step)) / (2 * step)
            best = min(best, abs(difference / derivative - 1))
        }
        return best
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
