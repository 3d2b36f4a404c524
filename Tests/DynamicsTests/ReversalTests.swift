import Background
import Dynamics
import Foundation
import Gravity
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class ReversalTests: SPMDTestCase {
    /// Words of the initial state that a run of `steps` steps and its undoing do not restore.
    private func differingWords<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, box: Box, steps: Int, kernel: String, integrator: any Integrator,
        on shape: SIMD2<Int>
    ) throws -> Int {
        let times = (0...steps).map { 0.05 + 0.95 * Double($0) / Double(steps) }
        return try differingWords(
            scalar, box: box, following: EvolutionPlan(through: times, by: integrator, observing: [1]),
            kernel: kernel, on: shape)
    }

    private func differingWords<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, box: Box, following plan: EvolutionPlan, kernel: String = "1_4",
        on shape: SIMD2<Int>
    ) throws -> Int {
        let model = try ForwardModel<Scalar>(
            box, in: (.simpleLCDM, .eisensteinHu), startingWith: .second, following: plan,
            under: ForceKernel(named: kernel)!, on: RankGrid(world: world, shape: shape))
        var evolution = try model.start(from: .whiteNoise(seed: 2, over: model.particleGrid))
        let before = evolution.particles.inLagrangianOrder(over: model.particleGrid)
        try evolution.finish()
        let far = evolution.particles.inLagrangianOrder(over: model.particleGrid)
        XCTAssertGreaterThan(differences(before, far), 5 * model.box.particleCount, "nothing moved")
        while evolution.nextStage > 0 { try evolution.retreat() }
        return differences(before, evolution.particles.inLagrangianOrder(over: model.particleGrid))
    }

    private func differences<Scalar: ParticleScalar>(
        _ first: borrowing LagrangianBlock<Scalar>, _ second: borrowing LagrangianBlock<Scalar>
    ) -> Int {
        var count = 0
        for axis in 0..<3 {
            for index in 0..<first.count {
                if first.position[axis].span[index] != second.position[axis].span[index] { count += 1 }
                if first.momentum[axis].span[index] != second.momentum[axis].span[index] { count += 1 }
            }
        }
        return world.sum(count)
    }

    func testEveryWordIsRestoredByEveryKernelIntegratorMeshAndGrid() throws {
        for shape in gridShapes {
            for mesh in [SIMD3(18, 20, 16), SIMD3(27, 30, 24), SIMD3(36, 40, 32)] {
                let box = Box(particles: [18, 20, 16], spacing: 1, mesh: mesh)
                XCTAssertEqual(
                    try differingWords(
                        Float.self, box: box, steps: 10, kernel: "1_4", integrator: FastPM(), on: shape), 0)
                XCTAssertEqual(
                    try differingWords(
                        Double.self, box: box, steps: 10, kernel: "1_4", integrator: Quinn(), on: shape), 0)
                XCTAssertEqual(
                    try differingWords(
                        Float.self, box: box, steps: 10, kernel: "1_4", integrator: FastPMDriftKickDrift(),
                        on: shape), 0)
            }
            let box = Box(particles: [18, 20, 16], spacing: 1, mesh: [18, 20, 16])
            for (kernel, _) in ForceKernel.named {
                XCTAssertEqual(
                    try differingWords(
                        Float.self, box: box, steps: 4, kernel: kernel,
                        integrator: FastPM(midpoint: .arithmetic),
                        on: shape), 0, kernel)
            }
        }
    }

    /// Momenta are coarser before a step that shrinks the velocity, by 1/α, and of the other sign where α is negative;
    /// both are undone all the same, and so is a start at a = 0.
    func testBullFrogsStepsAreUndoneAlsoWhereLittleOfTheVelocityIsLeft() throws {
        let box = Box(particles: [18, 20, 16], spacing: 2, mesh: [27, 30, 24])
        let cosmology = Cosmology<Double>(.simpleLCDM, power: .eisensteinHu)
        func velocityFactor(_ end: Double) -> Double {
            BullFrogStep.through([0.05, end], cosmology)[0].velocityFactor
        }
        // α falls with the length of the step; here to just above the bound, and beyond it.
        var (low, high) = (0.1, 0.3)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if velocityFactor(middle) > 0.01001 { low = middle } else { high = middle }
        }
        XCTAssertEqual(velocityFactor(low), 0.01001, accuracy: 1e-9)
        let times: [[Double]] = [
            (0...10).map { 0.05 + 0.95 * Double($0) / 10 }, [0, 0.2, 0.5, 1], [0.05, low, 0.6, 1],
            [0.05, low * 1.005, 0.6, 1], [0.05, 0.3, 1],
        ]
        let plans = times.map { EvolutionPlan(through: $0, by: BullFrog(), observing: [1]) }
        for shape in gridShapes {
            for plan in plans {
                XCTAssertEqual(try differingWords(Float.self, box: box, following: plan, on: shape), 0)
                XCTAssertEqual(try differingWords(Double.self, box: box, following: plan, on: shape), 0)
            }
        }
    }

    func testSixtyThreeDeeplyNonlinearStepsAreUndoneToTheLastBit() throws {
        let box = Box(particles: [24, 24, 24], spacing: 1, mesh: [48, 48, 48])
        for shape in gridShapes {
            XCTAssertEqual(
                try differingWords(
                    Float.self, box: box, steps: 63, kernel: "1_4", integrator: FastPM(), on: shape), 0)
        }
    }

    func testAThousandStepsAreUndoneToTheLastBit() throws {
        try XCTSkipUnless(Self.isLong, "make test-long")
        alarm(7000)
        let box = Box(particles: [64, 64, 64], spacing: 1, mesh: [128, 128, 128])
        for steps in [63, 1000] {
            XCTAssertEqual(
                try differingWords(
                    Float.self, box: box, steps: steps, kernel: "1_4", integrator: FastPM(), on: gridShapes[0]
                ), 0)
            XCTAssertEqual(
                try differingWords(
                    Double.self, box: box, steps: steps, kernel: "1_4", integrator: FastPM(),
                    on: gridShapes[0]), 0)
        }
    }

    /// The promise rests on sums that do not depend on order: with the masses added as floating-point numbers, in
    /// another order on the way back, the same steps do not come back.
    func testADepositThatDependsOnOrderIsNotUndone() throws {
        XCTAssertEqual(try wordsLost(summing: .integers), 0)
        XCTAssertGreaterThan(try wordsLost(summing: .floats), 1000)
    }

    private enum Summation { case integers, floats }

    private func wordsLost(summing summation: Summation) throws -> Int {
        let box = Box(particles: [24, 24, 24], spacing: 1, mesh: [24, 24, 24])
        let model = try ForwardModel<Float>(
            box, in: (.simpleLCDM, .eisensteinHu), startingWith: .second,
            following: EvolutionPlan(
                through: (0...20).map { 0.05 + 0.95 * Double($0) / 20 }, by: FastPM(), observing: []),
            under: ForceKernel(named: "1_4")!, on: RankGrid(world: alone, shape: [1, 1]))
        let state = try model.initialState(from: .whiteNoise(seed: 2, over: model.particleGrid))
        var particles = ParticleSet(routing: state, to: model.mesh)
        let before = particles.checksum()
        let law = SingleMesh(
            ForceMesh<Float>(model.mesh, spacing: box.cell), kernel: ForceKernel(named: "1_4")!)
        func force(
            _ particles: borrowing ParticleSet<Float>, onTheWayBack: Bool
        ) throws -> any Force<Float> {
            switch summation {
            case .integers: try law.solve(for: particles, at: ForceIndex(0))
            case .floats:
                law.solve(
                    naiveContrast(particles, lastOneFirst: onTheWayBack), for: particles.planes())
            }
        }
        let stages = model.schedule.stages
        for stage in stages {
            switch stage {
            case .kick(let coefficient):
                let force = try force(particles, onTheWayBack: false)
                try force.kick(&particles, by: [coefficient.value])
            case .drift(let coefficient):
                try particles.drift(by: coefficient.value)
                particles.order()
            case .force, .observe: break
            }
        }
        let far = particles.inLagrangianOrder(over: model.particleGrid)
        for stage in stages.reversed() {
            switch stage {
            case .kick(let coefficient):
                let force = try force(particles, onTheWayBack: true)
                try force.kickBack(&particles, by: [coefficient.value])
            case .drift(let coefficient):
                try particles.driftBack(by: coefficient.value)
                particles.order()
            case .force, .observe: break
            }
        }
        guard particles.checksum() != before else { return 0 }
        let expected = try model.initialState(from: .whiteNoise(seed: 2, over: model.particleGrid))
        let found = particles.inLagrangianOrder(over: model.particleGrid)
        XCTAssertNotEqual(far.position[0].span[0], found.position[0].span[0])
        var count = 0
        for axis in 0..<3 {
            for index in 0..<found.count
            where found.position[axis].span[index] != expected.position[axis].span[index] {
                count += 1
            }
        }
        return count
    }

    /// δ by cloud-in-cell on one rank, summed in single precision in the order of the particles, or the
    /// other way round.
    private func naiveContrast(
        _ particles: borrowing ParticleSet<Float>, lastOneFirst: Bool
    ) -> Field<Float> {
        let mesh = particles.decomposition
        let shape = mesh.shape
        var field = Field<Float>(mesh, ghosts: .none, for: "naive deposit")
        field.mapPoints { _, _, _, _ in -1 }
        let perCell = Float(mesh.pointCount) / Float(particles.totalCount)
        for index in 0..<particles.count {
            let slot = lastOneFirst ? particles.count - 1 - index : index
            var cell = SIMD3<Int>()
            var offset = SIMD3<Float>()
            for axis in 0..<3 {
                let product = UInt64(particles.position[axis].span[slot]) * UInt64(shape[axis])
                cell[axis] = Int(product >> 32)
                offset[axis] = Float(product & 0xffff_ffff) * 0x1p-32
            }
            for corner in 0..<8 {
                let step = SIMD3(corner & 1, corner >> 1 & 1, corner >> 2)
                var weight = perCell
                for axis in 0..<3 { weight *= step[axis] == 1 ? offset[axis] : 1 - offset[axis] }
                let place = SIMD3(
                    (cell.x + step.x) % shape.x, (cell.y + step.y) % shape.y, (cell.z + step.z) % shape.z)
                let target = field.offset(x: place.x, y: place.y, z: place.z)
                var values = field.values.mutableSpan
                values[target] += weight
            }
        }
        return field
    }
}
