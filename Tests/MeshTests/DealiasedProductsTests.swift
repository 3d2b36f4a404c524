import Foundation
import Mesh
import Parallel
import TestSupport
import XCTest

final class DealiasedProductsTests: MeshTestCase {
    /// Sides of at least three points, which are what can be padded.
    private static let paddable = shapes.filter { $0.min() >= 3 } + [[6, 7, 5]]

    /// 2 cos(a·q) 2 cos(b·q) = 2 cos((a + b)·q) + 2 cos((a − b)·q): what lies beyond the mesh is gone instead of
    /// coming back as another mode.
    func testAProductOfWavesHasNoModesButSumAndDifference() throws {
        let shape: SIMD3<Int> = [12, 15, 10]
        let cases: [(SIMD3<Int>, SIMD3<Int>, kept: [SIMD3<Int>])] = [
            ([3, -4, 2], [1, 3, 1], [[4, -1, 3], [2, -7, 1]]),
            ([4, 5, 3], [3, -5, -2], []),
            ([4, 5, 3], [3, 5, 2], [[1, 0, 1]]),
            ([5, 7, 4], [5, 7, 4], [[0, 0, 0]]),
        ]
        try onEveryGrid(shape) { mesh in
            let products = DealiasedProducts<Double>(mesh)
            for (a, b, kept) in cases {
                let found = product(of: waves(a, mesh), waves(b, mesh), by: products)
                found.forEachMode { x, y, z, real, imaginary in
                    let k: SIMD3<Int> = [
                        Wavenumbers.modeNumber(x, of: shape.x), Wavenumbers.modeNumber(y, of: shape.y), z,
                    ]
                    let mirror = 0 &- k
                    // A constant of 2 is a mode of 2 N; a wave has half of its amplitude on each side.
                    let expected =
                        kept.contains(k) || kept.contains(mirror)
                        ? Double(mesh.pointCount) * (k == SIMD3(repeating: 0) ? 2 : 1) : 0
                    XCTAssertEqual(real, expected, accuracy: 1e-9, "\(a) \(b) at \(k)")
                    XCTAssertEqual(imaginary, 0, accuracy: 1e-9)
                }
            }
        }
    }

    /// r_k = 1/N Σ f_k′ g_(k−k′) over the modes without Nyquist planes, nothing wrapped around.
    func testAProductIsTheConvolutionOfModes() throws {
        let shape: SIMD3<Int> = [6, 7, 5]
        let whole = try Decomposition(shape: shape, over: singleRank)
        let transform = FourierTransform<Double>(whole)
        let f = transform.forward(noiseField(whole, seed: 1))
        let g = transform.forward(noiseField(whole, seed: 2))
        let (fModes, gModes) = (fullSpectrum(f), fullSpectrum(g))
        try onEveryGrid(shape) { mesh in
            let transform = FourierTransform<Double>(mesh)
            let found = product(
                of: transform.forward(noiseField(mesh, seed: 1)),
                transform.forward(noiseField(mesh, seed: 2)), by: DealiasedProducts(mesh))
            var largest = 0.0
            found.forEachMode { x, y, z, real, imaginary in
                let k: SIMD3<Int> = [
                    Wavenumbers.modeNumber(x, of: shape.x), Wavenumbers.modeNumber(y, of: shape.y), z,
                ]
                var sum = (0.0, 0.0)
                if fModes[k] != nil {
                    for (other, value) in fModes {
                        guard let partner = gModes[k &- other] else { continue }
                        sum.0 += value.0 * partner.0 - value.1 * partner.1
                        sum.1 += value.0 * partner.1 + value.1 * partner.0
                    }
                }
                XCTAssertEqual(real, sum.0 / 210, accuracy: 1e-12)
                XCTAssertEqual(imaginary, sum.1 / 210, accuracy: 1e-12)
                largest = max(largest, abs(real))
            }
            XCTAssertGreaterThan(world.maximum(largest), 1)
        }
    }

    /// ⟨P(f g), r⟩ = ⟨f, P(r g)⟩
    func testTheTransposeIsTheSameProduct() throws {
        for shape in Self.paddable {
            try onEveryGrid(shape) { mesh in
                let transform = FourierTransform<Double>(mesh)
                let products = DealiasedProducts<Double>(mesh)
                func applied(_ seed: UInt64) -> Field<Double> {
                    transform.inverse(
                        product(
                            of: transform.forward(noiseField(mesh, seed: seed)),
                            transform.forward(noiseField(mesh, seed: 9)), by: products), ghosts: .none)
                }
                let there = try innerProduct(
                    applied(1).values.span, (noiseField(mesh, seed: 3) as Field<Double>).values.span,
                    of: "test", over: mesh.grid)
                let back = try innerProduct(
                    applied(3).values.span, (noiseField(mesh, seed: 1) as Field<Double>).values.span,
                    of: "test", over: mesh.grid)
                XCTAssertEqual(there, back, accuracy: 1e-12 * Double(mesh.pointCount))
                XCTAssertGreaterThan(abs(there), 1e-3)
            }
        }
    }

    func testProductsAreTheSameBitsOnEveryGrid() throws {
        for shape in Self.paddable {
            try compareGrids(Float.self, shape)
            try compareGrids(Double.self, shape)
        }
    }

    private func compareGrids<Scalar: FourierScalar>(_: Scalar.Type, _ shape: SIMD3<Int>) throws {
        func computed(_ mesh: Decomposition) -> FourierField<Scalar> {
            let transform = FourierTransform<Scalar>(mesh)
            return product(
                of: transform.forward(noiseField(mesh, seed: 1)),
                transform.forward(noiseField(mesh, seed: 2)), by: DealiasedProducts(mesh))
        }
        let expected = computed(try Decomposition(shape: shape, over: singleRank))
        var largest = 0.0
        expected.forEachMode { _, _, _, real, _ in largest = max(largest, abs(Double(real))) }
        XCTAssertGreaterThan(largest, 1e-3)
        try onEveryGrid(shape) { mesh in
            XCTAssertEqual(
                differences(computed(mesh), expected), 0, "\(Scalar.self) \(shape) on \(mesh.grid.shape)")
        }
    }

    /// Two results, so that there are as many as fields that go in: f g, and f f, which is dropped.
    private func product<Scalar: FourierScalar>(
        of first: borrowing FourierField<Scalar>, _ second: borrowing FourierField<Scalar>,
        by products: DealiasedProducts<Scalar>
    ) -> FourierField<Scalar> {
        let result = Holder<Scalar>()
        products.evaluate(inputs: 2, outputs: 2) { index in
            index == 0 ? first.copy(for: "test") : second.copy(for: "test")
        } multiply: { planes in
            let (f, g) = unsafe (planes.field(0), planes.field(1))
            for point in 0..<planes.count {
                let value = unsafe f[point]
                unsafe f[point] = value * g[point]
                unsafe g[point] = value * value
            }
        } output: { index, modes in
            if index == 0 { result.modes = consume modes }
        }
        return result.take()
    }

    private final class Holder<Scalar: FourierScalar> {
        var modes: FourierField<Scalar>?

        func take() -> FourierField<Scalar> { modes.take()! }
    }

    /// The modes of 2 cos(k·q).
    private func waves(_ k: SIMD3<Int>, _ mesh: Decomposition) -> FourierField<Double> {
        var field = Field<Double>(mesh, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in
            let turns =
                Double(k.x * x) / Double(mesh.shape.x) + Double(k.y * y) / Double(mesh.shape.y)
                + Double(k.z * z) / Double(mesh.shape.z)
            return 2 * cos(2 * .pi * turns)
        }
        return FourierTransform<Double>(mesh).forward(field)
    }

    /// All modes but those of Nyquist planes, by signed mode numbers.
    private func fullSpectrum(_ field: borrowing FourierField<Double>) -> [SIMD3<Int>: (Double, Double)] {
        let shape = field.decomposition.shape
        var modes: [SIMD3<Int>: (Double, Double)] = [:]
        field.forEachMode { x, y, z, real, imaginary in
            guard 2 * x != shape.x, 2 * y != shape.y, 2 * z != shape.z else { return }
            let k: SIMD3<Int> = [
                Wavenumbers.modeNumber(x, of: shape.x), Wavenumbers.modeNumber(y, of: shape.y), z,
            ]
            modes[k] = (real, imaginary)
            modes[0 &- k] = (real, -imaginary)
        }
        return modes
    }
}
