import Inference
import Measurement
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// How a warm-up finds the step of a walk, which rejects nothing by itself.
final class StepSearchTests: SPMDTestCase {
    func testAnEnergyErrorBeyondAllMeasureDividesAStepByThree() {
        var search = EnergyVarianceSearch(for: 5e-4, early: 5e-4, from: 12, dimensions: 2000)
        search.learn(from: 1e9)
        XCTAssertEqual(search.step, 4, accuracy: 1e-12)
        for _ in 0..<3 {
            let before = search.step
            search.learn(from: 1e9)
            XCTAssertGreaterThan(search.step, before / 3)
            XCTAssertLessThan(search.step, before / 2)
        }
        // After a hundred steps that err by what is wanted it is one among many.
        search = EnergyVarianceSearch(for: 5e-4, early: 5e-4, from: 12, dimensions: 2000)
        for _ in 0..<100 { search.learn(from: 1) }
        XCTAssertEqual(search.step, 12, accuracy: 1e-6)
        search.learn(from: 1e9)
        XCTAssertGreaterThan(search.step, 8)
    }

    /// Where steps that fit the prior are twelve times the width of the posterior.
    func testAWalkStaysWhereItIsProbableWhileItLearnsItsStep() throws {
        let shape = SIMD3(12, 8, 8)
        let ranks = gridShapes.first { Decomposition.fits(shape, on: $0) }!
        let transform = FourierTransform<Double>(
            try Decomposition(shape: shape, over: RankGrid(world: world, shape: ranks)))
        let chain = MarkovChain<Double>(
            by: MicrocanonicalLangevin(), .init(warmUp: 120, mass: .identity, beginning: .draw),
            drawing: ChainRandom(seed: 22, chain: 0), over: ParameterSpace(), transform)
        var start = ParameterVector<Double>(noise: .whiteNoise(seed: 5, over: transform.decomposition))
        start.scale(by: Narrow.width)
        guard var state = try chain.start(at: start, on: Narrow()) else {
            return XCTFail("there is no start")
        }
        XCTAssertGreaterThan(state.tuning.step, 10 * Narrow.width * 768.0.squareRoot())
        for _ in 0..<120 {
            try chain.advance(&state, on: Narrow())
            // ½ χ² of 768 numbers, to five of its standard deviations and the errors that are taken.
            XCTAssertEqual(-state.history.rows.last!.logProbability, 384, accuracy: 98 + 6)
        }
        XCTAssertTrue(state.history.rows.contains { !$0.draw.isAccepted })
        XCTAssertTrue(state.history.rows.suffix(60).allSatisfy { $0.draw.isAccepted })
    }

    /// ½ Σ (s/width)².
    private struct Narrow: SampledDensity {
        static let width = 0.02

        func evaluate(at point: borrowing ParameterVector<Double>) throws -> Evaluation<Double>? {
            var gradient = point.copy()
            gradient.scale(by: 1 / (Self.width * Self.width))
            return Evaluation(value: try innerProduct(gradient, point) / 2, gradient: gradient)
        }
    }

    func testASeriesScattersAboutItsWay() {
        let moving = (0..<40).map { index -> Double in
            let side = index % 4 < 2 ? 0.1 : -0.1
            return 3 - 0.5 * Double(index) + side
        }
        XCTAssertEqual(ChainStatistics.scatterAboutLine(of: moving), 0.01 * 40 / 38, accuracy: 3e-4)
        XCTAssertEqual(ChainStatistics.scatterAboutLine(of: [1, 2, 3, 4]), 0, accuracy: 1e-15)
        XCTAssertEqual(ChainStatistics.scatterAboutLine(of: [1, 2]), 0)
        // Of what goes nowhere it is the variance, but for what the line takes.
        let still = (0..<400).map { Double(($0 * 7919) % 401) }
        let mean = still.reduce(0, +) / 400
        let variance = still.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
        XCTAssertEqual(ChainStatistics.scatterAboutLine(of: still) / variance, 1, accuracy: 0.02)
    }
}
