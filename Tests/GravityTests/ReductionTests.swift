import Gravity
import Mesh
import Parallel
import Particles
import XCTest

final class ReductionTests: PyramidTestCase {
    /// Even sides whose halves are odd, blocks narrower than the window and of one plane.
    private static let shapes: [SIMD3<Int>] = [[14, 22, 18], [12, 26, 34]]

    /// C(8, 4 + a)/2⁸.
    private func tap(_ a: Int) -> Double {
        abs(a) > 4 ? 0 : [70.0, 56, 28, 8, 1][abs(a)] / 256
    }

    /// What a fine point gives to a coarse one, over all periods.
    private func weight(_ fine: SIMD3<Int>, _ coarse: SIMD3<Int>, _ shape: SIMD3<Int>) -> Double {
        (0..<3).reduce(1) { product, axis in
            product
                * (-1...1).reduce(0.0) { sum, period in
                    sum + tap(fine[axis] - 2 * coarse[axis] + period * shape[axis])
                }
        }
    }

    func testAnImpulseBecomesTheTapsOfABSpline() throws {
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                for point in [SIMD3(5, 6, 17), SIMD3(0, 21, 8)] {
                    let result = try reduced(impulse(at: point, over: mesh))
                    result.forEachPoint { x, y, z, value in
                        XCTAssertEqual(value, weight(point, SIMD3(x, y, z), shape))
                    }
                }
            }
        }
    }

    func testAnExpandedImpulseIsEightTimesTheTranspose() throws {
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                for point in [SIMD3(3, 10, 8), SIMD3(0, 1, 4)] {
                    let result = expanded(impulse(at: point, over: try half(mesh)), to: mesh)
                    result.forEachPoint { x, y, z, value in
                        XCTAssertEqual(value, 8 * weight(SIMD3(x, y, z), point, shape))
                    }
                }
            }
        }
    }

    func testConstantsStayAndTheSumIsKept() throws {
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                var constant = Field<Float>(mesh, ghosts: .none, for: "test")
                constant.fill(with: 3)
                let coarse = try reduced(constant)
                coarse.forEachPoint { _, _, _, value in XCTAssertEqual(value, 3) }
                let fine = expanded(coarse, to: mesh)
                fine.forEachPoint { _, _, _, value in XCTAssertEqual(value, 3) }

                var ones = Field<Double>(mesh, ghosts: .none, for: "test")
                ones.fill(with: 1)
                var coarseOnes = Field<Double>(try half(mesh), ghosts: .none, for: "test")
                coarseOnes.fill(with: 1)
                let field = noise(Double.self, over: mesh)
                let sum = try innerProduct(field, ones)
                let reducedSum = try innerProduct(try reduced(field), coarseOnes)
                XCTAssertEqual(8 * reducedSum, sum, accuracy: 1e-10)
            }
        }
    }

    /// ⟨R x, y⟩ = ⟨x, E y⟩/8.
    func testExpansionIsEightTimesTheTranspose() throws {
        func check<Scalar: ParticleScalar>(_ scalar: Scalar.Type, tolerance: Double) throws {
            for shape in Self.shapes {
                try onEveryGrid(shape) { mesh in
                    let coarse = noise(scalar, over: try half(mesh), seed: 2)
                    let product = try innerProduct(try reduced(noise(scalar, over: mesh)), coarse)
                    let other = try innerProduct(noise(scalar, over: mesh), expanded(coarse, to: mesh)) / 8
                    let size = try innerProduct(noise(scalar, over: mesh), noise(scalar, over: mesh))
                    XCTAssertEqual(product, other, accuracy: tolerance * size)
                    XCTAssertGreaterThan(abs(product), 1e-5 * size)
                }
            }
        }
        try check(Double.self, tolerance: 1e-15)
        try check(Float.self, tolerance: 1e-7)
    }

    func testTheSameBitsOnAllRanks() throws {
        func check<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
            for shape in Self.shapes {
                let whole = try Decomposition(shape: shape, over: singleRank)
                let coarse = try reduced(noise(scalar, over: whole))
                let fine = expanded(noise(scalar, over: try half(whole), seed: 2), to: whole)
                try onEveryGrid(shape) { mesh in
                    XCTAssertEqual(differences(try reduced(noise(scalar, over: mesh)), coarse), 0)
                    let other = expanded(
                        noise(scalar, over: try half(mesh), seed: 2), to: mesh, ghosts: .stencil)
                    XCTAssertEqual(differences(other, fine), 0)
                }
            }
        }
        try check(Double.self)
        try check(Float.self)
    }
}
