import Benchmark
import Cost
import Dynamics
import Gravity
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// The model's bytes and messages are those that the ranks booked, each rank's, exactly.
final class TrafficTests: SPMDTestCase {
    // Sizes that divide badly; with one and a half cells per particle the mesh is odd.
    private static let particles = SIMD3(22, 26, 18)
    private static let meshes = [SIMD3(22, 26, 18), SIMD3(33, 39, 27), SIMD3(44, 52, 36)]

    private func forEachCase<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, _ body: (MeasuredUniverse<Scalar>, String) throws -> Void
    ) throws {
        var cases = 0
        for shape in gridShapes where Decomposition.fits(Self.particles, on: shape) {
            let grid = RankGrid(world: world, shape: shape)
            for mesh in Self.meshes {
                for kernel in ["1_4", "naive"] {
                    let universe = try MeasuredUniverse<Scalar>(
                        particles: Self.particles, mesh: mesh, under: ForceKernel(named: kernel)!, on: grid)
                    try body(universe, "\(scalar) \(shape) \(mesh) \(kernel)")
                    cases += 1
                }
                let other = try MeasuredUniverse<Scalar>(
                    particles: Self.particles, mesh: mesh, under: ForceKernel(named: "1_4")!,
                    by: FastPMDriftKickDrift(), on: grid
                )
                try body(other, "\(scalar) \(shape) \(mesh) drift-kick-drift")
            }
        }
        XCTAssertGreaterThanOrEqual(cases, 6)
    }

    private func check(
        _ interval: Interval, against traffic: MeshTraffic, _ name: String, line: UInt = #line
    ) {
        for (phase, expected) in [(Phase.exchange, traffic.exchange), (.ghosts, traffic.ghosts)] {
            let entry = interval.entries[phase]
            let booked = Traffic(bytes: entry?.bytesSent ?? 0, messages: entry?.messages ?? 0)
            XCTAssertEqual(booked, expected, "\(phase.name) of \(name)", line: line)
        }
    }

    private func checkForwards<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
        try forEachCase(scalar) { universe, name in
            let workload = universe.workload
            check(
                try universe.run().steps,
                against: workload.traffic(
                    forwards: universe.model.schedule.forceCount, at: universe.model.mesh.grid.position), name
            )
        }
    }

    private func checkGradient<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
        try forEachCase(scalar) { universe, name in
            let workload = universe.workload
            check(
                try universe.gradient().steps,
                against: workload.traffic(
                    gradientOf: universe.model.schedule.forceCount,
                    solving: universe.model.schedule.forcesSolvedAgain,
                    at: universe.model.mesh.grid.position), name)
        }
    }

    func testForwardRunsInSinglePrecision() throws { try checkForwards(Float.self) }
    func testForwardRunsInDoublePrecision() throws { try checkForwards(Double.self) }
    func testGradientsInSinglePrecision() throws { try checkGradient(Float.self) }
    func testGradientsInDoublePrecision() throws { try checkGradient(Double.self) }

    func testOneRankSendsNothing() {
        let workload = Workload(
            particles: [16, 16, 16], mesh: [16, 16, 16], ranks: [1, 1], wordBytes: 4,
            under: ForceKernel(named: "naive")!)
        XCTAssertEqual(workload.traffic(forwards: 3, at: [0, 0]), .none)
        XCTAssertEqual(workload.traffic(gradientOf: 3, solving: 3, at: [0, 0]), .none)
    }

    /// 8 × 8 × 8 cells on 2 × 1 ranks, single: a transform swaps blocks of 4 · 4 · 5 complex numbers, a deposit
    /// sends one plane of 8 · 8 integers, a potential two and three of 8 · 8 reals.
    func testACaseByHand() {
        let workload = Workload(
            particles: [8, 8, 8], mesh: [8, 8, 8], ranks: [2, 1], wordBytes: 4,
            under: ForceKernel(named: "1_4")!)
        let traffic = workload.traffic(forwards: 1, at: [0, 0])
        XCTAssertEqual(traffic.exchange, Traffic(bytes: 2 * (4 * 4 * 5) * 8, messages: 2))
        XCTAssertEqual(traffic.ghosts, Traffic(bytes: 64 * 8 + 5 * 64 * 4, messages: 1 + 2))
    }
}
