import Foundation
import Gravity
import Mesh
import Parallel
import Particles
import XCTest

final class PyramidTests: PyramidTestCase {
    /// All that there are, each with the smallest even sides that it fits on, or nearly.
    private static let plans: [(plan: PyramidPlan, shape: SIMD3<Int>)] = {
        func plan(_ kernel: String, _ levels: Int, _ accuracy: PyramidPlan.Accuracy) -> PyramidPlan {
            PyramidPlan(kernel: ForceKernel(named: kernel)!, levels: levels, accuracy: accuracy)!
        }
        let shapes: [SIMD3<Int>] = [[14, 12, 18], [28, 36, 32], [56, 64, 56]]
        var plans: [(plan: PyramidPlan, shape: SIMD3<Int>)] = []
        for kernel in ["1_4", "3_4", "5_4"] {
            for levels in 1...3 { plans.append((plan(kernel, levels, .standard), shapes[levels - 1])) }
        }
        plans.append((plan("1_4", 1, .accurate), [18, 22, 20]))
        plans.append((plan("1_4", 2, .accurate), [36, 44, 40]))
        return plans
    }()

    private func law<Scalar: ParticleScalar>(
        _ plan: PyramidPlan, _: Scalar.Type, over mesh: Decomposition, spacing: Double = 1
    ) throws -> any PotentialLaw<Scalar> {
        try plan.law(on: ForceMesh<Scalar>(mesh, spacing: spacing)) as! any PotentialLaw<Scalar>
    }

    private func onEveryGrid(
        _ shape: SIMD3<Int>, for plan: PyramidPlan, _ body: (Decomposition) throws -> Void
    ) throws {
        var count = 0
        for gridShape in gridShapes
        where Decomposition.fits(shape, on: gridShape) && plan.misfit(on: shape, over: gridShape) == nil {
            try body(try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShape)))
            count += 1
        }
        XCTAssertGreaterThan(count, 0)
    }

    // MARK: Exactness

    /// Per axis, `sinc²(k/2)`, `k²` and `[(8 sin k − sin 2k)/6]²` of every index.
    private struct Waves {
        let cloud: [[Double]]
        let square: [[Double]]
        let gradient: [[Double]]

        init(_ shape: SIMD3<Int>) {
            func table(_ value: (Double) -> Double) -> [[Double]] {
                (0..<3).map { axis in
                    (0..<shape[axis]).map {
                        let n = Wavenumbers.modeNumber($0, of: shape[axis])
                        return value(2 * Double.pi * Double(n) / Double(shape[axis]))
                    }
                }
            }
            cloud = table { $0 == 0 ? 1 : pow(sin($0 / 2) / ($0 / 2), 2) }
            square = table { $0 * $0 }
            gradient = table { pow((8 * sin($0) - sin(2 * $0)) / 6, 2) }
        }
    }

    /// Noise with P(k) ∝ k^−1.5 under a cloud-in-cell window, as particles make it late.
    private func contrast(over mesh: Decomposition) -> Field<Double> {
        let waves = Waves(mesh.shape)
        let transform = FourierTransform<Double>(mesh)
        var modes = transform.forward(noise(Double.self, over: mesh, seed: 7))
        modes.mapModes { x, y, z, real, imaginary in
            let square = waves.square[0][x] + waves.square[1][y] + waves.square[2][z]
            guard square > 0 else { return (0, 0) }
            let factor = waves.cloud[0][x] * waves.cloud[1][y] * waves.cloud[2][z] * pow(square, -0.375)
            return (factor * real, factor * imaginary)
        }
        return transform.inverse(modes, ghosts: .none)
    }

    /// Σ F² of a potential's force, as particles everywhere read it.
    private func squaredForce(of potential: borrowing Field<Double>) throws -> Double {
        let mesh = potential.decomposition
        let waves = Waves(mesh.shape)
        var sum = 0.0
        FourierTransform<Double>(mesh).forward(potential.copy(for: "test")).forEachMode {
            x, y, z, real, imaginary in
            let cloud = waves.cloud[0][x] * waves.cloud[1][y] * waves.cloud[2][z]
            let gradient = waves.gradient[0][x] + waves.gradient[1][y] + waves.gradient[2][z]
            sum +=
                Double(mesh.hermitianWeight(z: z)) * cloud * cloud * gradient
                * (real * real + imaginary * imaginary)
        }
        return try world.exactSum(count: 1, of: "force") { _ in sum }
    }

    func testTheForceIsThatOfTheSingleMesh() throws {
        let shape = SIMD3(96, 64, 80)
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        let contrast = contrast(over: mesh)
        for (plan, _) in Self.plans {
            let bar = plan.filters[0].radius == 8 ? 2e-4 : 5e-4
            let pyramid = try law(plan, Double.self, over: mesh, spacing: 2)
            let expected = SingleMesh(pyramid.mesh, kernel: plan.kernel).potential(
                of: contrast.copy(for: "test"))
            var difference = pyramid.potential(of: contrast.copy(for: "test"))
            difference.mapPoints { x, y, z, value in value - expected[x, y, z] }
            let error = try (squaredForce(of: difference) / squaredForce(of: expected)).squareRoot()
            XCTAssertLessThan(error, bar, "\(plan.kernel) \(plan.levels)")
            XCTAssertGreaterThan(error, 1e-5)
        }
    }

    func testTheMeanFeelsNothing() throws {
        let (plan, shape) = Self.plans[1]
        try onEveryGrid(shape, for: plan) { mesh in
            var uniform = Field<Double>(mesh, ghosts: .none, for: "test")
            uniform.fill(with: 1)
            let pyramid = try law(plan, Double.self, over: mesh)
            let potential = pyramid.potential(of: uniform)
            let first = potential[mesh.x.lowerBound, mesh.y.lowerBound, 0]
            potential.forEachPoint { _, _, _, value in XCTAssertEqual(value, first, accuracy: 1e-13) }
        }
    }

    func testSinglePrecisionAgreesWithDouble() throws {
        let (plan, shape) = Self.plans[1]
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        let double = try law(plan, Double.self, over: mesh).potential(of: noise(Double.self, over: mesh))
        let single = try law(plan, Float.self, over: mesh).potential(of: noise(Float.self, over: mesh))
        var difference = double.copy(for: "test")
        difference.mapPoints { x, y, z, value in value - Double(single[x, y, z]) }
        let error = try innerProduct(difference, difference) / innerProduct(double, double)
        XCTAssertLessThan(error.squareRoot(), 2e-6)
        XCTAssertGreaterThan(error.squareRoot(), 1e-9)
    }

    // MARK: Symmetry

    /// |⟨a, A b⟩ − ⟨A a, b⟩| over ‖a‖ ‖A b‖: the adjoint is the operator itself.
    func testTheOperatorIsSymmetric() throws {
        func check<Scalar: ParticleScalar>(_ scalar: Scalar.Type, tolerance: Double) throws {
            for (plan, shape) in Self.plans {
                let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
                let pyramid = try law(plan, scalar, over: mesh)
                let a = noise(scalar, over: mesh, seed: 1)
                let b = noise(scalar, over: mesh, seed: 2)
                let potential = pyramid.potential(of: b.copy(for: "test"))
                let cotangent = pyramid.contrastCotangent(of: a.copy(for: "test"))
                let (first, second) = (try innerProduct(a, potential), try innerProduct(cotangent, b))
                let size = try (innerProduct(a, a) * innerProduct(potential, potential)).squareRoot()
                XCTAssertEqual(first, second, accuracy: tolerance * size, "\(plan.kernel) \(plan.levels)")
                XCTAssertGreaterThan(abs(first), 1e-6 * size)
            }
        }
        try check(Double.self, tolerance: 1e-14)
        try check(Float.self, tolerance: 1e-6)
    }

    // MARK: Ranks

    /// Blocks narrower than the filters, of one plane on the coarser meshes, and misaligned between meshes.
    func testTheSameBitsOnAllRanks() throws {
        func check<Scalar: ParticleScalar>(_ scalar: Scalar.Type, _ plan: PyramidPlan, _ shape: SIMD3<Int>)
            throws
        {
            let whole = try Decomposition(shape: shape, over: singleRank)
            let expected = try law(plan, scalar, over: whole).potential(of: noise(scalar, over: whole))
            try onEveryGrid(shape, for: plan) { mesh in
                let pyramid = try law(plan, scalar, over: mesh)
                let potential = pyramid.potential(of: noise(scalar, over: mesh))
                XCTAssertEqual(differences(potential, expected), 0, "\(shape) on \(mesh.grid.shape)")
                let cotangent = pyramid.contrastCotangent(of: noise(scalar, over: mesh))
                XCTAssertEqual(differences(cotangent, expected), 0)
            }
        }
        for (plan, shape) in [Self.plans[0], Self.plans[1], Self.plans[10]] {
            try check(Float.self, plan, shape)
            try check(Double.self, plan, shape)
        }
        try check(Float.self, Self.plans[2].plan, Self.plans[2].shape)
        try check(Float.self, Self.plans[0].plan, [22, 26, 18])
    }

    func testWhatIsSentIsWhatThePlanSays() throws {
        func check<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
            for (plan, shape) in Self.plans[0...2] {
                try onEveryGrid(shape, for: plan) { mesh in
                    let grid = mesh.grid
                    let pyramid = try law(plan, scalar, over: mesh)
                    let field = noise(scalar, over: mesh)
                    grid.phases.reset()
                    _ = pyramid.potential(of: field)
                    let share = MeshShare(
                        of: shape, on: grid.shape, at: grid.position, wordBytes: MemoryLayout<Scalar>.size)
                    let expected =
                        plan.filtering(on: share) + MeshTraffic(ghosts: share.fieldGhosts(.stencil))
                    for (phase, traffic) in [(Phase.exchange, expected.exchange), (.ghosts, expected.ghosts)]
                    {
                        let entry = grid.phases.entries[phase]
                        XCTAssertEqual(
                            Traffic(bytes: entry?.bytesSent ?? 0, messages: entry?.messages ?? 0), traffic,
                            "\(phase.name) of \(plan.levels) levels on \(grid.shape)")
                    }
                }
            }
        }
        try check(Float.self)
        try check(Double.self)
    }

    /// Level by level: windows of its density and of the potential below it; and the coarsest mesh's transforms.
    func testEachLevelSendsWhatThePlanSays() throws {
        for (plan, shape) in [Self.plans[1], Self.plans[2], Self.plans[10]] {
            try onEveryGrid(shape, for: plan) { mesh in
                let grid = mesh.grid
                let share = MeshShare(of: shape, on: grid.shape, at: grid.position, wordBytes: 4)
                func booked(_ phase: Phase, _ work: () -> Void) -> Traffic {
                    grid.phases.reset()
                    work()
                    let entry = grid.phases.entries[phase]
                    return Traffic(bytes: entry?.bytesSent ?? 0, messages: entry?.messages ?? 0)
                }
                var fine = mesh
                for (level, filter) in plan.filters.enumerated() {
                    let coarse = try half(fine)
                    let (shape, ranks) = (fine.shape, grid.shape)
                    let density = noise(Float.self, over: fine)
                    let potential = noise(Float.self, over: coarse)
                    let sent = booked(.ghosts) {
                        _ = WindowFetch(fine, filter.windows(of: shape, on: ranks))
                            .fetch(density.copy(for: "test"))
                        _ = WindowFetch(coarse, Expansion<Float>.windows(of: shape, on: ranks))
                            .fetch(potential.copy(for: "test"))
                    }
                    XCTAssertEqual(
                        sent, plan.windows(of: level, on: share).ghosts, "level \(level) on \(grid.shape)")
                    fine = coarse
                }
                let transform = FourierTransform<Float>(fine)
                let density = noise(Float.self, over: fine)
                let sent = booked(.exchange) {
                    _ = transform.inverse(transform.forward(density.copy(for: "test")), ghosts: .none)
                }
                XCTAssertEqual(sent, plan.filtering(on: share).exchange, "coarsest mesh on \(grid.shape)")
            }
        }
    }
}
