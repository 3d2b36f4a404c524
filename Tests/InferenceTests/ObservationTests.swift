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

/// Redshift space, biased tracers, counts, and several objectives at several times.
final class ObservationTests: SPMDTestCase {
    private let side = SIMD3(18, 20, 16)
    private let times = [0.1, 0.3, 0.6, 1]

    private func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, _ universe: CosmologyParameters = .simpleLCDM, observing: [Double] = [1],
        on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            Box(particles: side, spacing: 8, mesh: side), in: (universe, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: times, by: FastPM(), observing: observing),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func field<Scalar: ParticleScalar>(
        seed: UInt64, over mesh: Decomposition, _ body: (Scalar) -> Scalar
    ) -> Field<Scalar> {
        var field = Field<Scalar>.whiteNoise(seed: seed, over: mesh)
        field.mapPoints { _, _, _, value in body(value) }
        return field
    }

    private func redshiftSpace<Scalar: ParticleScalar>(
        along axis: Int, at a: Double = 1, _ model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let observable = RedshiftSpaceDensity(
            along: axis, on: model.layout.meshTransform, cell: model.box.cell)
        let data = field(seed: 9, over: model.mesh) { (value: Scalar) in 1 + value / 2 }
        return Comparison(
            at: a, observable,
            try GaussianLikelihood(data: .mesh(data), weights: nil, sigma: 0.7, on: observable.grid))
    }

    /// Counts with a mask, of tracers with a bias.
    private func counts<Scalar: ParticleScalar>(
        at a: Double = 1, _ model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let observable = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
        let selection = field(seed: 10, over: model.mesh) { (value: Scalar) in value < -0.5 ? 0 : 1 + value }
        var counts = field(seed: 11, over: model.mesh) { (value: Scalar) in (value * value).rounded() }
        let seen = selection.copy(for: "test")
        counts.mapPoints { x, y, z, value in
            seen.values.span[seen.offset(x: x, y: y, z: z)] > 0 ? value : 0
        }
        return Comparison(
            at: a, observable, bias: PowerLawBias(amplitude: 0.8, exponent: 1.3),
            try PoissonLikelihood(counts: .mesh(counts), selection: .mesh(selection), on: observable.grid))
    }

    func testRedshiftSpaceAndCountsAgreeWithDifferences() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        for axis in 0..<3 {
            try assertDirectionalDerivative(
                model, [redshiftSpace(along: axis, model)], tolerance: 1e-6, "redshift space along \(axis)")
        }
        try assertDirectionalDerivative(model, [counts(model)], tolerance: 1e-6, "counts")
    }

    func testObjectivesAtSeveralTimesAddUpAndAgreeWithDifferences() throws {
        let model = try model(
            Double.self, observing: [0.6, 1], on: RankGrid(world: world, shape: gridShapes[0]))
        let early = try redshiftSpace(along: 1, at: 0.6, model)
        let late = try counts(model)
        try assertDirectionalDerivative(model, [late, early], tolerance: 1e-6, "two times")
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        let own = late.parameters.map(\.value)
        let both = try gradient(model, [late, early], at: noise, own)
        let first = try gradient(model, [late], at: noise, own)
        let second = try gradient(model, [early], at: noise)
        XCTAssertEqual(both.universe.value, first.universe.value + second.universe.value)
        XCTAssertEqual(both.universe.value, try loss(model, [late, early], at: noise, own))
        XCTAssertEqual(both.own, first.own)
        for parameter in CosmologyParameter.allCases {
            let sum = first.universe.parameters[parameter] + second.universe.parameters[parameter]
            XCTAssertEqual(both.universe.parameters[parameter], sum, accuracy: 1e-9 * abs(sum))
        }
    }

    func testParametersOfCosmologyAndBiasAgreeWithDifferences() throws {
        try leaveToTestsOfBits()
        let grid = RankGrid(world: world, shape: gridShapes[0])
        var universe = CosmologyParameters.simpleLCDM
        (universe.omegaCurvature, universe.w0, universe.wa) = (0.04, -0.9, 0.15)
        let model = try model(Double.self, universe, observing: [0.6, 1], on: grid)
        let objectives: [any Objective<Double>] = [
            try redshiftSpace(along: 2, at: 0.6, model), try counts(model),
        ]
        let own = objectives.flatMap(\.parameters).map(\.value)
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        let gradient = try gradient(model, objectives, at: noise, own)
        for parameter in CosmologyParameter.allCases {
            let scale = universe[parameter]
            let derivative = gradient.universe.parameters[parameter] * scale
            XCTAssertNotEqual(derivative, 0)
            let best = try bestDisagreement(with: derivative, below: 1e-6, [1e-6, 1e-5, 1e-7, 1e-8]) { step in
                var moved = universe
                moved[parameter] = scale * (1 + step)
                return try loss(model.with(moved), objectives, at: noise, own)
            }
            XCTAssertLessThan(best, 1e-6, universe.name(of: parameter))
        }
        for index in own.indices {
            let best = try bestDisagreement(with: gradient.own[index], below: 1e-8, [1e-3, 1e-4, 1e-5]) {
                step in
                var moved = own
                moved[index] += step
                return try loss(model, objectives, at: noise, moved)
            }
            XCTAssertLessThan(best, 1e-8, "own parameter \(index)")
        }
    }

    private func fingerprint<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> [UInt64]
    {
        let model = try model(scalar, observing: [0.6, 1], on: grid)
        let objectives: [any Objective<Scalar>] =
            try (0..<3).map { try redshiftSpace(along: $0, at: $0 == 1 ? 0.6 : 1, model) } + [counts(model)]
        let found = try gradient(
            model, objectives, at: .whiteNoise(seed: 4, over: model.particleGrid), [0.8, 1.3])
        XCTAssertEqual(found.universe.differingWords, 0)
        return fingerprint(found.universe) + found.own.map(\.bitPattern)
    }

    func testTheSameBitsOnAnyRankGrid() throws {
        try assertSameBits { try fingerprint(Float.self, on: $0) }
        try assertSameBits { try fingerprint(Double.self, on: $0) }
    }

    /// The redshift-space density of a small linear wave along the line of sight is 1 + f times the real one.
    func testALinearWaveIsEnhancedByTheGrowthRate() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        for axis in 0..<3 {
            let model = try ForwardModel<Double>(
                Box(particles: side, spacing: 8, mesh: side), in: (.simpleLCDM, .eisensteinHu),
                startingWith: .first,
                following: EvolutionPlan(through: [0.5, 0.50001], by: FastPM(), observing: [0.5]),
                under: ForceKernel(named: "1_4")!, on: grid)
            // One mode of the noise alone, a wave along the axis.
            var noise = Field<Double>(model.particleGrid, ghosts: .none, for: "test")
            let wave = 2 * Double.pi / Double(side[axis])
            noise.mapPoints { x, y, z, _ in 1e-3 * cos(wave * Double([x, y, z][axis])) }
            let real = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
            let shifted = RedshiftSpaceDensity(
                along: axis, on: model.layout.meshTransform, cell: model.box.cell)
            var amplitudes: [Double] = []
            var evolution = try model.start(keeping: noise)
            try evolution.finish(observe: { observation, particles in
                let moment = Moment(at: observation.scaleFactor, in: model.cosmology)
                for observable in [real, shifted] as [any Observable<Double>] {
                    let cells = try observable.predict(&particles, at: moment)
                    let field = cells.takeField()
                    var sum = 0.0
                    field.forEachPoint { x, y, z, value in
                        sum += (value - 1) * cos(wave * Double([x, y, z][axis]))
                    }
                    amplitudes.append(
                        world.sum([Int128(sum * 0x1p60)]).map { Double($0) * 0x1p-60 }[0])
                }
            })
            let growth = growthFactors(at: [0.5], model.cosmology)[0]
            let rate = growth.d1Prime.value / growth.d1.value
            XCTAssertEqual(amplitudes[1] / amplitudes[0], 1 + rate, accuracy: 2e-3, "axis \(axis)")
        }
    }

    func testPoissonOfKnownCells() throws {
        let grid = CellGrid<Double>.plane(PixelPlane(across: 2, shape: [1, 3]), pixel: [1, 1])
        let likelihood = try PoissonLikelihood<Double>(
            counts: .plane([2, 0, 0]), selection: .plane([0.5, 1, 0]), on: grid)
        XCTAssertEqual(likelihood.cellCount, 2)
        // λ = 3 and 0.7: 3 − 2 − 2 ln(3/2) + 0.7
        XCTAssertEqual(
            try likelihood.value(of: .plane([6, 0.7, 9])), 1 - 2 * log(1.5) + 0.7, accuracy: 1e-15)
        let slopes = try likelihood.evaluate(.plane([6, 0.7, 9])).takeCotangent().pixels
        XCTAssertEqual(slopes[0], 0.5 - 2.0 / 6, accuracy: 1e-15)
        XCTAssertEqual(Array(slopes[1...]), [1, 0])
    }

    func testCountsThatCannotBeUsedAreRefused() {
        let grid = CellGrid<Double>.plane(PixelPlane(across: 2, shape: [1, 2]), pixel: [1, 1])
        func make(_ counts: [Double], _ selection: [Double]?) throws {
            _ = try PoissonLikelihood<Double>(
                counts: .plane(counts), selection: selection.map { .plane($0) }, on: grid)
        }
        assertThrowsEverywhere("objective.data holds negative numbers") { try make([1, -1], nil) }
        assertThrowsEverywhere("objective.data holds NaN") { try make([1, .nan], nil) }
        assertThrowsEverywhere("counts where objective.weights is 0 (1 cells)") { try make([1, 1], [1, 0]) }
        assertThrowsEverywhere("objective.weights holds negative") { try make([1, 1], [1, -1]) }
    }
}
