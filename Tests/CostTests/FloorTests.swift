import Cost
import XCTest

final class FloorTests: XCTestCase {
    /// 1000 particles and 8000 cells, single, ten steps on a machine of round numbers.
    func testACaseByHand() {
        let machine = Floor.Machine(
            forwardTransform: 0.1, inverseTransform: 0.2, exchange: 0.01, bandwidth: 1e6)
        let tenSteps = UnavoidableWork.PerForce(moves: 10, solvedAgain: 10, forces: 11)
        let drifts = 10.0 / 11
        let forwards = Floor(
            of: .forwards(inverses: 1, with: tenSteps), wordBytes: 4, particles: 1000, cells: 8000,
            on: machine)
        XCTAssertEqual(forwards.transforms, 0.3, accuracy: 1e-15)
        XCTAssertEqual(forwards.exchange, 0.02, accuracy: 1e-15)
        // Deposit 3, kick 9, drift 9 words per particle; density written and potential read.
        XCTAssertEqual(
            forwards.memory, 4 * ((12 + 9 * drifts) * 1000 + 2 * 8000) / 1e6, accuracy: 1e-15)
        XCTAssertEqual(forwards.seconds, forwards.transforms + forwards.exchange + forwards.memory)

        let gradient = Floor(
            of: .gradient(inverses: 1, with: tenSteps), wordBytes: 4, particles: 1000, cells: 8000,
            on: machine)
        XCTAssertEqual(gradient.transforms, 0.3 * (2 + drifts), accuracy: 1e-15)
        XCTAssertEqual(gradient.exchange, 0.02 * (2 + drifts), accuracy: 1e-15)
        let particles = 12 + 9 * drifts + 3 * drifts + 18 + 9 + 18 * drifts
        let cells = 2 + drifts + 2 + 1
        XCTAssertEqual(gradient.memory, 4 * (particles * 1000 + cells * 8000) / 1e6, accuracy: 1e-15)
    }

    /// Drift–kick–drift: a pass of drifts more than forces, and none of those is known on the way back.
    func testAForceLessThanMovesIsSolvedAgainEveryTime() {
        let tenSteps = UnavoidableWork.PerForce(moves: 11, solvedAgain: 10, forces: 10)
        let forwards = UnavoidableWork.forwards(inverses: 1, with: tenSteps)
        XCTAssertEqual(forwards.wordsPerParticle, 12 + 9 * 1.1, accuracy: 1e-14)
        let gradient = UnavoidableWork.gradient(inverses: 1, with: tenSteps)
        XCTAssertEqual(gradient.forwardTransforms, 1 + 1 + 1)
        XCTAssertEqual(gradient.inverseTransforms, 1 + 1 + 1)
        XCTAssertEqual(gradient.wordsPerParticle, 12 + 9 * 1.1 + 3 + 27 + 18 * 1.1, accuracy: 1e-14)
    }

    private let alone = UnavoidableWork.PerForce(moves: 1, solvedAgain: 1, forces: 1)

    func testASpectralForceHasThreeInversesAndTwiceTheTransforms() {
        let forwards = UnavoidableWork.forwards(inverses: 3, with: alone)
        XCTAssertEqual(forwards.forwardTransforms, 1)
        XCTAssertEqual(forwards.inverseTransforms, 3)
        XCTAssertEqual(forwards.wordsPerCell, 4)
        let gradient = UnavoidableWork.gradient(inverses: 3, with: alone)
        XCTAssertEqual(gradient.forwardTransforms, 1 + 1 + 3)
        XCTAssertEqual(gradient.inverseTransforms, 3 + 3 + 1)
        XCTAssertEqual(gradient.wordsPerParticle, 21 + 48)
        XCTAssertEqual(gradient.wordsPerCell, 4 + 8)
    }

    func testDoublePrecisionMovesTwiceAsMuch() {
        let machine = Floor.Machine(forwardTransform: 0, inverseTransform: 0, exchange: 0, bandwidth: 1)
        let work = UnavoidableWork.forwards(inverses: 1, with: alone)
        let (single, double) = (
            Floor(of: work, wordBytes: 4, particles: 7, cells: 5, on: machine),
            Floor(of: work, wordBytes: 8, particles: 7, cells: 5, on: machine)
        )
        XCTAssertEqual(double.seconds, 2 * single.seconds)
    }
}
