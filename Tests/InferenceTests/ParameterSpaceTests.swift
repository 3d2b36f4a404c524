import Background
import Inference
import TestSupport
import XCTest

/// The numbers beside the modes.
final class ParameterSpaceTests: SPMDTestCase {
    private let space = ParameterSpace(
        [
            SoughtParameter(
                "Omega_m", of: .cosmology(.omegaMatter), from: 0.3, prior: .init(mean: 0.32, sigma: 0.04),
                within: 0.1...0.6, scale: 0.04),
            SoughtParameter(
                "bias_exponent", of: .observation(1), from: 1.5, prior: nil, within: 0...4, scale: 0.02),
        ], own: [0.7, 1.5, 2])

    func testScaledCoordinatesAreValues() {
        let point = space.point(at: [2, -5], from: .simpleLCDM)
        XCTAssertEqual(point.cosmology.omegaMatter, 0.38, accuracy: 1e-15)
        XCTAssertEqual(point.own, [0.7, 1.4, 2])
        XCTAssertEqual(space.values(at: [2, -5]), [0.38, 1.4])
        XCTAssertEqual(space.parameters.map { space.value(of: $0, at: point) }, [0.38, 1.4])
        XCTAssertEqual(space.point(at: [0, 0], from: .simpleLCDM).cosmology, .simpleLCDM)
    }

    func testPointsOutOfBoundsAndUniversesThatCannotBeAreNotContained() {
        XCTAssertTrue(space.contains(space.point(at: [0, 0], from: .simpleLCDM)))
        XCTAssertFalse(space.contains(space.point(at: [8, 0], from: .simpleLCDM)))
        XCTAssertFalse(space.contains(space.point(at: [0, -80], from: .simpleLCDM)))
        let free = ParameterSpace([
            SoughtParameter(
                "h", of: .cosmology(.h), from: 0.7, prior: nil,
                within: -.greatestFiniteMagnitude ... .greatestFiniteMagnitude, scale: 1)
        ])
        XCTAssertFalse(free.contains(free.point(at: [-1], from: .simpleLCDM)), "h must be positive")
    }

    /// With one prior of 0.02/0.04 = half a σ below its mean.
    func testSlopesAreScaledAndHoldThePrior() {
        var derivatives = Dual(0)
        derivatives.derivatives[CosmologyParameter.omegaMatter.rawValue] = 3
        var value = 1.0
        let slopes = space.slopes(
            at: space.point(at: [0, 0], from: .simpleLCDM), cosmology: derivatives, own: [9, 7, 8],
            addingPriorTo: &value)
        XCTAssertEqual(value, 1.125, accuracy: 1e-14)
        XCTAssertEqual(slopes[0], (3 - 0.5 / 0.04) * 0.04, accuracy: 1e-13)
        XCTAssertEqual(slopes[1], 7 * 0.02, accuracy: 1e-15)
    }

    func testCholeskyInvertsAMatrixByHand() {
        // A = [[4, 2], [2, 3]], det 8: A⁻¹ = [[3, −2], [−2, 4]]/8.
        let diagonal = Cholesky(of: [[4, 2], [2, 3]]).inverseDiagonal
        XCTAssertEqual(diagonal[0], 0.375, accuracy: 1e-15)
        XCTAssertEqual(diagonal[1], 0.5, accuracy: 1e-15)
        let three = Cholesky(of: [[2, -1, 0], [-1, 2, -1], [0, -1, 2]]).inverseDiagonal
        for (found, expected) in zip(three, [0.75, 1, 0.75]) {
            XCTAssertEqual(found, expected, accuracy: 1e-14)
        }
        XCTAssertTrue(Cholesky(of: [[1, 2], [2, 1]]).inverseDiagonal.contains { $0.isNaN })
    }
}
