import Gravity
import Mesh
import Parallel
import TestSupport
import XCTest

final class PyramidPlanTests: SPMDTestCase {
    private func plan(_ kernel: String, _ levels: Int, _ accuracy: PyramidPlan.Accuracy = .standard)
        -> PyramidPlan?
    {
        PyramidPlan(kernel: ForceKernel(named: kernel)!, levels: levels, accuracy: accuracy)
    }

    func testThereArePlansForTheKernelsThatWereFitted() {
        for (kernel, _) in ForceKernel.named {
            let isFitted = ["1_4", "3_4", "5_4"].contains(kernel)
            for levels in 0...4 {
                XCTAssertEqual(
                    plan(kernel, levels) != nil, isFitted && 1...3 ~= levels, "\(kernel) \(levels)")
                XCTAssertEqual(
                    plan(kernel, levels, .accurate) != nil, kernel == "1_4" && 1...2 ~= levels,
                    "accurate \(kernel) \(levels)")
            }
        }
    }

    func testMisfits() {
        let two = plan("1_4", 2)!
        XCTAssertNil(two.misfit(on: [128, 128, 128], over: [32, 32]))
        XCTAssertEqual(two.misfit(on: [128, 128, 90], over: [1, 1]), .indivisible(side: 90, divisor: 4))
        XCTAssertNil(two.misfit(on: [28, 28, 28], over: [1, 1]))
        // Level 1 has 12 points, its filter 13 taps.
        XCTAssertEqual(
            two.misfit(on: [28, 24, 28], over: [1, 1]), .shorterThanFilter(side: 12, filter: 13))
        XCTAssertEqual(
            two.misfit(on: [128, 128, 128], over: [33, 1]), .moreRanksThanPlanes(ranks: 33, planes: 32))
        XCTAssertEqual(
            plan("1_4", 1, .accurate)!.misfit(on: [32, 32, 16], over: [1, 1]),
            .shorterThanFilter(side: 16, filter: 17))
    }

    func testALawWithoutPlanesForARankIsRefusedByAll() throws {
        guard world.size > 3 else { return }
        let mesh = try Decomposition(
            shape: [12, 28, 16], over: RankGrid(world: world, shape: [world.size, 1]), planes: 1)
        assertThrowsEverywhere("every rank needs at least 1 plane of a 3 x 7 x 4 mesh") {
            _ = try plan("1_4", 2)!.law(on: ForceMesh<Float>(mesh, spacing: 1))
        }
    }

    /// 512³ on 8 x 8 ranks: 64 times fewer bytes in the transform's exchanges.
    func testTheTransformsExchangeShrinksAsTheMesh() {
        let share = MeshShare(of: [512, 512, 512], on: [8, 8], at: [0, 0], wordBytes: 4)
        let single = ForceKernel(named: "1_4")!.work(on: share).solution.exchange
        let pyramid = plan("1_4", 2)!.work(on: share).solution.exchange
        XCTAssertEqual(Double(single.bytes) / Double(pyramid.bytes), 64, accuracy: 4)
        XCTAssertEqual(single.messages, pyramid.messages)
    }
}
