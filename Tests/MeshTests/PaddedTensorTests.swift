import Foundation
import Mesh
import Parallel
import TestSupport
import XCTest

/// Six fields k_i k_j f, of three that are held.
final class PaddedTensorTests: MeshTestCase {
    private static let shape: SIMD3<Int> = [6, 9, 8]
    private static let spacing = 1.7
    private static let axes = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]

    func testItsComponentsAreTheFieldTimesWavenumbers() throws {
        try onEveryGrid(Self.shape) { mesh in
            let f = FourierTransform<Double>(mesh).forward(noiseField(mesh, seed: 1))
            for (component, found) in components(of: f).enumerated() {
                let expected = scaled(f, component)
                XCTAssertLessThan(largestDifference(found.modes, expected), 1e-11, "\(component)")
                XCTAssertGreaterThan(world.maximum(largest(expected)), 1)
            }
        }
    }

    func testAsAResultItIsTheTranspose() throws {
        try onEveryGrid(Self.shape) { mesh in
            let transform = FourierTransform<Double>(mesh)
            var expected = FourierField<Double>.zero(mesh, for: "test")
            for component in 0..<6 {
                expected.add(scaled(transform.forward(noiseField(mesh, seed: UInt64(component))), component))
            }
            XCTAssertLessThan(largestDifference(result(mesh, Double.self), expected), 1e-11)
            XCTAssertGreaterThan(world.maximum(largest(expected)), 1)
        }
    }

    func testItIsTheSameBitsOnEveryGrid() throws {
        try compareGrids(Float.self)
        try compareGrids(Double.self)
    }

    private func compareGrids<Scalar: FourierScalar>(_: Scalar.Type) throws {
        let alone = try Decomposition(shape: Self.shape, over: singleRank)
        let expected = components(alone, Scalar.self)
        try onEveryGrid(Self.shape) { mesh in
            for (found, expected) in zip(components(mesh, Scalar.self), expected) {
                XCTAssertEqual(differences(found.modes, expected.modes), 0, "\(mesh.grid.shape)")
            }
        }
        try compareResults(Scalar.self)
    }

    private func compareResults<Scalar: FourierScalar>(_: Scalar.Type) throws {
        let expected = result(try Decomposition(shape: Self.shape, over: singleRank), Scalar.self)
        try onEveryGrid(Self.shape) { mesh in
            XCTAssertEqual(differences(result(mesh, Scalar.self), expected), 0, "\(mesh.grid.shape)")
        }
    }

    private final class Holder<Scalar: FourierScalar> {
        let modes: FourierField<Scalar>
        init(_ modes: consuming FourierField<Scalar>) { self.modes = modes }
    }

    private func components<Scalar: FourierScalar>(
        _ mesh: Decomposition, _: Scalar.Type
    ) -> [Holder<Scalar>] {
        components(of: FourierTransform<Scalar>(mesh).forward(noiseField(mesh, seed: 1)))
    }

    private func components<Scalar: FourierScalar>(
        of modes: borrowing FourierField<Scalar>
    ) -> [Holder<Scalar>] {
        let products = DealiasedProducts<Scalar>(modes.decomposition, spacing: Self.spacing)
        let fields = (0..<6).map { _ in products.emptyField() }
        products.multiply(
            [.tensor(products.tensor(of: modes.copy(for: "test")))],
            into: fields.enumerated().map { (at: $0.offset, .field($0.element)) }) { _ in }
        return fields.map { Holder(products.modes(of: $0)) }
    }

    /// Σ k_i k_j r_ij of six fields of noise.
    private func result<Scalar: FourierScalar>(_ mesh: Decomposition, _: Scalar.Type) -> FourierField<Scalar> {
        let (products, transform) = (
            DealiasedProducts<Scalar>(mesh, spacing: Self.spacing), FourierTransform<Scalar>(mesh)
        )
        let tensor = products.emptyTensor()
        products.multiply(
            (0..<6).map {
                .field(products.field(of: transform.forward(noiseField(mesh, seed: UInt64($0)))))
            }, into: [(at: 0, .tensor(tensor))]) { _ in }
        return products.modes(of: tensor)
    }

    /// k_i k_j f, without Nyquist planes.
    private func scaled(_ modes: borrowing FourierField<Double>, _ component: Int) -> FourierField<Double> {
        var result = modes.copy(for: "test")
        let (i, j) = Self.axes[component]
        result.mapModes { x, y, z, real, imaginary in
            var k = SIMD3<Double>()
            for (axis, index) in [x, y, z].enumerated() {
                let length = Self.shape[axis]
                if 2 * index == length { return (0, 0) }
                k[axis] =
                    2 * .pi * Double(Wavenumbers.modeNumber(index, of: length))
                    / (Double(length) * Self.spacing)
            }
            return (k[i] * k[j] * real, k[i] * k[j] * imaginary)
        }
        return result
    }

    private func largest(_ modes: borrowing FourierField<Double>) -> Double {
        var largest = 0.0
        modes.forEachMode { _, _, _, real, imaginary in largest = max(largest, abs(real), abs(imaginary)) }
        return largest
    }

    private func largestDifference(
        _ modes: borrowing FourierField<Double>, _ others: borrowing FourierField<Double>
    ) -> Double {
        var negative = others.copy(for: "test")
        negative.mapModes { _, _, _, real, imaginary in (-real, -imaginary) }
        negative.add(modes)
        return largest(negative)
    }
}
