import Background
import Dynamics
import Foundation
import Gravity
import HeapTrim
import Inference
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// Two hundred iterations need no more memory than twenty.
final class SteadyMemoryTests: SPMDTestCase {
    private let side = 16

    /// One array of the particle grid kept in each of 200 iterations would come to 1.1 MB on each of three ranks.
    private let mostGrowth = 400 << 10

    override func setUpWithError() throws {
        try XCTSkipIf(world.size > 3, "minutes long on a few cores, and no other memory than on three ranks")
    }

    private func model() throws -> ForwardModel<Float> {
        try ForwardModel(
            Box(particles: SIMD3(repeating: side), spacing: 6.25, mesh: SIMD3(repeating: side)),
            in: (.simpleLCDM, .eisensteinHu), startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.55, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: RankGrid(world: world, shape: gridShapes[0]))
    }

    /// Bytes of this process that are in memory, without what was given back: earlier tests leave free memory behind,
    /// in which a leak could hide.
    private func residentBytes() throws -> Int {
        palindrome_trim_heap()
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try XCTUnwrap(Int(fields[1])) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// What was held and resident before and after.
    private struct Growth {
        let held: (Int, Int)
        let resident: Int
    }

    /// The growth over 200 iterations, after twenty that fill pools, tables and the optimiser's memory.
    private func growth(_ each: (borrowing ParameterVector<Float>) -> Void) throws -> Growth {
        let model = try model()
        var data = Field<Float>.whiteNoise(seed: 9, over: model.mesh)
        data.mapPoints { _, _, _, value in 1 + value / 2 }
        let posterior = Posterior(
            JointLikelihood([try densityComparison(data, sigma: 0.7, model)]), .unitNormal,
            over: ParameterSpace(), around: model)
        let start = ParameterVector(noise: Field<Float>.whiteNoise(seed: 4, over: model.particleGrid))
        let first = try posterior.evaluate(at: start)!
        var state = OptimizerState(at: start, first)
        func iterate(_ count: Int) throws {
            for _ in 0..<count {
                _ = try Adam(learningRate: 0.02).step(&state) { try posterior.evaluate(at: $0) }
                each(state.point)
            }
        }
        let memory = model.mesh.grid.memory
        try iterate(20)
        let (held, resident) = (memory.bytesHeld, try residentBytes())
        try iterate(200)
        let grown = try residentBytes() - resident
        return Growth(held: (held, memory.bytesHeld), resident: world.maximum(grown))
    }

    func testTwoHundredIterationsLeakNothing() throws {
        let growth = try growth { _ in }
        XCTAssertLessThanOrEqual(growth.held.1, growth.held.0 + mostGrowth)
        XCTAssertLessThan(growth.resident, mostGrowth)
        if world.isRoot {
            print(
                "200 iterations: pool \(growth.held.0) to \(growth.held.1), resident +\(growth.resident) bytes"
            )
        }
    }

    /// That the test above would see one array kept in each iteration.
    func testOneArrayKeptInEachIterationIsSeen() throws {
        var kept: [KeptVector<Float>] = []
        let growth = try growth { kept.append(KeptVector($0.copy())) }
        XCTAssertGreaterThan(world.minimum(growth.held.1 - growth.held.0), mostGrowth)
        XCTAssertGreaterThan(growth.resident, mostGrowth)
        XCTAssertEqual(kept.count, 220)
    }
}
