import Cost
import Gravity
import Mesh
import XCTest

final class CostModelTests: XCTestCase {
    private func workload(_ side: Int, _ ranks: SIMD2<Int>) -> Workload {
        Workload(
            particles: [side, side, side], mesh: [side, side, side], ranks: ranks, wordBytes: 4,
            under: ForceKernel(named: "1_4")!)
    }

    private var model: CostModel {
        var machine = Machine()
        machine.latency = 1e-6
        machine.nodeBandwidth = 1e9
        machine.coresPerNode = 1
        var assumptions = CostModel.Assumptions()
        assumptions.imbalance = 1
        let coefficients = KernelTimes.Coefficients(
            perParticle: 1e-8, perCell: 2e-9, perCellAndLevel: 1e-10)
        return CostModel(
            on: machine,
            at: KernelTimes(forward: coefficients, gradient: coefficients, perMultiplyAdd: 1e-11),
            assuming: assumptions
        )
    }

    /// 8³ on 2 × 1 ranks: the traffic of `TrafficTests.testACaseByHand`, 256 particles and cells, 9 levels.
    func testACaseByHand() {
        let terms = model.terms(of: workload(8, [2, 1]), .forward)
        XCTAssertEqual(terms.particles, 256e-8, accuracy: 1e-15)
        XCTAssertEqual(terms.cells, 512e-9, accuracy: 1e-15)
        XCTAssertEqual(terms.transforms, 256 * 9 * 1e-10, accuracy: 1e-15)
        XCTAssertEqual(terms.exchangeBytes, 1280e-9, accuracy: 1e-15)
        XCTAssertEqual(terms.exchangeMessages, 2e-6, accuracy: 1e-15)
        XCTAssertEqual(terms.ghosts, 3e-6 + 1792e-9, accuracy: 1e-15)
        XCTAssertEqual(terms.agreements, 5 * 2 * 1e-6, accuracy: 1e-15)
        XCTAssertEqual(
            terms.seconds,
            terms.particles + terms.cells + terms.transforms + terms.communication, accuracy: 1e-15)
    }

    /// 64³ on one rank: S on 74 · 74, 74 · 64 and 64 · 64 rows and 16 for reduction and expansion; 32³ is transformed.
    func testAPyramidByHand() {
        var workload = workload(64, [1, 1])
        workload.force = PyramidPlan(kernel: ForceKernel(named: "1_4")!, levels: 1, accuracy: .standard)!
        let (forward, gradient) = (
            model.terms(of: workload, .forward), model.terms(of: workload, .gradient)
        )
        let multiplyAdds = Double(64 * (3 * 11 * (74 * 74 + 74 * 64 + 64 * 64) + 16 * 64 * 64))
        XCTAssertEqual(forward.filters, 1e-11 * multiplyAdds, accuracy: 1e-15)
        XCTAssertEqual(gradient.filters, 3e-11 * multiplyAdds, accuracy: 1e-15)
        XCTAssertEqual(forward.transforms, 32 * 32 * 32 * 15 * 1e-10, accuracy: 1e-15)
        XCTAssertEqual(forward.cells, 64 * 64 * 64 * 2e-9, accuracy: 1e-15)
        XCTAssertEqual(
            forward.seconds, forward.particles + forward.cells + forward.transforms + forward.filters,
            accuracy: 1e-15)
    }

    func testAPyramidEndsWhereARankHasNoPlaneOfTheCoarsestMesh() {
        var workload = workload(128, [42, 42])
        XCTAssertTrue(workload.fits)
        workload.force = PyramidPlan(kernel: ForceKernel(named: "1_4")!, levels: 2, accuracy: .standard)!
        XCTAssertEqual(workload.finestGrid, [32, 32])
        XCTAssertFalse(workload.fits)
        XCTAssertEqual(
            model.verdict(on: workload, .forward, needing: 1), .tooManyRanks(finest: [32, 32]))
    }

    func testOneRankWaitsForNobody() {
        let terms = model.terms(of: workload(8, [1, 1]), .gradient)
        XCTAssertEqual(terms.communication, 0)
        XCTAssertGreaterThan(terms.seconds, 0)
    }

    func testTheFullestRankIsNotBelowAnyRank() {
        let model = model
        for ranks in [SIMD2(3, 2), [4, 3], [2, 5]] {
            let workload = Workload(
                particles: [22, 26, 18], mesh: [33, 39, 27], ranks: ranks, wordBytes: 4,
                under: ForceKernel(named: "naive")!)
            let fullest = model.fullestTraffic(of: workload, .forward)
            for x in 0..<ranks.x {
                for y in 0..<ranks.y {
                    let traffic = workload.traffic(forwards: 1, at: [x, y])
                    XCTAssertGreaterThanOrEqual(fullest.exchange.bytes, traffic.exchange.bytes)
                    XCTAssertGreaterThanOrEqual(fullest.exchange.messages, traffic.exchange.messages)
                    XCTAssertGreaterThanOrEqual(fullest.ghosts.bytes, traffic.ghosts.bytes)
                }
            }
        }
    }

    func testVerdicts() {
        let model = model
        XCTAssertEqual(
            model.verdict(on: workload(1024, [400, 250]), .forward, needing: 1),
            .tooManyRanks(finest: [341, 341]))
        XCTAssertEqual(
            model.verdict(on: workload(8192, [10, 10]), .forward, needing: 1), .tooManyParticles)
        XCTAssertEqual(
            model.verdict(on: workload(64, [2, 2]), .forward, needing: 1 << 50), .tooLittleMemory)
        guard
            case .limited(let term, let share) = model.verdict(
                on: workload(64, [1, 1]), .forward, needing: 1 << 20)
        else { return XCTFail("a problem that fits is limited by a term") }
        XCTAssertEqual(term, "particles")
        XCTAssertEqual(share, 1e-8 / (1e-8 + 2e-9 + 18e-10), accuracy: 1e-9)
    }

    func testTheFinestGridFitsAndNoFinerOne() {
        var workload = workload(100, [1, 1])
        workload.ranks = workload.finestGrid
        XCTAssertTrue(workload.fits)
        workload.ranks.x += 1
        XCTAssertFalse(workload.fits)
    }

    func testRoutingByHand() {
        var model = model
        model.assumptions.displacement = 4 * (Double.pi / 2).squareRoot()
        model.assumptions.steps = 2
        // Two spacings a step on blocks of 16 by 32 particles: an eighth and a sixteenth leave.
        let traffic = model.routing(of: workload(32, [2, 1]), .forward)
        XCTAssertEqual(traffic, Traffic(bytes: 16 * 32 * 32 / 8 * 32, messages: 2))
        let both = model.routing(of: workload(32, [2, 2]), .forward)
        XCTAssertEqual(both, Traffic(bytes: 16 * 16 * 32 / 4 * 32, messages: 6))
    }

    func testCoefficientsAreFoundAgain() {
        let work = [1.0, 8, 3.375].map { factor in
            MeasuredWork(
                particles: 1000, cells: 1000 * factor, levels: 21,
                transforms: 3e-10 * 1000 * factor * 21, others: 5e-8 * 1000 + 7e-9 * 1000 * factor)
        }
        let found = KernelTimes.Coefficients(fitting: work)
        XCTAssertEqual(found.perParticle, 5e-8, accuracy: 1e-16)
        XCTAssertEqual(found.perCell, 7e-9, accuracy: 1e-16)
        XCTAssertEqual(found.perCellAndLevel, 3e-10, accuracy: 1e-18)
        // One number of cells per particle cannot tell the two apart.
        let lumped = KernelTimes.Coefficients(fitting: [work[0]])
        XCTAssertEqual(lumped.perParticle, 5.7e-8, accuracy: 1e-16)
        XCTAssertEqual(lumped.perCell, 0)
    }

    func testPhasesNobodyKnowsGoWithTheParticles() {
        XCTAssertEqual(PhaseKind(of: "a new phase"), .particles)
        XCTAssertEqual(PhaseKind(of: "exchange"), .communication)
        XCTAssertEqual(PhaseKind(of: "fft"), .transforms)
        XCTAssertEqual(PhaseKind(of: "short range"), .filters)
    }
}
