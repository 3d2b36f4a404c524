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

/// Redshifts along lines of sight from an observer, and observations coarser than gravity.
final class RadialRedshiftSpaceTests: SPMDTestCase {
    private let side = SIMD3(18, 20, 16)
    private let observer = SIMD3(61.0, 77, 83)

    private func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, _ universe: CosmologyParameters = .simpleLCDM,
        by integrator: any Integrator = FastPM(), on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            Box(particles: side, spacing: 8, mesh: side), in: (universe, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: integrator, observing: [0.6, 1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func radial<Scalar: ParticleScalar>(
        from observer: SIMD3<Double>, _ model: ForwardModel<Scalar>
    ) -> RadialRedshiftSpaceDensity<Scalar> {
        RadialRedshiftSpaceDensity(
            from: observer, on: model.layout.meshTransform, cell: model.box.cell)
    }

    /// 0 in the outermost cells and behind a mask.
    static func selection<Scalar: ParticleScalar>(over mesh: Decomposition) -> Field<Scalar> {
        var field = Field<Scalar>.whiteNoise(seed: 10, over: mesh)
        let most = mesh.shape &- 1
        field.mapPoints { x, y, z, value in
            let isBorder = x == 0 || y == 0 || z == 0 || x == most.x || y == most.y || z == most.z
            return isBorder || value < -0.5 ? 0 : 1 + value / 2
        }
        return field
    }

    /// Whole numbers where something is seen.
    static func counts<Scalar: ParticleScalar>(
        behind selection: borrowing Field<Scalar>, seed: UInt64 = 11
    ) -> Field<Scalar> {
        var field = Field<Scalar>.whiteNoise(seed: seed, over: selection.decomposition)
        field.mapPoints { x, y, z, value in
            selection.values.span[selection.offset(x: x, y: y, z: z)] > 0 ? (2 * value * value).rounded() : 0
        }
        return field
    }

    private func survey<Scalar: ParticleScalar>(
        at a: Double, over factor: Int, _ model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let fine = radial(from: observer, model)
        let observable: any Observable<Scalar> = factor == 1 ? fine : try CellMeans(of: fine, over: factor)
        guard case .mesh(let transform, _) = observable.grid else { preconditionFailure("a mesh") }
        let selection: Field<Scalar> = Self.selection(over: transform.decomposition)
        let counts = Self.counts(behind: selection)
        return Comparison(
            at: a, observable, bias: PowerLawBias(amplitude: 0.8, exponent: 1.3),
            try PoissonLikelihood(counts: .mesh(counts), selection: .mesh(selection), on: observable.grid))
    }

    // MARK: By hand

    /// Particle 0 at r = (24, 32, 0) from the observer with p = (5, 0, 7), so n = (0.6, 0.8, 0) and α = 3.
    func testOneParticleIsShiftedAlongItsLineOfSight() throws {
        for shape in gridShapes {
            let model = try model(Double.self, on: RankGrid(world: world, shape: shape))
            let units = StateUnits(box: model.box.size, momentumExponent: -59)
            var particles = ParticleSet<Double>(
                model.mesh, units: units, count: world.isRoot ? 1 : 0, totalCount: 1)
            if world.isRoot {
                let (place, speed) = (observer + SIMD3(24.0, 32, 0), SIMD3(5.0, 0, 7))
                for axis in 0..<3 {
                    var words = particles.position[axis].mutableSpan
                    words[0] = units.position(at: place[axis], along: axis)
                    var momenta = particles.momentum[axis].mutableSpan
                    momenta[0] = units.momentum(of: speed[axis])!
                }
                particles.index[0] = 0
            }
            particles.route()
            let before = particles.checksum()
            let a = 0.5
            let shift = 3 / (a * a * (0.3 / (a * a * a) + 0.7).squareRoot())
            let seen = (observer + SIMD3(24, 32, 0) + shift * SIMD3(0.6, 0.8, 0)) / 8
            let field = try radial(from: observer, model).predict(
                &particles, at: Moment(at: a, in: model.cosmology)
            ).takeField()
            field.forEachPoint { x, y, z, value in
                let away = SIMD3(Double(x), Double(y), Double(z)) - seen
                let shares = (0..<3).map { max(0, 1 - abs(away[$0])) }
                let expected = Double(18 * 20 * 16) * shares[0] * shares[1] * shares[2]
                XCTAssertEqual(value, expected, accuracy: 1e-8)
            }
            XCTAssertEqual(particles.checksum(), before, "the particles stay as they are")
        }
    }

    func testMeansAndTheirTransposeAreThoseOfBlocks() throws {
        for shape in gridShapes {
            let model = try model(Double.self, on: RankGrid(world: world, shape: shape))
            let density = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
            let means = try CellMeans(of: density, over: 2)
            var field = Field<Double>(model.mesh, ghosts: .none, for: "test")
            field.mapPoints { x, y, z, _ in Double(10_000 * x + 100 * y + z * z) }
            let coarse = means.means(of: field)
            XCTAssertEqual(coarse.decomposition.shape, [9, 10, 8])
            coarse.forEachPoint { x, y, z, value in
                let squares = Double(4 * z * z + (2 * z + 1) * (2 * z + 1)) / 2
                XCTAssertEqual(
                    value, 10_000 * (2 * Double(x) + 0.5) + 100 * (2 * Double(y) + 0.5) + squares,
                    accuracy: 1e-9)
            }
            // ⟨M x, y⟩ = ⟨x, Mᵀ y⟩
            let fine = Field<Double>.whiteNoise(seed: 1, over: model.mesh)
            let other = Field<Double>.whiteNoise(seed: 2, over: coarse.decomposition)
            let down = means.means(of: fine.copy(for: "test"))
            let up = means.shares(of: other.copy(for: "test"))
            let first = try world.exactSum(count: down.values.count, of: "x") {
                down.values.span[$0] * other.values.span[$0]
            }
            let second = try world.exactSum(count: fine.values.count, of: "x") {
                fine.values.span[$0] * up.values.span[$0]
            }
            XCTAssertNotEqual(first, 0)
            XCTAssertEqual(first, second, accuracy: 1e-13 * abs(first))
        }
    }

    // MARK: Limits

    /// Far away along an axis all lines of sight are that axis; a wave along it is enhanced by the growth rate.
    func testFarAwayItIsThePlaneParallelOne() throws {
        try XCTSkipIf(world.size > 1 && !Self.isLong, "gradients have the same bits on all ranks")
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let middle = model.box.size / 2
        for axis in 0..<3 {
            let plane = RedshiftSpaceDensity(
                along: axis, on: model.layout.meshTransform, cell: model.box.cell)
            var largest: [Double] = []
            for distance in [1e4, 1e6] {
                var place = middle
                place[axis] -= distance
                let far = radial(from: place, model)
                var evolution = try model.start(from: .whiteNoise(seed: 4, over: model.particleGrid))
                try evolution.finish(observe: { observation, particles in
                    guard observation.scaleFactor == 1 else { return }
                    let moment = Moment(at: 1, in: model.cosmology)
                    var difference = try far.predict(&particles, at: moment).takeField()
                    let expected = try plane.predict(&particles, at: moment).takeField()
                    difference.mapPoints { x, y, z, value in value - expected[x, y, z] }
                    largest.append(
                        world.maximum(
                            difference.values.span.indices.reduce(0) {
                                max($0, abs(difference.values.span[$1]))
                            }))
                })
            }
            XCTAssertGreaterThan(largest[0], 0)
            XCTAssertEqual(largest[1] / largest[0], 0.01, accuracy: 0.002, "it falls with the distance")
            XCTAssertLessThan(largest[1], 1e-3)
        }
    }

    /// A small spherical wave about the observer: to first order δ_s = δ + f ∂(r² u)/∂r / r², u = ψ_r, here of a wave along the
    /// diagonal that is seen from far away, where it is enhanced by 1 + f.
    func testALinearWaveAlongTheLineOfSightIsEnhancedByTheGrowthRate() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let cube = SIMD3(repeating: 16)
        guard Decomposition.fits(cube, on: gridShapes[0]) else { return }
        let model = try ForwardModel<Double>(
            Box(particles: cube, spacing: 8, mesh: cube), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .first,
            following: EvolutionPlan(through: [0.5, 0.50001], by: FastPM(), observing: [0.5]),
            under: ForceKernel(named: "1_4")!, on: grid)
        let wave = 2 * Double.pi / 16
        var noise = Field<Double>(model.particleGrid, ghosts: .none, for: "test")
        noise.mapPoints { x, y, z, _ in 1e-3 * cos(wave * Double(x + y + z)) }
        let real = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
        let seen = radial(from: SIMD3(repeating: 64 - 1e6), model)
        var amplitudes: [Double] = []
        var evolution = try model.start(keeping: noise)
        try evolution.finish(observe: { observation, particles in
            let moment = Moment(at: observation.scaleFactor, in: model.cosmology)
            for observable in [real, seen] as [any Observable<Double>] {
                var field = try observable.predict(&particles, at: moment).takeField()
                field.mapPoints { x, y, z, value in (value - 1) * cos(wave * Double(x + y + z)) }
                amplitudes.append(
                    try world.exactSum(count: field.values.count, of: "x") { field.values.span[$0] })
            }
        })
        let growth = growthFactors(at: [0.5], model.cosmology)[0]
        let rate = growth.d1Prime.value / growth.d1.value
        XCTAssertEqual(amplitudes[1] / amplitudes[0], 1 + rate, accuracy: 3e-3)
    }

    // MARK: Derivatives

    func testTheGradientAgreesWithDifferences() throws {
        try XCTSkipIf(world.size > 1 && !Self.isLong, "gradients have the same bits on all ranks")
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        try assertDirectionalDerivative(model, [survey(at: 1, over: 1, model)], tolerance: 1e-6, "radial")
        try assertDirectionalDerivative(
            model, [survey(at: 0.6, over: 2, model)], tolerance: 1e-6, "radial, blocks of 2")
    }

    func testParametersOfCosmologyAgreeWithDifferences() throws {
        try XCTSkipIf(world.size > 1 && !Self.isLong, "gradients have the same bits on all ranks")
        var universe = CosmologyParameters.simpleLCDM
        (universe.omegaCurvature, universe.w0, universe.wa) = (0.04, -0.9, 0.15)
        for integrator in [FastPM(), BullFrog()] as [any Integrator] {
            let model = try model(
                Double.self, universe, by: integrator, on: RankGrid(world: world, shape: gridShapes[0]))
            let objectives: [any Objective<Double>] = [try survey(at: 0.6, over: 2, model)]
            let own = objectives.flatMap(\.parameters).map(\.value)
            let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
            let gradient = try gradient(model, objectives, at: noise, own)
            XCTAssertEqual(gradient.universe.differingWords, 0)
            for parameter in sample(of: CosmologyParameter.allCases) + [.omegaMatter] {
                let scale = universe[parameter]
                let derivative = gradient.universe.parameters[parameter] * scale
                XCTAssertNotEqual(derivative, 0)
                let best = try bestDisagreement(with: derivative, below: 1e-5, [1e-6, 1e-5, 1e-7, 1e-8]) {
                    step in
                    var moved = universe
                    moved[parameter] = scale * (1 + step)
                    return try loss(model.with(moved), objectives, at: noise, own)
                }
                XCTAssertLessThan(best, 1e-5, universe.name(of: parameter))
            }
        }
    }

    private func fingerprint<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> [UInt64]
    {
        let model = try model(scalar, on: grid)
        let objectives: [any Objective<Scalar>] = [
            try survey(at: 0.6, over: 1, model), try survey(at: 1, over: 2, model),
        ]
        let found = try gradient(
            model, objectives, at: .whiteNoise(seed: 4, over: model.particleGrid), [0.8, 1.3, 0.8, 1.3])
        XCTAssertEqual(found.universe.differingWords, 0)
        return fingerprint(found.universe) + found.own.map(\.bitPattern)
    }

    func testTheSameBitsOnAnyRankGrid() throws {
        try assertSameBits { try fingerprint(Float.self, on: $0) }
        try assertSameBits { try fingerprint(Double.self, on: $0) }
    }

    // MARK: What is refused

    func testASelectionThatReachesTheFacesIsRefused() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let mesh = try Decomposition(shape: side, over: grid)
        let selection: Field<Double> = Self.selection(over: mesh)
        try RadialPadding.require(in: selection, named: "objective.selection")
        var wide = selection.copy(for: "test")
        wide.mapPoints { x, y, z, value in x == 5 && y == 19 && z == 3 ? 0.5 : value }
        assertThrowsEverywhere("objective.selection is not 0 at [5, 19, 3]; with axis: radial the outermost")
        {
            try RadialPadding.require(in: wide, named: "objective.selection")
        }
        var near = selection.copy(for: "test")
        near.mapPoints { x, y, z, value in
            [x, y, z] == [7, 9, 10] ? 1 : [x, y, z] == [8, 9, 10] ? 0 : value
        }
        let beside = RadialPadding.warning(in: near, beside: [7.25, 9.5, 10], named: "objective.selection")
        XCTAssertEqual(
            beside?.hasPrefix("warning: objective.selection is not 0 at [7, 9, 10], beside the observer"),
            true)
        near.mapPoints { x, y, z, value in abs(x - 7) < 2 && abs(y - 9) < 2 ? 0 : value }
        XCTAssertNil(RadialPadding.warning(in: near, beside: [7.25, 9.5, 10], named: "x"))
    }
}
