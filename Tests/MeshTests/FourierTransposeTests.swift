import Mesh
import XCTest

final class FourierTransposeTests: MeshTestCase {
    func testForwardTransposeSatisfiesTheInnerProductIdentity() throws {
        // ⟨c, F x⟩ = ⟨Fᵀ c, x⟩, c any spectrum, Hermitian or not.
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                try compareForward(Float.self, mesh, tolerance: 2e-6)
                try compareForward(Double.self, mesh, tolerance: 1e-14)
            }
        }
    }

    func testInverseTransposeSatisfiesTheInnerProductIdentity() throws {
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                try compareInverse(Float.self, mesh, tolerance: 2e-6)
                try compareInverse(Double.self, mesh, tolerance: 1e-14)
            }
        }
    }

    private func compareForward<Scalar: FourierScalar>(
        _: Scalar.Type, _ mesh: Decomposition, tolerance: Double
    ) throws {
        let transform = FourierTransform<Scalar>(mesh)
        let left = try innerProduct(transform.forward(noiseField(mesh)), noiseSpectrum(mesh, seed: 5))
        let back = transform.forwardTranspose(noiseSpectrum(mesh, seed: 5), ghosts: .cloudInCell)
        let right = try innerProduct(noiseField(mesh), back)
        try compare(left, right, tolerance: tolerance, "\(Scalar.self) \(mesh.shape) on \(mesh.grid.shape)")
    }

    private func compareInverse<Scalar: FourierScalar>(
        _: Scalar.Type, _ mesh: Decomposition, tolerance: Double
    ) throws {
        let transform = FourierTransform<Scalar>(mesh)
        let left = try innerProduct(
            transform.inverse(noiseSpectrum(mesh, seed: 5), ghosts: .none), noiseField(mesh))
        let back = transform.inverseTranspose(noiseField(mesh, ghosts: .stencil))
        let right = try innerProduct(back, noiseSpectrum(mesh, seed: 5))
        try compare(left, right, tolerance: tolerance, "\(Scalar.self) \(mesh.shape) on \(mesh.grid.shape)")
    }

    /// Sums and the sums of the terms' magnitudes, to which rounding is relative.
    private typealias Product = (value: Double, magnitude: Double)

    private func compare(_ left: Product, _ right: Product, tolerance: Double, _ label: String) throws {
        XCTAssertGreaterThan(left.magnitude, 0)
        XCTAssertNotEqual(left.value, 0)
        XCTAssertEqual(left.value, right.value, accuracy: tolerance * left.magnitude, label)
    }

    private func innerProduct<Scalar: FourierScalar>(
        _ first: borrowing Field<Scalar>, _ second: borrowing Field<Scalar>
    ) throws -> Product {
        var terms: [Double] = []
        first.forEachPoint { x, y, z, value in
            terms.append(Double(value) * Double(second[x, y, z]))
        }
        return try total(terms)
    }

    private func innerProduct<Scalar: FourierScalar>(
        _ first: borrowing FourierField<Scalar>, _ second: borrowing FourierField<Scalar>
    ) throws -> Product {
        var terms: [Double] = []
        for index in 0..<first.values.count {
            terms.append(Double(first.values.span[index]) * Double(second.values.span[index]))
        }
        return try total(terms)
    }

    private func total(_ terms: [Double]) throws -> Product {
        (
            try world.exactSum(count: terms.count, of: "product") { terms[$0] },
            try world.exactSum(count: terms.count, of: "magnitudes") { abs(terms[$0]) }
        )
    }
}
