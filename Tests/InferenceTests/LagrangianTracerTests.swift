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

/// Tracers weighted by the linear density where they began.
final class LagrangianTracerTests: SPMDTestCase {
    private let side = SIMD3(18, 20, 16)
    private let coefficients = SIMD4(0.9, 0.3, -0.4, 6.0)

    private func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, by integrator: any Integrator = FastPM(), on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            Box(particles: side, spacing: 8, mesh: side), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: integrator, observing: [0.6, 1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func tracers<Scalar: ParticleScalar>(
        _ coefficients: SIMD4<Double>, _ form: LagrangianTracerDensity<Scalar>.Form,
        seen sight: LagrangianTracerDensity<Scalar>.Sight, _ model: ForwardModel<Scalar>
    ) -> LagrangianTracerDensity<Scalar> {
        LagrangianTracerDensity(
            coefficients, form, seen: sight, on: model.layout.meshTransform, cell: model.box.cell)
    }

    /// Of a Gaussian, in real space; and of counts seen from a place, in blocks.
    private func comparisons<Scalar: ParticleScalar>(
        _ model: ForwardModel<Scalar>
    ) throws -> [Comparison<Scalar>] {
        var data = Field<Scalar>.whiteNoise(seed: 9, over: model.mesh)
        data.mapPoints { _, _, _, value in 1 + value }
        let real = tracers(coefficients, .linear, seen: .real, model)
        let along = tracers(coefficients, .exponential, seen: .axis(1), model)
        let far = try CellMeans(
            of: tracers(
                coefficients, .exponential, seen: .observer([61.0, 77, 83]), model), over: 2)
        guard case .mesh(let transform, _) = far.grid else { preconditionFailure("a mesh") }
        let selection: Field<Scalar> = RadialRedshiftSpaceTests.selection(over: transform.decomposition)
        let counts = RadialRedshiftSpaceTests.counts(behind: selection)
        return [
            Comparison(
                at: 0.6, real, bias: AmplitudeBias(1.1, above: 0),
                try GaussianLikelihood(
                    data: .mesh(data.copy(for: "test")), weights: nil, sigma: 0.7, on: real.grid)),
            Comparison(
                at: 1, along, bias: AmplitudeBias(0.9, above: 0.01),
                try GaussianLikelihood(data: .mesh(data), weights: nil, sigma: 0.8, on: along.grid)),
            Comparison(
                at: 1, far, bias: AmplitudeBias(1.3, above: 0.01),
                try PoissonLikelihood(
                    counts: .mesh(counts), selection: .mesh(selection), on: far.grid)),
        ]
    }

    /// Without coefficients it is the density of matter, wherever it is seen from; at the start of a universe of small waves
    /// tracers are `(1 + b₁) δ`.
    func testWithoutCoefficientsItIsTheDensityOfMatter() throws {
        for shape in gridShapes {
            let model = try model(Double.self, on: RankGrid(world: world, shape: shape))
            let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
            let (transform, cell) = (model.layout.meshTransform, model.box.cell)
            let pairs: [(any Observable<Double>, LagrangianTracerDensity<Double>)] = [
                (MatterDensity(on: transform, cell: cell), tracers(.zero, .linear, seen: .real, model)),
                (
                    RedshiftSpaceDensity(along: 2, on: transform, cell: cell),
                    tracers(.zero, .exponential, seen: .axis(2), model)
                ),
                (
                    RadialRedshiftSpaceDensity(from: [10, 20, 30], on: transform, cell: cell),
                    tracers(.zero, .linear, seen: .observer([10, 20, 30]), model)
                ),
            ]
            for (_, tracer) in pairs { try tracer.begin(at: noise, in: model, [0, 0, 0, 0]) }
            var evolution = try model.start(keeping: noise)
            try evolution.finish(observe: { observation, particles in
                let moment = Moment(at: observation.scaleFactor, in: model.cosmology)
                for (matter, tracer) in pairs {
                    let expected = try matter.predict(&particles, at: moment).takeField()
                    let found = try tracer.predict(&particles, at: moment).takeField()
                    found.forEachPoint { x, y, z, value in
                        XCTAssertEqual(value, expected[x, y, z], accuracy: 1e-9)
                    }
                }
            })
        }
    }

    func testASmallWaveIsOnePlusItsFirstCoefficient() throws {
        try XCTSkipIf(world.size > 1 && !Self.isLong, "gradients have the same bits on all ranks")
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let model = try ForwardModel<Double>(
            Box(particles: side, spacing: 8, mesh: side), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .first,
            following: EvolutionPlan(through: [0.5, 0.50001], by: FastPM(), observing: [0.5]),
            under: ForceKernel(named: "1_4")!, on: grid)
        let wave = 2 * Double.pi / Double(side.y)
        var noise = Field<Double>(model.particleGrid, ghosts: .none, for: "test")
        noise.mapPoints { _, y, _, _ in 1e-3 * cos(wave * Double(y)) }
        let square = (wave / 8) * (wave / 8)
        // A lattice that is displaced by ψ has the density −ψ′ sin(k h)/(k h) in cloud-in-cell, its weights all of theirs.
        let whole = wave / sin(wave)
        // b₂ and b_s are of second order; ∇²δ = −k² δ.
        for (coefficients, expected) in [
            (SIMD4(0.0, 0, 0, 0), 1.0), (SIMD4(1.5, 0, 0, 0), 1 + 1.5 * whole), (SIMD4(0, 2, 3, 0), 1),
            (SIMD4(0, 0, 0, 20), 1 - 20 * square * whole),
        ] {
            let tracer = tracers(coefficients, .linear, seen: .real, model)
            let matter = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
            try tracer.begin(at: noise, in: model, (0..<4).map { coefficients[$0] })
            var amplitudes: [Double] = []
            var evolution = try model.start(keeping: noise)
            try evolution.finish(observe: { observation, particles in
                let moment = Moment(at: observation.scaleFactor, in: model.cosmology)
                for observable in [matter, tracer] as [any Observable<Double>] {
                    var field = try observable.predict(&particles, at: moment).takeField()
                    field.mapPoints { _, y, _, value in (value - 1) * cos(wave * Double(y)) }
                    amplitudes.append(
                        try world.exactSum(count: field.values.count, of: "x") { field.values.span[$0] })
                }
            })
            XCTAssertEqual(amplitudes[1] / amplitudes[0], expected, accuracy: 2e-3, "\(coefficients)")
        }
    }

    func testModesCosmologyAndCoefficientsAgreeWithDifferences() throws {
        try XCTSkipIf(world.size > 1 && !Self.isLong, "gradients have the same bits on all ranks")
        for integrator in [FastPM(), BullFrog()] as [any Integrator] {
            let model = try model(
                Double.self, by: integrator, on: RankGrid(world: world, shape: gridShapes[0]))
            let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
            let all = try comparisons(model)
            for (number, comparison) in all.enumerated() {
                try assertDirectionalDerivative(model, [comparison], tolerance: 1e-6, "\(number)")
            }
            let own = all.flatMap(\.parameters).map(\.value)
            let gradient = try gradient(model, all, at: noise, own)
            for index in own.indices {
                XCTAssertNotEqual(gradient.own[index], 0)
                let best = try bestDisagreement(with: gradient.own[index], below: 1e-6, [1e-3, 1e-4, 1e-5]) {
                    step in
                    var moved = own
                    moved[index] += step
                    return try loss(model, all, at: noise, moved)
                }
                XCTAssertLessThan(best, 1e-6, "own \(index)")
            }
            for parameter in sample(of: CosmologyParameter.allCases) + [.omegaMatter] {
                let scale = model.cosmology.parameters[parameter]
                let derivative = gradient.universe.parameters[parameter] * scale
                let best = try bestDisagreement(with: derivative, below: 1e-5, [1e-6, 1e-5, 1e-7, 1e-8]) {
                    step in
                    var moved = model.cosmology.parameters
                    moved[parameter] = scale * (1 + step)
                    return try loss(model.with(moved), all, at: noise, own)
                }
                XCTAssertLessThan(best, 1e-5, moved(parameter))
            }
        }
    }

    private func moved(_ parameter: CosmologyParameter) -> String {
        CosmologyParameters.simpleLCDM.name(of: parameter)
    }

    private func fingerprint<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> [UInt64]
    {
        let model = try model(scalar, on: grid)
        let all = try comparisons(model)
        let found = try gradient(
            model, all, at: .whiteNoise(seed: 4, over: model.particleGrid),
            all.flatMap(\.parameters).map(\.value))
        XCTAssertEqual(found.universe.differingWords, 0)
        return fingerprint(found.universe) + found.own.map(\.bitPattern)
    }

    func testTheSameBitsOnAnyRankGrid() throws {
        try assertSameBits { try fingerprint(Float.self, on: $0) }
        try assertSameBits { try fingerprint(Double.self, on: $0) }
    }
}
