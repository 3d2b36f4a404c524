import Foundation
import Mesh
import XCTest

/// Multipliers to test with.
enum MultiplierSamples {
    /// −1/k² in units of the fundamental modes of a cube; nothing at k = 0.
    static func laplacian(_ shape: SIMD3<Int>) -> SpectralMultiplier {
        SpectralMultiplier(
            factors: .constant(1, shape: shape),
            denominators: wavenumbers(shape) { -$0 * $0 })
    }

    /// i kx times a Gaussian, without the Nyquist mode.
    static func smoothGradient(_ shape: SIMD3<Int>, timesI: Int = 1) -> SpectralMultiplier {
        var tables = wavenumbers(shape) { exp(-0.01 * $0 * $0) }
        for x in 0..<shape.x {
            let k = Wavenumbers.modeNumber(x, of: shape.x)
            tables.x[x] *= 2 * x == shape.x ? 0 : Double(k)
        }
        return SpectralMultiplier(factors: tables, timesI: timesI)
    }

    /// A function of the signed wavenumber for each axis.
    static func wavenumbers(_ shape: SIMD3<Int>, _ value: (Double) -> Double) -> SpectralMultiplier.Tables {
        func table(_ length: Int) -> [Double] {
            (0..<length).map { value(Double(Wavenumbers.modeNumber($0, of: length))) }
        }
        return .init(x: table(shape.x), y: table(shape.y), z: (0...shape.z / 2).map { value(Double($0)) })
    }
}

final class SpectralMultiplierTests: MeshTestCase {
    func testModesAreMultipliedByTheFormula() throws {
        let shape: SIMD3<Int> = [12, 15, 10]
        for timesI in -1...4 {
            var multiplier = MultiplierSamples.smoothGradient(shape, timesI: timesI)
            multiplier.denominators = MultiplierSamples.laplacian(shape).denominators
            try onEveryGrid(shape) { mesh in
                try check(Float.self, mesh, multiplier, tolerance: 1e-6)
                try check(Double.self, mesh, multiplier, tolerance: 1e-14)
            }
        }
    }

    func testFilterIsForwardMultiplyInverseToTheBit() throws {
        for shape in Self.shapes {
            var negative = MultiplierSamples.laplacian(shape)
            negative.timesI = 2
            let multipliers = [
                MultiplierSamples.laplacian(shape), MultiplierSamples.smoothGradient(shape), negative,
                MultiplierSamples.smoothGradient(shape, timesI: 3),
            ]
            try onEveryGrid(shape) { mesh in
                for multiplier in multipliers {
                    try compareFilter(Float.self, mesh, multiplier)
                    try compareFilter(Double.self, mesh, multiplier)
                }
            }
        }
    }

    func testMultipliedOnTheWayIsMultipliedBeforeOrAfterToTheBit() throws {
        for shape in Self.shapes + [[64, 16, 32]] {
            let multipliers = [
                MultiplierSamples.laplacian(shape), MultiplierSamples.smoothGradient(shape),
                MultiplierSamples.smoothGradient(shape, timesI: 3).negative,
            ]
            try onEveryGrid(shape) { mesh in
                for multiplier in multipliers {
                    compareOnTheWay(Float.self, mesh, multiplier)
                    compareOnTheWay(Double.self, mesh, multiplier)
                }
            }
        }
    }

    func testGradientOfAWaveIsItsDerivative() throws {
        try onEveryGrid([16, 12, 8]) { mesh in
            var field = Field<Double>(mesh, ghosts: .none, for: "test")
            field.mapPoints { x, _, _, _ in sin(2 * .pi * 3 * Double(x) / 16) }
            let gradient = FourierTransform<Double>(mesh)
                .filter(field, by: MultiplierSamples.smoothGradient(mesh.shape), ghosts: .none)
            gradient.forEachPoint { x, _, _, value in
                XCTAssertEqual(
                    value, 3 * exp(-0.09) * cos(2 * .pi * 3 * Double(x) / 16), accuracy: 1e-13)
            }
        }
    }

    private func check<Scalar: FourierScalar>(
        _: Scalar.Type, _ mesh: Decomposition, _ multiplier: SpectralMultiplier, tolerance: Double
    ) throws {
        let spectrum: FourierField<Scalar> = noiseSpectrum(mesh)
        let product = spectrum.multiplied(by: multiplier, for: "test")
        let f = multiplier.factors
        let denominators = try XCTUnwrap(multiplier.denominators)
        let turns = [(1.0, 0.0), (0, 1), (-1, 0), (0, -1)][multiplier.timesI & 3]
        spectrum.forEachMode { x, y, z, real, imaginary in
            let denominator = denominators.x[x] + denominators.y[y] + denominators.z[z]
            let m = denominator == 0 ? 0 : f.x[x] * f.y[y] * f.z[z] / denominator
            let place = product.offset(x: x, y: y, z: z)
            let (re, im) = (Double(real) * m, Double(imaginary) * m)
            XCTAssertEqual(
                Double(product.values.span[place]), turns.0 * re - turns.1 * im, accuracy: tolerance)
            XCTAssertEqual(
                Double(product.values.span[place + 1]), turns.0 * im + turns.1 * re, accuracy: tolerance)
        }
    }

    private func compareFilter<Scalar: FourierScalar>(
        _: Scalar.Type, _ mesh: Decomposition, _ multiplier: SpectralMultiplier
    ) throws {
        let transform = FourierTransform<Scalar>(mesh)
        let filtered = transform.filter(noiseField(mesh), by: multiplier, ghosts: .none)
        var spectrum = transform.forward(noiseField(mesh))
        spectrum.multiply(by: multiplier)
        let expected = transform.inverse(spectrum, ghosts: .none)
        XCTAssertEqual(
            differences(filtered, expected), 0, "\(Scalar.self) \(mesh.shape) on \(mesh.grid.shape)")
        // Bits that all are zero, or not a number, would agree too.
        var largest = 0.0
        expected.forEachPoint { _, _, _, value in largest = max(largest, abs(Double(value))) }
        XCTAssertTrue(world.maximum(largest) > 1e-3 && world.maximum(largest).isFinite)
    }

    private func compareOnTheWay<Scalar: FourierScalar>(
        _: Scalar.Type, _ mesh: Decomposition, _ multiplier: SpectralMultiplier
    ) {
        let transform = FourierTransform<Scalar>(mesh)
        let name = "\(Scalar.self) \(mesh.shape) on \(mesh.grid.shape)"
        let modes: FourierField<Scalar> = noiseSpectrum(mesh)
        let ghosts = GhostWidth(lower: 0, upper: 1)
        XCTAssertEqual(
            differences(
                transform.inverse(of: modes, times: multiplier, ghosts: ghosts),
                transform.inverse(modes.multiplied(by: multiplier, for: "test"), ghosts: ghosts)), 0,
            "inverse, \(name)")
        var sum: FourierField<Scalar> = noiseSpectrum(mesh, seed: 5)
        transform.forward(noiseField(mesh, ghosts: ghosts), times: multiplier, addingTo: &sum)
        var expected: FourierField<Scalar> = noiseSpectrum(mesh, seed: 5)
        expected.add(
            transform.forward(noiseField(mesh, ghosts: ghosts)).multiplied(by: multiplier, for: "test"))
        XCTAssertEqual(differences(sum, expected), 0, "forward, \(name)")
        let before: FourierField<Scalar> = noiseSpectrum(mesh, seed: 5)
        XCTAssertTrue(world.any(differences(sum, before) > 0), "nothing was added, \(name)")
    }
}
