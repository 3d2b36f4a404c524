import Background
import Dynamics
import Gravity
import InitialConditions
import Mesh
import Parallel
import Particles
import Storage
import TestSupport
import XCTest

final class EvolutionTests: SPMDTestCase {
    private let particles = SIMD3(18, 20, 16)

    private func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, mesh: SIMD3<Int>, kernel: String, integrator: any Integrator,
        from start: Double = 0.1, on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            Box(particles: particles, spacing: 2, mesh: mesh), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [start, 0.3, 0.6, 1], by: integrator, observing: [0.3, 1]),
            under: ForceKernel(named: kernel)!, on: grid)
    }

    /// Checksums at the observations, and of the density there.
    private func fingerprints<Scalar: ParticleScalar>(_ model: ForwardModel<Scalar>) throws -> [UInt64] {
        var evolution = try model.start(from: .whiteNoise(seed: 4, over: model.particleGrid))
        var prints: [UInt64] = []
        while !evolution.isFinished {
            try evolution.advance { _, particles in
                prints.append(particles.checksum())
                let density = try particles.relativeDensity()
                prints.append(self.checksum(of: density))
            }
        }
        return prints
    }

    private func checksum<Scalar: ParticleScalar>(of field: borrowing Field<Scalar>) -> UInt64 {
        let mesh = field.decomposition
        var sum: UInt64 = 0
        for x in mesh.x {
            for y in mesh.y {
                for z in 0..<mesh.shape.z {
                    let place = UInt64((x * mesh.shape.y + y) * mesh.shape.z + z)
                    let bits = Double(field.values.span[field.offset(x: x, y: y, z: z)]).bitPattern
                    sum &+= (bits ^ place &* 0x9e37_79b9_7f4a_7c15) &* (2 &* place &+ 0xbf58_476d_1ce4_e5b9)
                }
            }
        }
        return mesh.grid.world.wrappingSum(sum)
    }

    private func assertOneUniverse<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, mesh: SIMD3<Int>, kernel: String, integrator: any Integrator = FastPM(),
        from start: Double = 0.1
    ) throws {
        let own = RankGrid(world: alone, shape: [1, 1])
        let expected = try fingerprints(
            model(scalar, mesh: mesh, kernel: kernel, integrator: integrator, from: start, on: own))
        XCTAssertEqual(expected.count, 4)
        XCTAssertNotEqual(expected[0], expected[2])
        for shape in gridShapes {
            let grid = RankGrid(world: world, shape: shape)
            let shared = try fingerprints(
                model(scalar, mesh: mesh, kernel: kernel, integrator: integrator, from: start, on: grid))
            XCTAssertEqual(shared, expected, "\(scalar) \(mesh) \(kernel) on \(shape)")
        }
    }

    func testParticlesAndDensityHaveTheSameBitsOnAnyRankGrid() throws {
        try assertOneUniverse(Float.self, mesh: [18, 20, 16], kernel: "1_4")
        try assertOneUniverse(Float.self, mesh: [27, 30, 24], kernel: "1_4")
        try assertOneUniverse(Float.self, mesh: [36, 40, 32], kernel: "1_4")
        try assertOneUniverse(Double.self, mesh: [18, 20, 16], kernel: "1_4")
        try assertOneUniverse(Double.self, mesh: [27, 30, 24], kernel: "5_4")
        try assertOneUniverse(Double.self, mesh: [36, 40, 32], kernel: "3_2")
    }

    func testEveryKernelAndIntegratorHasTheSameBitsOnAnyRankGrid() throws {
        for (name, _) in ForceKernel.named {
            try assertOneUniverse(Float.self, mesh: [18, 20, 16], kernel: name)
        }
        for start in [0, 0.1] {
            try assertOneUniverse(
                Float.self, mesh: [27, 30, 24], kernel: "1_4", integrator: BullFrog(), from: start)
        }
        for midpoint in Midpoint.allCases {
            try assertOneUniverse(
                Float.self, mesh: [18, 20, 16], kernel: "1_4", integrator: FastPM(midpoint: midpoint))
            try assertOneUniverse(
                Float.self, mesh: [18, 20, 16], kernel: "1_4", integrator: Quinn(midpoint: midpoint))
            try assertOneUniverse(
                Float.self, mesh: [18, 20, 16], kernel: "1_4",
                integrator: FastPMDriftKickDrift(midpoint: midpoint))
        }
    }

    func testARunStoppedAtAnyStageAndContinuedOnOtherRanksEndsInTheSameBits() throws {
        try assertContinued(by: FastPM())
        try assertContinued(by: FastPMDriftKickDrift())
        try assertContinued(by: BullFrog())
    }

    private func assertContinued(by integrator: any Integrator) throws {
        let own = RankGrid(world: alone, shape: [1, 1])
        let undisturbed = try model(
            Float.self, mesh: [27, 30, 24], kernel: "1_4", integrator: integrator, on: own)
        let expected = try fingerprints(undisturbed).last { _ in true }
        XCTAssertNotNil(expected)
        let scratch = ScratchDirectory(over: world)
        for (index, shape) in gridShapes.enumerated() {
            let first = try model(
                Float.self, mesh: [27, 30, 24], kernel: "1_4", integrator: integrator,
                on: RankGrid(world: world, shape: shape))
            let second = try model(
                Float.self, mesh: [27, 30, 24], kernel: "1_4", integrator: integrator,
                on: RankGrid(world: world, shape: gridShapes[(index + 1) % gridShapes.count]))
            for stop in 0..<first.schedule.stages.count {
                var evolution = try first.start(from: .whiteNoise(seed: 4, over: first.particleGrid))
                while evolution.nextStage < stop { try evolution.advance { _, _ in } }
                let stage = evolution.nextStage
                // The state changes hands through a file.
                let path = scratch.path + "/state_\(index)_\(stop).h5"
                try write(
                    evolution.particles.inLagrangianOrder(over: first.particleGrid), of: first, to: path)
                let state = try InputFile(opening: path, over: world)
                    .readState(over: second.particleGrid, units: second.units, as: Float.self)
                let others = StateUnits(
                    box: second.units.box, momentumExponent: second.units.momentumExponent + 1)
                assertThrowsEverywhere("the momentum unit is 2^") {
                    _ =
                        try InputFile(opening: path, over: world)
                        .readState(over: second.particleGrid, units: others, as: Float.self)
                }
                var continued = try second.resume(from: state, at: stage)
                var last: UInt64 = 0
                while !continued.isFinished {
                    try continued.advance { _, particles in
                        last = self.checksum(of: try particles.relativeDensity())
                    }
                }
                if stage < first.schedule.stages.count {
                    XCTAssertEqual(last, expected, "stopped before stage \(stage)")
                }
            }
        }
    }

    /// Two drifts are one move unless somebody looks between them, and nothing depends on who looks.
    func testDriftsThatFollowEachOtherAreOneMoveAndLookingChangesNothing() throws {
        let observed = try model(
            Float.self, mesh: [27, 30, 24], kernel: "1_4", integrator: FastPMDriftKickDrift(),
            on: RankGrid(world: world, shape: gridShapes[0]))
        let unobserved = try observed.observing([])
        XCTAssertEqual(unobserved.schedule.moveCount, 4)
        var evolution = try unobserved.start(from: .whiteNoise(seed: 4, over: observed.particleGrid))
        var moves = 0
        while !evolution.isFinished {
            if case .drift = evolution.schedule.stages[evolution.nextStage] { moves += 1 }
            try evolution.advance { _, _ in XCTFail("nobody looks") }
        }
        XCTAssertEqual(moves, 4)
        let found = evolution.particles.checksum()
        var other = try observed.start(from: .whiteNoise(seed: 4, over: observed.particleGrid))
        var seen: [Int] = []
        try other.finish { observation, _ in seen.append(observation.number) }
        XCTAssertEqual(seen, [0, 1])
        XCTAssertEqual(other.particles.checksum(), found)
    }

    private func write(
        _ state: borrowing LagrangianBlock<Float>, of model: ForwardModel<Float>, to path: String
    ) throws {
        var file = try OutputFile(
            creating: path,
            provenance: Provenance(precision: "single", seed: 4, configuration: "", cosmology: [:]),
            over: world)
        try file.write(state)
        try file.finish()
    }

    /// In Einstein–de Sitter a plane wave moves by x = q + D1(a) A sin(kq) until shells cross, and the
    /// FastPM factors reproduce that with any number of steps, to the accuracy of the mesh.
    func testAPlaneWaveInEinsteinDeSitterFollowsTheZeldovichSolution() throws {
        let flat = CosmologyParameters(
            amplitude: .scalar(2e-9), spectralIndex: 1, omegaMatter: 1, omegaBaryon: 0.05, h: 0.7)
        var errors: [Double] = []
        for points in [32, 64, 128] {
            let shape = SIMD3(points, 18, 18)
            let box = Box(particles: shape, spacing: 1, mesh: shape)
            let model = try ForwardModel<Double>(
                box, in: (flat, .eisensteinHu), startingWith: .first,
                following: EvolutionPlan(
                    through: [0.1, 0.2, 0.35, 0.5], by: FastPM(), observing: [0.5]),
                under: ForceKernel(named: "1_4")!, on: RankGrid(world: world, shape: gridShapes[0]))
            let wave = 2 * Double.pi / box.size.x
            // Shells would cross at D1 = 1.
            let amplitude = 1 / wave
            var state = LagrangianBlock<Double>(model.particleGrid, units: model.units)
            let start = growthFactors(at: [0.1], Cosmology<Double>(flat, power: .eisensteinHu))[0]
            set(&state, in: model.units, spacing: box.spacing) { q in
                (q + start.d1 * amplitude * sin(wave * q), start.driftFunction * amplitude * sin(wave * q))
            }
            var evolution = try model.resume(from: state, at: 0)
            try evolution.finish()
            let final = evolution.particles.inLagrangianOrder(over: model.particleGrid)
            var worst = 0.0
            var index = 0
            for x in model.particleGrid.x {
                for _ in model.particleGrid.y {
                    for _ in 0..<box.particles.z {
                        let q = Double(x)
                        let expected = q + 0.5 * amplitude * sin(wave * q)
                        var error = model.units.length(final.position[0].span[index], along: 0) - expected
                        error -= (error / box.size.x).rounded() * box.size.x
                        worst = max(worst, abs(error))
                        index += 1
                    }
                }
            }
            errors.append(world.maximum(worst) / (0.5 * amplitude))
        }
        // Planes of particles that do not stand on mesh points alias into a force error of a fraction of a
        // cell; the wave itself is resolved to second order, so halving the cell halves the worst error.
        XCTAssertLessThan(errors[1], 0.52 * errors[0], "\(errors)")
        XCTAssertLessThan(errors[2], 0.52 * errors[1], "\(errors)")
        XCTAssertLessThan(errors[2], 0.012, "\(errors)")
    }

    /// Puts every particle at rest along y and z, and by `motion` along x.
    private func set(
        _ state: inout LagrangianBlock<Double>, in units: StateUnits, spacing: Double,
        _ motion: (Double) -> (position: Double, momentum: Double)
    ) {
        let grid = state.decomposition
        var index = 0
        for x in grid.x {
            for y in grid.y {
                for z in 0..<grid.shape.z {
                    let moved = motion(Double(x) * spacing)
                    let place = [moved.position, Double(y) * spacing, Double(z) * spacing]
                    for axis in 0..<3 {
                        var positions = state.position[axis].mutableSpan
                        positions[index] = units.position(at: place[axis], along: axis)
                        var momenta = state.momentum[axis].mutableSpan
                        momenta[index] = axis == 0 ? units.momentum(of: moved.momentum)! : 0
                    }
                    index += 1
                }
            }
        }
    }
}
