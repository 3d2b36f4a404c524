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
            // Of the other precision, kernel and integrator the formulas of all meshes are the same.
            for mesh in scalar == Float.self ? Self.meshes : sample(of: Self.meshes) {
                let isChosen = Self.isLong || mesh == Self.meshes[1]
                for kernel in isChosen ? ["1_4", "naive"] : ["1_4"] {
                    let universe = try MeasuredUniverse<Scalar>(
                        particles: Self.particles, mesh: mesh, under: ForceKernel(named: kernel)!, on: grid)
                    try body(universe, "\(scalar) \(shape) \(mesh) \(kernel)")
                    cases += 1
                }
                guard isChosen else { continue }
                let other = try MeasuredUniverse<Scalar>(
                    particles: Self.particles, mesh: mesh, under: ForceKernel(named: "1_4")!,
                    by: FastPMDriftKickDrift(), keeping: 1, on: grid
                )
                try body(other, "\(scalar) \(shape) \(mesh) drift-kick-drift")
            }
        }
        XCTAssertGreaterThanOrEqual(cases, 2)
    }

    private func forEachPyramid<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, _ body: (MeasuredUniverse<Scalar>, String) throws -> Void
    ) throws {
        let particles = SIMD3(28, 30, 34)
        for (levels, factor) in [(1, 1), (2, 2)] {
            let plan = PyramidPlan(kernel: ForceKernel(named: "1_4")!, levels: levels, accuracy: .standard)!
            let mesh = particles &* factor
            var cases = 0
            for shape in gridShapes
            where Decomposition.fits(particles, on: shape) && plan.misfit(on: mesh, over: shape) == nil {
                let universe = try MeasuredUniverse<Scalar>(
                    particles: particles, mesh: mesh, under: plan, on: RankGrid(world: world, shape: shape))
                try body(universe, "\(scalar) \(shape) \(mesh) \(levels) levels")
                cases += 1
            }
            XCTAssertGreaterThan(cases, 0)
        }
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

    private func checkForwards<Scalar: ParticleScalar>(_ universe: MeasuredUniverse<Scalar>, _ name: String)
        throws
    {
        let workload = universe.workload
        check(
            try universe.run().steps,
            against: workload.traffic(
                forwards: universe.model.schedule.forceCount, at: universe.model.mesh.grid.position), name)
    }

    private func checkGradient<Scalar: ParticleScalar>(_ universe: MeasuredUniverse<Scalar>, _ name: String)
        throws
    {
        let workload = universe.workload
        check(
            try universe.gradient().steps,
            against: workload.traffic(
                gradientOf: universe.model.schedule.forceCount,
                solving: universe.model.schedule.forcesSolvedAgain(
                    keeping: universe.model.layout.keptForces),
                at: universe.model.mesh.grid.position), name)
    }

    func testForwardRunsInSinglePrecision() throws { try forEachCase(Float.self, checkForwards) }
    func testForwardRunsInDoublePrecision() throws { try forEachCase(Double.self, checkForwards) }
    func testGradientsInSinglePrecision() throws { try forEachCase(Float.self, checkGradient) }
    func testGradientsInDoublePrecision() throws { try forEachCase(Double.self, checkGradient) }

    func testForwardRunsOfPyramids() throws {
        try forEachPyramid(Float.self, checkForwards)
        try forEachPyramid(Double.self, checkForwards)
    }
    func testGradientsOfPyramids() throws {
        try forEachPyramid(Float.self, checkGradient)
        if Self.isLong { try forEachPyramid(Double.self, checkGradient) }
    }

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
