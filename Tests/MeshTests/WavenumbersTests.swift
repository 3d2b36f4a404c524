import Foundation
import Mesh
import XCTest

final class WavenumbersTests: MeshTestCase {
    func testModeNumbersAreSignedAndTheNyquistModeIsPositive() {
        func modeNumbers(_ length: Int) -> [Int] {
            (0..<length).map { Wavenumbers.modeNumber($0, of: length) }
        }
        XCTAssertEqual(modeNumbers(6), [0, 1, 2, 3, -2, -1])
        XCTAssertEqual(modeNumbers(5), [0, 1, 2, -2, -1])
        XCTAssertEqual(modeNumbers(2), [0, 1])
        XCTAssertEqual(modeNumbers(1), [0])
    }

    func testTheHalvedAxisIsTheFirstHalfOfAWholeOne() {
        for length in [1, 2, 5, 6] {
            let whole = Wavenumbers(along: 0, of: [length, 3, 3])
            let halved = Wavenumbers(along: 2, of: [3, 3, length])
            XCTAssertEqual(whole, Wavenumbers(of: length))
            XCTAssertEqual(halved.indices, 0..<(length / 2 + 1))
            XCTAssertEqual(halved.phases, Array(whole.phases[halved.indices]))
            XCTAssertEqual(halved.values(spacing: 0.7), Array(whole.values(spacing: 0.7)[halved.indices]))
        }
    }

    func testPhasesAndWavenumbersOfSixPoints() {
        let waves = Wavenumbers(of: 6)
        let thirds: [Double] = [0, 1, 2, 3, -2, -1]
        for (phase, third) in zip(waves.phases, thirds) {
            XCTAssertEqual(phase, .pi / 3 * third, accuracy: 1e-15)
        }
        // A box of 12 Mpc/h: k_f = 2π/12.
        for (value, third) in zip(waves.values(spacing: 2), thirds) {
            XCTAssertEqual(value, .pi / 6 * third, accuracy: 1e-15)
        }
    }

    func testOnlyTheNyquistModeOfAnEvenAxisIsTakenOut() {
        XCTAssertEqual(Wavenumbers(of: 4).withoutNyquist([5, 6, 7, 8]), [5, 6, 0, 8])
        XCTAssertEqual(Wavenumbers(of: 5).withoutNyquist([5, 6, 7, 8, 9]), [5, 6, 7, 8, 9])
        XCTAssertEqual(Wavenumbers(along: 2, of: [3, 3, 4]).withoutNyquist([5, 6, 7]), [5, 6, 0])
        XCTAssertEqual(Wavenumbers(along: 2, of: [3, 3, 5]).withoutNyquist([5, 6, 7]), [5, 6, 7])
    }

    func testHermitianWeightsCountEveryModeOnce() throws {
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                let weights = (0...shape.z / 2).map { mesh.hermitianWeight(z: $0) }
                XCTAssertEqual(weights.reduce(0, +), shape.z)
            }
        }
    }

    func testSincIsEvenToTheBitAndOneAtZero() {
        XCTAssertEqual(sinc(0), 1)
        XCTAssertEqual(sinc(.pi / 2), 2 / .pi, accuracy: 1e-16)
        XCTAssertEqual(sinc(1e-3), 1 - 1e-6 / 6 + 1e-12 / 120, accuracy: 1e-16)
        for x in stride(from: 0.1, through: 3.1, by: 0.25) { XCTAssertEqual(sinc(-x), sinc(x)) }
    }
}

final class SphericalShellsTests: MeshTestCase {
    func testShellsBeginHalfAWaveBelowTheirNumber() {
        let squares: [(Double, shell: Int)] = [
            (0, 0), (0.24, 0), (0.25, 1), (2, 1), (2.25, 2), (6, 2), (6.3, 3),
        ]
        for (square, shell) in squares {
            XCTAssertEqual(SphericalShells.shell(ofSquare: square), shell, "\(square)")
        }
        // A rounding error below the border.
        XCTAssertEqual(SphericalShells.shell(ofSquare: 2.25.nextDown), 2)
    }

    /// Every mode of an 8 × 6 × 4 mesh in a box of that shape, against (8/N_i n_i)² in whole numbers.
    func testSquaresAreThoseOfTheLongestSidesWave() {
        let shape: SIMD3<Int> = [8, 6, 4]
        for shells in [SphericalShells(shape: shape), SphericalShells(shape: shape, box: [16, 12, 8])] {
            XCTAssertEqual(shells.count, 4)
            for x in 0..<8 {
                for y in 0..<6 {
                    for z in 0..<3 {
                        let n = SIMD3(min(x, 8 - x), min(y, 6 - y), z)
                        let ninths = 9 * n.x * n.x + 16 * n.y * n.y + 36 * n.z * n.z
                        let square = shells.squares.x[x] + shells.squares.y[y] + shells.squares.z[z]
                        XCTAssertEqual(square, Double(ninths) / 9, accuracy: 1e-14)
                    }
                }
            }
        }
    }

    func testTheLastShellIsThatOfTheCoarsestAxis() {
        XCTAssertEqual(SphericalShells(shape: [9, 9, 9]).count, 4)
        // Cells of 1, 2 and 1: the axis y reaches only half as far.
        XCTAssertEqual(SphericalShells(shape: [16, 8, 8], box: [16, 16, 8]).count, 4)
    }
}
