import Background
import Dynamics
import Foundation
import Gravity
import Inference
import InitialConditions
import Measurement
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// A small survey of a known universe: two tracers with biases of their own, seen along lines of sight from an observer inside
/// the box, behind a mask and fading with distance, counted in blocks of the force mesh.
struct MockSurvey<Scalar: ParticleScalar> {
    static var observer: SIMD3<Double> { [121, 118, 126] }

    let model: ForwardModel<Scalar>
    let observable: CellMeans<Scalar>
    /// S of both tracers.
    let selections: [KeptCells]

    /// Fields cannot stand in an array.
    final class KeptCells {
        let field: Field<Scalar>
        init(_ field: consuming Field<Scalar>) { self.field = field }
    }

    /// A tracer's bias and what is known of it before.
    struct Tracer {
        let amplitude: Double
        let exponent: Double
    }

    init(side: Int, spacing: Double, on world: Communicator) throws {
        let grid = RankGrid(world: world, shape: RankGrid.shapes(for: world.size)[0])
        model = try ForwardModel(
            Box(particles: SIMD3(repeating: side), spacing: spacing, mesh: SIMD3(repeating: side)),
            in: (.simpleLCDM, .eisensteinHu), startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.4, 0.7, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: grid)
        observable = try CellMeans(
            of: RadialRedshiftSpaceDensity(
                from: Self.observer, on: model.layout.meshTransform, cell: model.box.cell), over: 2)
        guard case .mesh(let transform, let cell) = observable.grid else { preconditionFailure("a mesh") }
        selections = [110.0, 160].map { depth in
            var field = Field<Scalar>(transform.decomposition, ghosts: .none, for: "test")
            let last = transform.decomposition.shape.x - 1
            field.mapPoints { x, y, z, _ in
                guard min(x, y, z) > 0, max(x, y, z) < last else { return 0 }
                let ray = SIMD3(Double(x), Double(y), Double(z)) * cell + cell / 4 - Self.observer
                let distance = (ray * ray).sum().squareRoot()
                // Half the sky is behind a mask, and the observer's surroundings are empty.
                guard distance > 1.8 * cell, ray.z < 0.2 * distance else { return 0 }
                return Scalar(exp(-distance * distance / (depth * depth)))
            }
            return KeptCells(field)
        }
    }

    /// Whether anything is seen at a point of the particle grid.
    func isSeen(_ x: Int, _ y: Int, _ z: Int) -> Bool { selections[1].field[x / 2, y / 2, z / 2] > 0 }

    /// Expected numbers of a universe.
    func density(of noise: borrowing Field<Scalar>) throws -> Field<Scalar> {
        var evolution = try model.start(keeping: noise)
        var density: Field<Scalar>?
        try evolution.finish(observe: { _, particles in
            density = try observable.predict(&particles, at: Moment(at: 1, in: model.cosmology)).takeField()
        })
        return density.take()!
    }

    /// Poisson variates of a bias of the density.
    func counts(
        of density: borrowing Field<Scalar>, _ which: Int, seed: UInt64, _ bias: (Double) -> Double
    ) -> Field<Scalar> {
        var counts = density.copy(for: "test")
        let shape = counts.decomposition.shape
        counts.mapPoints { x, y, z, value in
            let mean = Double(selections[which].field[x, y, z]) * bias(Double(value))
            let word = RandomBits.words(
                seed: seed, from: UInt64((x * shape.y + y) * shape.z + z), count: 1)[0]
            var (count, term, uniform) = (0, exp(-mean), (Double(word) + 0.5) * 0x1p-32)
            while uniform > term, count < 10_000 {
                uniform -= term
                count += 1
                term *= mean / Double(count)
            }
            return Scalar(count)
        }
        return counts
    }

    func comparison(
        _ counts: consuming Field<Scalar>, _ which: Int, by bias: any BiasModel<Scalar>
    ) throws -> Comparison<Scalar> {
        Comparison(
            at: 1, observable, bias: bias,
            try PoissonLikelihood(
                counts: .mesh(counts), selection: .mesh(selections[which].field.copy(for: "test")),
                on: observable.grid, named: "objective[\(which)]", selectedBy: "selection"))
    }

    /// Correlations of the smoothed linear fields of two universes, where something is seen and where nothing is.
    func correlations(
        _ first: borrowing Field<Scalar>, _ second: borrowing Field<Scalar>, smoothedBy radius: Double
    ) throws -> (seen: Double, unseen: Double) {
        let transform = FourierTransform<Scalar>(model.particleGrid)
        let tables = (0..<3).map { axis in
            Wavenumbers(along: axis, of: model.box.particles).phases.map { phase in
                let wave = phase * radius / model.box.spacing
                return exp(-wave * wave / 2)
            }
        }
        let filter = SpectralMultiplier(factors: .init(x: tables[0], y: tables[1], z: tables[2]))
        let one = transform.filter(
            model.linearDensity(of: model.linearModes(of: first)), by: filter, ghosts: .none)
        let other = transform.filter(
            model.linearDensity(of: model.linearModes(of: second)), by: filter, ghosts: .none)
        var sums = [[Double]](repeating: [0, 0, 0], count: 2)
        one.forEachPoint { x, y, z, value in
            let (a, b) = (Double(value), Double(other[x, y, z]))
            let part = isSeen(x, y, z) ? 0 : 1
            for (index, term) in [a * b, a * a, b * b].enumerated() { sums[part][index] += term }
        }
        let world = model.mesh.grid.world
        let totals = sums.map { part in world.sum(part.map { Int128($0 * 0x1p40) }).map { Double($0) } }
        let found = totals.map { $0[0] / ($0[1] * $0[2]).squareRoot() }
        return (found[0], found[1])
    }
}

/// What a survey says of the universe that it was made in.
final class MockSurveyTests: SPMDTestCase {
    override class var timeLimit: UInt32 { 3600 }
    private typealias Survey = MockSurvey<Float>

    private let tracers = [
        Survey.Tracer(amplitude: 8, exponent: 1.1), Survey.Tracer(amplitude: 3, exponent: 1.7),
    ]

    private func bias(_ tracer: Survey.Tracer) -> (Double) -> Double {
        { tracer.amplitude * pow($0 + 0.01, tracer.exponent) }
    }

    /// Both tracers, starting from biases that are not theirs, which are sought.
    private func posterior(
        _ survey: Survey, of truth: borrowing Field<Float>
    ) throws -> Posterior<Float> {
        let density = try survey.density(of: truth)
        var objectives: [any Objective<Float>] = []
        var sought: [SoughtParameter] = []
        for (index, tracer) in tracers.enumerated() {
            let counts = survey.counts(of: density, index, seed: UInt64(900 + index), bias(tracer))
            let start = (tracer.amplitude * 0.8, tracer.exponent + 0.2)
            objectives.append(
                try survey.comparison(
                    counts, index, by: PowerLawBias(amplitude: start.0, exponent: start.1)))
            sought += [
                SoughtParameter(
                    "objective[\(index)].bias_amplitude", of: .observation(2 * index), from: start.0,
                    prior: .init(mean: start.0, sigma: 0.5 * start.0), within: 0.01...100,
                    scale: 0.1 * start.0),
                SoughtParameter(
                    "objective[\(index)].bias_exponent", of: .observation(2 * index + 1), from: start.1,
                    prior: .init(mean: start.1, sigma: 0.5), within: 0.01...5, scale: 0.1),
            ]
        }
        let likelihood = JointLikelihood(objectives)
        let space = ParameterSpace(sought, own: likelihood.ownParameters.map(\.value))
        return Posterior(likelihood, .unitNormal, over: space, around: survey.model)
    }

    private func search(
        _ posterior: Posterior<Float>, _ survey: Survey, iterations: Int
    ) throws -> AnnealingState<Float> {
        var start = Field<Float>.whiteNoise(seed: 8, over: survey.model.particleGrid)
        start.mapPoints { _, _, _, value in 0.1 * value }
        let count = posterior.space.parameters.count
        let annealing = Annealing<Float>(
            through: [AnnealingStage(smoothing: 0, iterations: iterations, tolerance: 0)], by: LBFGS(),
            .unknown, FourierTransform(survey.model.particleGrid), clock: { 0 }, isStopRequested: { false })
        var state = try annealing.start(
            at: ParameterVector(noise: start, parameters: [Double](repeating: 0, count: count)), on: posterior
        )!
        while state.stage < 1 { _ = try annealing.advance(&state, on: posterior) }
        return state
    }

    /// Where galaxies are seen the initial conditions are found, and the biases with them.
    func testTheUniverseIsFoundWhereItIsSeen() throws {
        try XCTSkipIf(world.size > 1 && !Self.isLong, "iterates have the same bits on all ranks")
        let survey = try Survey(side: 24, spacing: 10, on: world)
        let truth = Field<Float>.whiteNoise(seed: 7, over: survey.model.particleGrid)
        let posterior = try posterior(survey, of: truth)
        XCTAssertEqual(posterior.likelihood.ownParameters.count, 4)
        let state = try search(posterior, survey, iterations: 25)
        let found = try survey.correlations(state.optimizer.point.noise, truth, smoothedBy: 15)
        let own = posterior.parameters(at: state.optimizer.point.parameters).own
        print("mock survey 24^3: r seen \(found.seen), unseen \(found.unseen), biases \(own)")
        XCTAssertGreaterThan(found.seen, 0.6)
        XCTAssertGreaterThan(found.seen, found.unseen + 0.15)
    }

    /// On any ranks, seen by either tracer.
    func testSeenPointsLieInCellsThatAreSeen() throws {
        func seen(_ survey: Survey) throws -> Field<Float> {
            let objectives = try (0..<2).map { index in
                var nothing = survey.selections[index].field.copy(for: "test")
                nothing.fill(with: 0)
                return try survey.comparison(nothing, index, by: PowerLawBias(amplitude: 1, exponent: 1))
            }
            guard let points = JointLikelihood(objectives).seenPoints(of: survey.model) else {
                throw UsageError("all is seen")
            }
            return points
        }
        let survey = try Survey(side: 12, spacing: 20, on: alone)
        let expected = try seen(survey)
        var count = 0
        expected.forEachPoint { x, y, z, value in
            let cell = SIMD3(x / 2, y / 2, z / 2)
            let isSeen = survey.selections.contains { $0.field[cell.x, cell.y, cell.z] > 0 }
            XCTAssertEqual(value, isSeen ? 1 : 0)
            count += isSeen ? 1 : 0
        }
        XCTAssertTrue((1..<12 * 12 * 12 - 1).contains(count))
        let found = try seen(Survey(side: 12, spacing: 20, on: world))
        found.forEachPoint { x, y, z, value in XCTAssertEqual(value, expected[x, y, z]) }
    }

    /// A chain about what the search finds: biases within their errors, the mean of the initial conditions, and what it costs.
    func testAChainCoversTheBiases() throws {
        try XCTSkipUnless(
            Self.isLong && world.size == 1, "for the long tests; chains have the same bits on all ranks")
        let survey = try Survey(side: 24, spacing: 10, on: world)
        let truth = Field<Float>.whiteNoise(seed: 7, over: survey.model.particleGrid)
        let posterior = try posterior(survey, of: truth)
        let found = try search(posterior, survey, iterations: 25)
        let (warmUp, samples) = (120, 240)
        let chain = MarkovChain<Float>(
            by: HamiltonianMonteCarlo(.minimumNorm), MarkovChain.Settings(warmUp: warmUp, beginning: .mode),
            drawing: ChainRandom(seed: 11, chain: 0), over: posterior.space,
            FourierTransform(survey.model.particleGrid))
        var state = try chain.start(at: found.optimizer.point.copy(), on: posterior)!
        for _ in 0..<warmUp + samples { try chain.advance(&state, on: posterior) }

        let range = warmUp..<warmUp + samples
        let truths = tracers.flatMap { [$0.amplitude, $0.exponent] }
        for (index, parameter) in posterior.space.parameters.enumerated() {
            let series = state.history.series(ofParameter: index, in: range)
            let mean: Double = series.reduce(0, +) / Double(samples)
            let squares: [Double] = series.map { ($0 - mean) * ($0 - mean) }
            let deviation: Double = (squares.reduce(0, +) / Double(samples - 1)).squareRoot()
            let time = ChainStatistics.autocorrelationTime(of: [series]) ?? .nan
            print("\(parameter.name) \(mean) +- \(deviation), true \(truths[index]), tau \(time)")
            XCTAssertLessThan(abs(mean - truths[index]), 3 * deviation, parameter.name)
        }
        let rows = state.history.rows[range]
        let counts: [Int] = rows.map(\.draw.gradients)
        let gradients = Double(counts.reduce(0, +)) / Double(samples)
        let times = Set(state.history.sample.shells).sorted().map {
            ChainStatistics.autocorrelationTime(of: state.history.series(ofShell: $0, in: range)) ?? .nan
        }
        var mean = truth.copy(for: "test")
        mean.mapPoints { x, y, z, _ in Float(state.moments.mean[x, y, z]) }
        let correlation = try survey.correlations(mean, truth, smoothedBy: 15)
        print(
            "mock survey 24^3, mean of \(samples) draws: r seen \(correlation.seen), unseen \(correlation.unseen); "
                + "\(gradients) gradients per draw, autocorrelation times by shell \(times)")
        XCTAssertGreaterThan(correlation.seen, 0.6)
    }
}
