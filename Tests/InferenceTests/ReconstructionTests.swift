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

/// Whole reconstructions of small universes.
final class ReconstructionTests: SPMDTestCase {
    private func model(_ side: Int, spacing: Double, on world: Communicator) throws -> ForwardModel<Float> {
        let grid = RankGrid(world: world, shape: RankGrid.shapes(for: world.size)[0])
        return try ForwardModel(
            Box(particles: SIMD3(repeating: side), spacing: spacing, mesh: SIMD3(repeating: side)),
            in: (.simpleLCDM, .eisensteinHu), startingWith: .second,
            following: EvolutionPlan(
                through: [0.1, 0.28, 0.46, 0.64, 0.82, 1], by: FastPM(midpoint: .arithmetic), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func density(_ noise: borrowing Field<Float>, _ model: ForwardModel<Float>) throws -> Field<Float>
    {
        var evolution = try model.start(keeping: noise)
        try evolution.finish()
        return try evolution.particles.relativeDensity()
    }

    private struct Outcome: ~Copyable {
        let losses: [UInt64]
        let noise: Field<Float>
        let truth: Field<Float>
    }

    /// Stages of (smoothing in cells, steps).
    private func reconstruct(
        _ model: ForwardModel<Float>, sigma: Double, _ stages: [(Double, Int)]
    ) throws -> Outcome {
        let truth = Field<Float>.whiteNoise(seed: 7, over: model.particleGrid)
        let objective = try densityComparison(try density(truth, model), sigma: sigma, model)
        let posterior = Posterior(
            JointLikelihood([objective]), .unitNormal, over: ParameterSpace(), around: model)
        var start = Field<Float>.whiteNoise(seed: 8, over: model.particleGrid)
        start.mapPoints { _, _, _, value in 0.1 * value }
        let annealing = Annealing<Float>(
            through: stages.map {
                AnnealingStage(smoothing: $0.0 * model.box.cell, iterations: $0.1, tolerance: 0)
            },
            by: LBFGS(), .unknown, FourierTransform(model.particleGrid), clock: { 0 },
            isStopRequested: { false })
        var state = try annealing.start(at: ParameterVector(noise: start), on: posterior)!
        while state.stage < stages.count { _ = try annealing.advance(&state, on: posterior) }
        return Outcome(
            losses: state.history.rows.filter { $0.iteration > 0 }.map(\.loss.bitPattern),
            noise: state.optimizer.point.noise.copy(for: "test"), truth: truth)
    }

    func testEveryIterateHasTheSameBitsOnAnyNumberOfRanks() throws {
        let stages = [(2.0, 4), (0.0, 6)]
        let together = try reconstruct(model(16, spacing: 6.25, on: world), sigma: 0.3, stages)
        let apart = try reconstruct(model(16, spacing: 6.25, on: alone), sigma: 0.3, stages)
        XCTAssertEqual(together.losses, apart.losses)
        XCTAssertEqual(Set(together.losses).count, 10, "every step moves")
        var differing = 0
        together.noise.forEachPoint { x, y, z, value in
            let other = apart.noise.values.span[apart.noise.offset(x: x, y: y, z: z)]
            differing += value.bitPattern == other.bitPattern ? 0 : 1
        }
        XCTAssertEqual(world.sum(differing), 0)
    }

    /// r(k) of the linear fields up to half the Nyquist wavenumber.
    func testASmallUniverseIsRecovered() throws {
        try leaveToTestsOfBits()
        let model = try model(32, spacing: 3.125, on: world)
        let found = try reconstruct(model, sigma: 0.1, [(4, 25), (2, 25), (1, 30)])
        let first = model.linearModes(of: found.noise)
        let second = model.linearModes(of: found.truth)
        var (cross, one, other) = (0.0, 0.0, 0.0)
        let (a, b) = (first.values.span, second.values.span)
        first.forEachMode { x, y, z, _, _ in
            let wave = SIMD3(
                Wavenumbers.modeNumber(x, of: 32), Wavenumbers.modeNumber(y, of: 32), z)
            guard (wave &* wave).wrappedSum() <= 25 else { return }
            let weight = Double(model.particleGrid.hermitianWeight(z: z))
            let mode = first.offset(x: x, y: y, z: z)
            for part in 0..<2 {
                let (f, g) = (Double(a[mode + part]), Double(b[mode + part]))
                cross += weight * f * g
                one += weight * f * f
                other += weight * g * g
            }
        }
        let sums = [cross, one, other].map { Double(world.sum([Int128($0 * 0x1p40)])[0]) }
        let correlation = sums[0] / (sums[1] * sums[2]).squareRoot()
        let transfer = (sums[1] / sums[2]).squareRoot()
        if world.isRoot { print("32^3, k < 0.32 h/Mpc: r = \(correlation), T = \(transfer)") }
        XCTAssertGreaterThan(correlation, 0.95)
        XCTAssertEqual(transfer, 1, accuracy: 0.1)
    }
}
