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
        _ scalar: Scalar.Type, mesh side: Int, _ kernel: String, for purpose: MemoryEstimate.Purpose,
        holding holdings: MemoryEstimate.Holdings = .init(), line: UInt = #line,
        _ run: (MeasuredUniverse<Scalar>) throws -> Void
    ) throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let universe = try MeasuredUniverse<Scalar>(
            particles: [48, 48, 48], mesh: [side, side, side], under: ForceKernel(named: kernel)!,
            on: grid)
        try run(universe)
        // All blocks are alike; the mean, since clustering, which makes some ranks fuller, is not estimated.
        let found = world.sum(grid.memory.peakBytesInUse) / world.size
        let estimate = MemoryEstimate(of: universe.workload, for: purpose, holding: holdings)
        let error = Double(estimate.arrayBytes) / Double(found) - 1
        let ledger = grid.memory.ledgerAtPeak.filter { $0.value > 1000 }.sorted { $0.value > $1.value }
        XCTAssertTrue(
            Self.tolerance.contains(error),
            "\(scalar) \(side) \(kernel) \(purpose): estimated \(estimate.lines), found \(found): \(ledger)",
            line: line)
    }

    private func forEachProblem(_ body: (_ mesh: Int, _ kernel: String) throws -> Void) rethrows {
        for mesh in [48, 72, 96] {
            for kernel in ["1_4", "naive"] { try body(mesh, kernel) }
        }
    }

    /// As `simulate`, which gives its noise away and writes a snapshot at the end.
    private func checkSimulation<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
        try forEachProblem { mesh, kernel in
            try check(scalar, mesh: mesh, kernel, for: .simulation) { universe in
                var evolution = try universe.model.start(from: universe.whiteNoise())
                try evolution.finish()
                _ = evolution.particles.inLagrangianOrder(over: universe.model.particleGrid)
            }
        }
    }

    private func checkGradient<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
        try forEachProblem { mesh, kernel in
            try check(scalar, mesh: mesh, kernel, for: .gradient) { _ = try $0.gradient() }
        }
    }

    func testForwardRunsInSinglePrecision() throws { try checkSimulation(Float.self) }
    func testForwardRunsInDoublePrecision() throws { try checkSimulation(Double.self) }
    func testGradientsInSinglePrecision() throws { try checkGradient(Float.self) }
    func testGradientsInDoublePrecision() throws { try checkGradient(Double.self) }

    func testReconstructionsWithLBFGS() throws {
        for mesh in [48, 96] {
            try check(
                Float.self, mesh: mesh, "1_4", for: .reconstruction, holding: .init(keptVectors: 6)
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
}
