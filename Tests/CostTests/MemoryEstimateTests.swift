import Cost
import Gravity
import Inference
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// The estimate against the most bytes that the pool had on loan at once, of the mean rank.
final class MemoryEstimateTests: SPMDTestCase {
    /// The relative error that is allowed, of arrays alone: better too much than too little.
    private static let tolerance = -0.1...0.25

    private func check<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, mesh side: Int, _ force: Force, order: PerturbationOrder = .second,
        keeping kept: Int = 0,
        for purpose: MemoryEstimate.Purpose, holding holdings: MemoryEstimate.Holdings = .init(),
        line: UInt = #line,
        _ run: (MeasuredUniverse<Scalar>) throws -> Void
    ) throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let universe = try MeasuredUniverse<Scalar>(
            particles: [48, 48, 48], mesh: [side, side, side], under: force.plan, order: order, keeping: kept,
            on: grid)
        try run(universe)
        // All blocks are alike; the mean, since clustering, which makes some ranks fuller, is not estimated.
        let found = world.sum(grid.memory.peakBytesInUse) / world.size
        let estimate = MemoryEstimate(of: universe.workload, for: purpose, holding: holdings)
        let error = Double(estimate.arrayBytes) / Double(found) - 1
        let ledger = grid.memory.ledgerAtPeak.filter { $0.value > 1000 }.sorted { $0.value > $1.value }
        XCTAssertTrue(
            Self.tolerance.contains(error),
            "\(scalar) \(side) \(force.name) \(purpose): estimated \(estimate.lines), found \(found): \(ledger)",
            line: line)
    }

    /// A law and what it is called here.
    private struct Force {
        let name: String
        let plan: any ForcePlan

        init(_ kernel: String) {
            name = kernel
            plan = ForceKernel(named: kernel)!
        }

        init(levels: Int) {
            name = "\(levels) levels"
            plan = PyramidPlan(kernel: ForceKernel(named: "1_4")!, levels: levels, accuracy: .standard)!
        }
    }

    /// On ranks of any number arrays are of the same kinds: all combinations on one and on four.
    private func forEachProblem(_ body: (_ mesh: Int, _ force: Force) throws -> Void) rethrows {
        let isThorough = Self.isLong || world.size == 1 || world.size == 4
        for mesh in isThorough ? [48, 72, 96] : [72] {
            for kernel in Self.isLong || mesh == 72 ? ["1_4", "naive"] : ["1_4"] {
                try body(mesh, Force(kernel))
            }
        }
        guard isThorough else { return }
        try body(48, Force(levels: 1))
        try body(96, Force(levels: 2))
    }

    /// As `simulate`, which gives its noise away and writes a snapshot at the end.
    private func checkSimulation<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
        try forEachProblem { mesh, force in
            try check(scalar, mesh: mesh, force, for: .simulation) { try simulate($0) }
        }
    }

    private func simulate<Scalar: ParticleScalar>(_ universe: MeasuredUniverse<Scalar>) throws {
        var evolution = try universe.model.start(from: universe.whiteNoise())
        try evolution.finish()
        _ = evolution.particles.inLagrangianOrder(over: universe.model.particleGrid)
    }

    private func checkGradient<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
        try forEachProblem { mesh, force in
            try check(scalar, mesh: mesh, force, for: .gradient) { _ = try $0.gradient() }
        }
    }

    /// The ledger, and that a gradient at third order, whose products set the peak where there is one mesh cell per particle,
    /// needs less than one and a half times the memory of one at second order on one rank.
    func testInitialConditionsFreeOfAliasing() throws {
        for order in [PerturbationOrder.dealiasedSecond, .third] {
            try check(Float.self, mesh: 48, Force("1_4"), order: order, for: .gradient) {
                _ = try $0.gradient()
            }
            try check(Double.self, mesh: 48, Force("1_4"), order: order, for: .gradient) {
                _ = try $0.gradient()
            }
            try check(Float.self, mesh: 48, Force("1_4"), order: order, for: .simulation) { try simulate($0) }
        }
        func peak(_ order: PerturbationOrder) throws -> Double {
            let grid = RankGrid(world: world, shape: gridShapes[0])
            _ = try MeasuredUniverse<Float>(
                particles: [48, 48, 48], mesh: [48, 48, 48], under: ForceKernel(named: "1_4")!, order: order,
                on: grid
            ).gradient()
            return Double(world.sum(grid.memory.peakBytesInUse))
        }
        let (third, second) = (try peak(.third), try peak(.second))
        if world.isRoot { print("peak of third order / of second:", third / second) }
        // Where ranks share rows an eighth of the planes of up to 18 fields is in real space at once: 1.64 on four ranks.
        XCTAssertLessThan(third, (world.size == 1 ? 1.5 : 1.75) * second)
    }

    func testGradientsThatKeepForces() throws {
        for (force, kept) in [(Force("1_4"), 2), (Force("1_4"), 100), (Force("naive"), 100)] {
            try check(Float.self, mesh: 72, force, keeping: kept, for: .gradient) { _ = try $0.gradient() }
        }
    }

    func testForwardRunsInSinglePrecision() throws { try checkSimulation(Float.self) }
    func testForwardRunsInDoublePrecision() throws { try checkSimulation(Double.self) }
    func testGradientsInSinglePrecision() throws { try checkGradient(Float.self) }
    func testGradientsInDoublePrecision() throws { try checkGradient(Double.self) }

    func testReconstructionsWithLBFGS() throws {
        for mesh in [48, 96] {
            try check(
                Float.self, mesh: mesh, Force("1_4"), for: .reconstruction, holding: .init(keptVectors: 6)
            ) { universe in
                let likelihood = JointLikelihood([try universe.objective()])
                func loss(_ point: borrowing ParameterVector<Float>) throws -> Evaluation<Float>? {
                    let gradient = try likelihood.gradient(at: point.noise, in: universe.model, [])
                    return Evaluation(
                        value: gradient.universe.value,
                        gradient: ParameterVector(noise: gradient.takeNoise()))
                }
                let point = ParameterVector(noise: universe.whiteNoise())
                let evaluation = try loss(point)!
                var state = OptimizerState(at: point, evaluation)
                let optimizer = LBFGS(history: 3)
                for _ in 0..<5 { _ = try optimizer.step(&state, on: loss) }
            }
        }
    }

    /// A copy of the particles where redshifts show them, and the weights of a Lagrangian bias: as `RunWorkload` counts them.
    func testTracersInRadialRedshiftSpace() throws {
        for mesh in Self.isLong || world.size == 1 ? [48, 96] : [48] {
            for isLagrangian in [false, true] {
                try check(
                    Float.self, mesh: mesh, Force("1_4"), for: .gradient,
                    holding: .init(
                        observation: .init(gridFields: isLagrangian ? 4 : 0, cotangentSets: 3))
                ) { universe in
                    let likelihood = JointLikelihood([try universe.tracers(areLagrangian: isLagrangian)])
                    _ = try likelihood.gradient(
                        at: universe.whiteNoise(), in: universe.model, likelihood.ownParameters.map(\.value))
                }
            }
        }
    }

    /// A chain on a lattice in a window of its warm-up, and what it keeps of noise and density.
    func testChains() throws {
        try check(
            Float.self, mesh: 48, Force("1_4"), for: .sampling, holding: .init(latticeVectors: 3)
        ) { universe in
            let posterior = Posterior(
                JointLikelihood([try universe.objective()]), .unitNormal, over: ParameterSpace(),
                around: universe.model)
            let chain = MarkovChain<Float>(
                by: HamiltonianMonteCarlo(), .init(warmUp: 16, length: 0.2),
                drawing: ChainRandom(seed: 1, chain: 0),
                over: ParameterSpace(), FourierTransform(universe.model.particleGrid))
            let density = RunningMoments(over: universe.model.mesh)
            guard
                var state = try chain.start(at: ParameterVector(noise: universe.whiteNoise()), on: posterior)
            else { throw UsageError("there is no start") }
            // A window begins after two.
            for _ in 0..<4 { try chain.advance(&state, on: posterior) }
            XCTAssertEqual(density.count, 0)
        }
    }
}
