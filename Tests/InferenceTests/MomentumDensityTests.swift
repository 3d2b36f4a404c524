import Background
import Dynamics
import Foundation
import Gravity
import Inference
import InitialConditions
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// The component of the momentum density along an axis.
final class MomentumDensityTests: SPMDTestCase {
    private let side = SIMD3(18, 20, 16)

    private func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, _ universe: CosmologyParameters = .simpleLCDM, on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            Box(particles: side, spacing: 8, mesh: side), in: (universe, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: FastPM(), observing: [0.6, 1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func observable<Scalar: ParticleScalar>(along axis: Int, _ model: ForwardModel<Scalar>)
        -> MomentumDensity<Scalar>
    {
        MomentumDensity(along: axis, on: model.layout.meshTransform, cell: model.box.cell)
    }

    private func comparison<Scalar: ParticleScalar>(
        along axis: Int, at a: Double, _ model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let observable = observable(along: axis, model)
        var data = Field<Scalar>.whiteNoise(seed: 9, over: model.mesh)
        data.mapPoints { _, _, _, value in 3 * value }
        return Comparison(
            at: a, observable,
            try GaussianLikelihood(data: .mesh(data), weights: nil, sigma: 2, on: observable.grid))
    }

    /// Particle 0 at (7.25, 3, 15.125) cells, across the end of z, with p = (3, −5, 7); particle 1 at rest elsewhere.
    private func checkOneParticle<Scalar: ParticleScalar>(_ scalar: Scalar.Type, _ accuracy: Double) throws {
        for shape in gridShapes {
            let model = try model(scalar, on: RankGrid(world: world, shape: shape))
            let units = StateUnits(box: model.box.size, momentumExponent: 4 - Scalar.Momentum.bitWidth)
            let places: [SIMD3<Double>] = [[7.25, 3, 15.125], [2, 11, 4]]
            let momenta: [SIMD3<Double>] = [[3, -5, 7], [0, 0, 0]]
            var particles = ParticleSet<Scalar>(
                model.mesh, units: units, count: world.isRoot ? 2 : 0, totalCount: 2)
            if world.isRoot {
                for particle in 0..<2 {
                    for axis in 0..<3 {
                        var words = particles.position[axis].mutableSpan
                        words[particle] = units.position(at: places[particle][axis] * 8, along: axis)
                        var speeds = particles.momentum[axis].mutableSpan
                        speeds[particle] = units.momentum(of: momenta[particle][axis])!
                    }
                    particles.index[particle] = particle
                }
            }
            particles.route()
            // 1/(a² E(a)) of Ω_m = 0.3, flat.
            let a = 0.5
            let factor = 1 / (a * a * (0.3 / (a * a * a) + 0.7).squareRoot())
            for axis in 0..<3 {
                let field = try observable(along: axis, model).predict(
                    &particles, at: Moment(at: a, in: model.cosmology)
                ).takeField()
                let whole = factor * momenta[0][axis] * Double(18 * 20 * 16) / 2
                field.forEachPoint { x, y, z, value in
                    let shareX = x == 7 ? 0.75 : x == 8 ? 0.25 : 0
                    let shareZ = z == 15 ? 0.875 : z == 0 ? 0.125 : 0
                    let expected = y == 3 ? whole * shareX * shareZ : 0
                    XCTAssertEqual(Double(value), expected, accuracy: accuracy * abs(whole))
                }
            }
        }
    }

    func testOneParticleSharesItsMomentumAsComputedByHand() throws {
        try checkOneParticle(Float.self, 1e-6)
        try checkOneParticle(Double.self, 1e-11)
    }

    /// Σ π(c) = M/N s Σ p, at observations as they come; a weight of 1 gives the density.
    func testTheSumIsThatOfTheParticles() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let observables = (0..<3).map { observable(along: $0, model) }
        var evolution = try model.start(from: .whiteNoise(seed: 4, over: model.particleGrid))
        var seen = 0
        try evolution.finish(observe: { observation, particles in
            seen += 1
            let moment = Moment(at: observation.scaleFactor, in: model.cosmology)
            let a = observation.scaleFactor
            let factor = 1 / (a * a * model.cosmology.expansionRate(at: a).value)
            for axis in 0..<3 {
                let cells = try observables[axis].predict(&particles, at: moment)
                let sum = try cells.sum(of: "momentum density") { $0 }
                let units = particles.units
                let (words, count) = (particles.momentum[axis].span, particles.count)
                let expected = try world.exactSum(count: count, of: "p") { units.momentum(words[$0]) }
                let size = try world.exactSum(count: count, of: "p") { abs(units.momentum(words[$0])) }
                XCTAssertGreaterThan(size, 0)
                XCTAssertEqual(sum, factor * expected, accuracy: 1e-13 * factor * size)
            }
            let ones = try particles.weightedDensity(of: "ones") { _ in 1 }
            let density = try particles.relativeDensity()
            density.forEachPoint { x, y, z, value in
                XCTAssertEqual(ones[x, y, z], value, accuracy: 1e-12)
            }
        })
        XCTAssertEqual(seen, 2)
    }

    /// Data of mean 0, which a density would be warned of.
    func testTheMeanOfItsDataMayBeAny() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let momenta = try comparison(along: 0, at: 1, model)
        XCTAssertEqual(momenta.remarks.count, 1)
        let density = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
        XCTAssertEqual(Comparison(at: 1, density, momenta.likelihood).remarks.count, 2)
    }

    func testTheGradientAgreesWithDifferences() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        for axis in 0..<3 {
            try assertDirectionalDerivative(
                model, [comparison(along: axis, at: axis == 1 ? 0.6 : 1, model)], tolerance: 1e-6,
                "axis \(axis)")
        }
    }

    func testParametersOfCosmologyAgreeWithDifferences() throws {
        try leaveToTestsOfBits()
        var universe = CosmologyParameters.simpleLCDM
        (universe.omegaCurvature, universe.w0, universe.wa) = (0.04, -0.9, 0.15)
        let model = try model(
            Double.self, universe, on: RankGrid(world: world, shape: gridShapes[0]))
        let objectives: [any Objective<Double>] = [try comparison(along: 2, at: 0.6, model)]
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        let gradient = try gradient(model, objectives, at: noise)
        for parameter in CosmologyParameter.allCases {
            let scale = universe[parameter]
            let derivative = gradient.universe.parameters[parameter] * scale
            XCTAssertNotEqual(derivative, 0)
            let best = try bestDisagreement(with: derivative, below: 1e-5, [1e-6, 1e-5, 1e-7, 1e-8]) { step in
                var moved = universe
                moved[parameter] = scale * (1 + step)
                return try loss(model.with(moved), objectives, at: noise)
            }
            XCTAssertLessThan(best, 1e-5, universe.name(of: parameter))
        }
    }

    private func fingerprint<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> [UInt64]
    {
        let model = try model(scalar, on: grid)
        let objectives: [any Objective<Scalar>] = try (0..<3).map {
            try comparison(along: $0, at: $0 == 1 ? 0.6 : 1, model)
        }
        let found = try gradient(model, objectives, at: .whiteNoise(seed: 4, over: model.particleGrid))
        XCTAssertEqual(found.universe.differingWords, 0)
        return fingerprint(found.universe)
    }

    func testTheSameBitsOnAnyRankGrid() throws {
        try assertSameBits { try fingerprint(Float.self, on: $0) }
        try assertSameBits { try fingerprint(Double.self, on: $0) }
    }
}
