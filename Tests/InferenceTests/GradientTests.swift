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

/// An objective that is no comparison of cells: the kinetic energy `½ Σ p²` of the particles.
private final class KineticEnergy<Scalar: ParticleScalar>: Objective {
    let scaleFactor: Double
    let parameters: [OwnParameter] = []
    let cellCount = 1

    init(at scaleFactor: Double = 1) { self.scaleFactor = scaleFactor }

    func smooth(by radius: Double) {}

    func value(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double]
    ) throws -> Double {
        let world = particles.decomposition.grid.world
        return try (0..<3).reduce(0.0) { sum, axis in
            let momenta = particles.momentum[axis].span
            let units = particles.units
            return try sum
                + world.exactSum(count: particles.count, of: "kinetic energy") {
                    let momentum = units.momentum(momenta[$0])
                    return momentum * momentum / 2
                }
        }
    }

    func evaluate(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double],
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws -> ObjectiveValue {
        for axis in 0..<3 {
            let momenta = particles.momentum[axis].span
            var target = adjoint.cotangents.momentum[axis].mutableSpan
            for slot in 0..<particles.count {
                target[slot] += Scalar(particles.units.momentum(momenta[slot]))
            }
        }
        return ObjectiveValue(loss: try value(&particles, at: moment, own))
    }
}

final class GradientTests: SPMDTestCase {
    private let particles = SIMD3(18, 20, 16)

    private func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, mesh: SIMD3<Int> = [18, 20, 16], kernel: String = "1_4",
        integrator: any Integrator = FastPM(), from start: Double = 0.1,
        universe: CosmologyParameters = .simpleLCDM, order: PerturbationOrder = .second,
        through scaleFactors: [Double]? = nil, on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            Box(particles: particles, spacing: 8, mesh: mesh), in: (universe, .eisensteinHu),
            startingWith: order,
            following: EvolutionPlan(
                through: scaleFactors ?? [start, 0.3, 0.6, 1], by: integrator,
                observing: [scaleFactors?.last ?? 1]),
            under: ForceKernel(named: kernel)!, on: grid)
    }

    private func objective<Scalar: ParticleScalar>(
        _ model: ForwardModel<Scalar>, smoothing: Double = 0, weighted: Bool = false
    ) throws -> Comparison<Scalar> {
        var data = Field<Scalar>.whiteNoise(seed: 9, over: model.mesh)
        data.mapPoints { _, _, _, value in 1 + value / 2 }
        var weights: Field<Scalar>?
        if weighted {
            var mask = Field<Scalar>.whiteNoise(seed: 10, over: model.mesh)
            mask.mapPoints { x, _, _, value in x % 5 == 0 ? 0 : value * value }
            weights = consume mask
        }
        return try densityComparison(data, weights: weights, sigma: 0.7, smoothing: smoothing, model)
    }

    func testEveryKernelsGradientAgreesWithDifferences() throws {
        try leaveToTestsOfBits()
        let grid = RankGrid(world: world, shape: gridShapes[0])
        for (name, _) in ForceKernel.named {
            let model = try model(Double.self, kernel: name, on: grid)
            try assertDirectionalDerivative(model, [try objective(model)], tolerance: 1e-6, name)
        }
    }

    func testEveryIntegratorOrderAndMeshAgreesWithDifferences() throws {
        try leaveToTestsOfBits()
        let grid = RankGrid(world: world, shape: gridShapes[0])
        for midpoint in Midpoint.allCases {
            let fast = try model(Double.self, integrator: FastPM(midpoint: midpoint), order: .first, on: grid)
            try assertDirectionalDerivative(
                fast, [try objective(fast)], tolerance: 1e-6, "FastPM \(midpoint)")
            let quinn = try model(Double.self, integrator: Quinn(midpoint: midpoint), on: grid)
            try assertDirectionalDerivative(
                quinn, [try objective(quinn)], tolerance: 1e-6, "Quinn \(midpoint)")
            let other = try model(
                Double.self, integrator: FastPMDriftKickDrift(midpoint: midpoint), on: grid)
            try assertDirectionalDerivative(
                other, [try objective(other)], tolerance: 1e-6, "FastPM, drift-kick-drift \(midpoint)")
        }
        for start in [0, 0.1] {
            let frog = try model(Double.self, integrator: BullFrog(), from: start, on: grid)
            try assertDirectionalDerivative(
                frog, [try objective(frog)], tolerance: 1e-6, "BullFrog from \(start)")
        }
        for mesh in [SIMD3(27, 30, 24), SIMD3(36, 40, 32)] {
            let model = try model(Double.self, mesh: mesh, on: grid)
            try assertDirectionalDerivative(model, [try objective(model)], tolerance: 1e-6, "\(mesh)")
        }
    }

    /// From a late start, where higher orders weigh, to its neighbourhood, where nothing hides them.
    func testInitialConditionsFreeOfAliasingAgreeWithDifferences() throws {
        try leaveToTestsOfBits()
        let grid = RankGrid(world: world, shape: gridShapes[0])
        for order in [PerturbationOrder.dealiasedSecond, .third] {
            for integrator in [FastPM(), BullFrog()] as [any Integrator] {
                let model = try model(
                    Double.self, integrator: integrator, order: order, through: [0.5, 0.505], on: grid)
                try assertDirectionalDerivative(
                    model, energies(at: [0.505]), tolerance: 1e-8, "\(order), \(integrator)")
            }
        }
        let model = try model(Double.self, order: .third, through: [0.5, 1], on: grid)
        try assertDirectionalDerivative(model, [try objective(model)], tolerance: 1e-6, "density")
    }

    /// Those that act through third-order growth, at the same place.
    func testParametersOfThirdOrderGrowthAgreeWithDifferences() throws {
        try assertThirdOrderParameters(by: FastPM())
        try assertThirdOrderParameters(by: BullFrog())
    }

    private func assertThirdOrderParameters(by integrator: any Integrator) throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let objectives: [any Objective<Double>] = energies(at: [0.505])
        let here = try model(
            Double.self, integrator: integrator, order: .third, through: [0.5, 0.505], on: grid)
        let noise = Field<Double>.whiteNoise(seed: 4, over: here.particleGrid)
        let gradient = try gradient(here, objectives, at: noise).takeUniverse()
        for parameter in [CosmologyParameter.omegaMatter, .w0] {
            let step = 1e-4
            func moved(_ step: Double) throws -> Double {
                var parameters = CosmologyParameters.simpleLCDM
                parameters[parameter] += step
                return try loss(here.with(parameters), objectives, at: noise)
            }
            let difference = (try moved(step) - moved(-step)) / (2 * step)
            XCTAssertEqual(difference / gradient.parameters[parameter], 1, accuracy: 1e-6)
        }
    }

    func testWeightsSmoothingAndAnotherObjectiveAgreeWithDifferences() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let model = try model(Double.self, on: grid)
        try assertDirectionalDerivative(
            model, [try objective(model, smoothing: 12, weighted: true)], tolerance: 1e-6,
            "smoothed, weighted")
        try assertDirectionalDerivative(model, [KineticEnergy<Double>()], tolerance: 1e-6, "kinetic energy")
    }

    func testParametersIncludingSigma8AgreeWithDifferences() throws {
        try leaveToTestsOfBits()
        try assertParameterDerivatives(by: Quinn())
        try assertParameterDerivatives(by: FastPMDriftKickDrift())
    }

    /// Momenta are p by a factor that depends on the parameters too; not at the end, and at a = 0 nobody looks.
    func testMomentaThatAreLookedAtOnTheWayAgreeWithDifferences() throws {
        try leaveToTestsOfBits()
        let grid = RankGrid(world: world, shape: gridShapes[0])
        for (start, observed) in [(0.0, [0.3, 0.6, 1]), (0.1, [0.1, 0.3, 0.6, 1])] {
            let frog = try model(Double.self, integrator: BullFrog(), from: start, on: grid)
            try assertDirectionalDerivative(
                frog.observing(observed), energies(at: observed), tolerance: 1e-6, "BullFrog's momenta")
            try assertParameterDerivatives(by: BullFrog(), from: start, observing: observed)
        }
    }

    private func energies<Scalar: ParticleScalar>(at times: [Double]) -> [any Objective<Scalar>] {
        times.map { KineticEnergy(at: $0) }
    }

    private func assertParameterDerivatives(
        by integrator: any Integrator, from start: Double = 0.1, observing observed: [Double] = [1]
    ) throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let universe = CosmologyParameters(
            amplitude: .sigma8(0.8), spectralIndex: 0.95, omegaMatter: 0.3, omegaBaryon: 0.05, h: 0.7,
            omegaCurvature: 0.04, w0: -0.9, wa: 0.15)
        let here = try model(
            Double.self, integrator: integrator, from: start, universe: universe, on: grid
        ).observing(observed)
        // Kinetic energy has no kinks where the density has them at a particle's every change of cell.
        let objectives: [any Objective<Double>] = energies(at: observed)
        let noise = Field<Double>.whiteNoise(seed: 4, over: here.particleGrid)
        let gradient = try gradient(here, objectives, at: noise).takeUniverse()
        for parameter in CosmologyParameter.allCases {
            var best = Double.infinity
            // The best step is another for each: until one will do.
            for step in [1e-5, 1e-4, 1e-6] where best >= 1e-6 {
                func moved(_ step: Double) throws -> Double {
                    var parameters = universe
                    parameters[parameter] += step
                    return try loss(here.with(parameters), objectives, at: noise)
                }
                let difference = (try moved(step) - moved(-step)) / (2 * step)
                let derivative = gradient.parameters[parameter]
                XCTAssertNotEqual(derivative, 0)
                best = min(best, abs(difference / derivative - 1))
            }
            XCTAssertLessThan(best, 1e-6, universe.name(of: parameter))
        }
    }

    private func fingerprint<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, kernel: String, mesh: SIMD3<Int>, by integrator: any Integrator = FastPM(),
        order: PerturbationOrder = .second, on grid: RankGrid,
        along source: consuming some TrajectorySource<Scalar> & ~Copyable
    ) throws -> [UInt64] {
        let model = try model(
            scalar, mesh: mesh, kernel: kernel, integrator: integrator, order: order, on: grid
        ).observing([0.6, 1])
        let objective = try objective(model, smoothing: 10, weighted: true)
        let gradient = try JointLikelihood([objective] + energies(at: [0.6, 1])).gradient(
            at: .whiteNoise(seed: 4, over: model.particleGrid), in: model, [], along: source
        ).takeUniverse()
        XCTAssertEqual(gradient.differingWords, 0)
        return fingerprint(gradient)
    }

    private func assertOneGradient<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, kernel: String, mesh: SIMD3<Int>, by integrator: any Integrator = FastPM(),
        order: PerturbationOrder = .second
    ) throws {
        try assertSameBits { grid in
            try fingerprint(
                scalar, kernel: kernel, mesh: mesh, by: integrator, order: order, on: grid,
                along: ReversedTrajectory())
        }
    }

    func testTheGradientHasTheSameBitsOnAnyRankGrid() throws {
        try assertOneGradient(Float.self, kernel: "1_4", mesh: [18, 20, 16])
        try assertOneGradient(Float.self, kernel: "gadget", mesh: [27, 30, 24])
        try assertOneGradient(Float.self, kernel: "3_2", mesh: [36, 40, 32])
        try assertOneGradient(Double.self, kernel: "1_4", mesh: [36, 40, 32])
        try assertOneGradient(Double.self, kernel: "naive", mesh: [18, 20, 16])
        try assertOneGradient(Float.self, kernel: "1_4", mesh: [27, 30, 24], by: FastPMDriftKickDrift())
        try assertOneGradient(Double.self, kernel: "1_4", mesh: [27, 30, 24], by: BullFrog())
        try assertOneGradient(Float.self, kernel: "1_4", mesh: [18, 20, 16], order: .third)
        try assertOneGradient(Double.self, kernel: "1_4", mesh: [18, 20, 16], order: .dealiasedSecond)
    }

    func testReplayedAndStoredTrajectoriesGiveTheSameBits() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let cases: [(String, any Integrator)] = [
            ("1_4", FastPM()), ("3_2", FastPM()), ("1_4", FastPMDriftKickDrift()), ("1_4", BullFrog()),
        ]
        for (kernel, integrator) in cases {
            XCTAssertEqual(
                try fingerprint(
                    Float.self, kernel: kernel, mesh: [18, 20, 16], by: integrator, on: grid,
                    along: ReversedTrajectory()),
                try fingerprint(
                    Float.self, kernel: kernel, mesh: [18, 20, 16], by: integrator, on: grid,
                    along: StoredTrajectory()))
        }
    }

    func testWithoutCosmologyTheModesHaveTheSameDerivatives() throws {
        let grid = RankGrid(world: world, shape: gridShapes.last!)
        for order in [PerturbationOrder.first, .second, .dealiasedSecond, .third] {
            let model = try model(Float.self, order: order, through: [0.5, 0.75, 1], on: grid)
            let likelihood = JointLikelihood([try objective(model)])
            let noise = Field<Float>.whiteNoise(seed: 4, over: model.particleGrid)
            let whole = try likelihood.gradient(at: noise, in: model, [])
            let modes = try likelihood.gradient(at: noise, in: model, [], computing: .modes)
            XCTAssertEqual(modes.universe.value, whole.universe.value)
            XCTAssertEqual(modes.universe.differingWords, 0)
            let (found, expected) = (modes.universe.noise.values.span, whole.universe.noise.values.span)
            for index in expected.indices where found[index] != expected[index] {
                return XCTFail("the noise's derivatives differ at order \(order)")
            }
            XCTAssertNotEqual(
                modes.universe.parameters[.h], whole.universe.parameters[.h],
                "a derivative that was to be left out")
        }
    }

    func testDataAndWeightsThatCannotBeUsedAreRefusedOnAllRanks() throws {
        let model = try model(Float.self, on: RankGrid(world: world, shape: gridShapes[0]))
        func field(_ value: Float, spoilt: Float? = nil) -> Field<Float> {
            var field = Field<Float>(model.mesh, ghosts: .none, for: "data")
            field.mapPoints { x, y, z, _ in
                if let spoilt, x == 1, y == 2, z == 3 { return spoilt }
                return value
            }
            return field
        }
        func make(_ data: consuming Field<Float>, _ weights: consuming Field<Float>?) throws {
            _ = try densityComparison(data, weights: weights, sigma: 1, model)
        }
        assertThrowsEverywhere("objective.data holds NaN") { try make(field(1, spoilt: .nan), nil) }
        assertThrowsEverywhere("objective.data holds NaN") { try make(field(1, spoilt: .infinity), nil) }
        assertThrowsEverywhere("objective.weights holds NaN") { try make(field(1), field(1, spoilt: .nan)) }
        assertThrowsEverywhere("objective.weights holds negative") {
            try make(field(1), field(1, spoilt: -1))
        }
        assertThrowsEverywhere("objective.weights is 0 everywhere") { try make(field(1), field(0)) }
    }
}
