import Foundation
import FourierOracle
import Memory
import Mesh
import XCTest

final class FourierTransformTests: MeshTestCase {
    func testSpectrumIsThatOfASerialTransform() throws {
        for shape in Self.shapes + [[64, 64, 64]] {
            try compareSpectrumWithOracle(Float.self, shape, tolerance: 3e-7)
            try compareSpectrumWithOracle(Double.self, shape, tolerance: 1e-15)
        }
    }

    func testFieldIsThatOfASerialTransformEvenOfASpectrumThatIsNotHermitian() throws {
        for shape in Self.shapes + [[64, 64, 64]] {
            try compareFieldWithOracle(Float.self, shape, tolerance: 3e-7)
            try compareFieldWithOracle(Double.self, shape, tolerance: 1e-15)
        }
    }

    func testInverseUndoesForward() throws {
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                try roundTrip(Float.self, mesh, tolerance: 1e-6)
                try roundTrip(Double.self, mesh, tolerance: 2e-15)
            }
        }
    }

    func testBitsAreThoseOfOneRank() throws {
        for shape in Self.shapes + [[64, 64, 64], [32, 48, 40]] {
            try compareBitsWithOneRank(Float.self, shape)
            try compareBitsWithOneRank(Double.self, shape)
        }
    }

    func testGhostWidthsDoNotChangeBits() throws {
        try onEveryGrid([17, 19, 23]) { mesh in
            let transform = FourierTransform<Float>(mesh)
            let plain = transform.forward(noiseField(mesh))
            let spectrum = transform.forward(noiseField(mesh, ghosts: .stencil))
            XCTAssertEqual(differences(spectrum, plain), 0)
            let field = transform.inverse(plain, ghosts: .none)
            let padded = transform.inverse(spectrum, ghosts: .stencil)
            field.forEachPoint { x, y, z, value in XCTAssertEqual(value, padded[x, y, z]) }
        }
    }

    func testATransformServesFieldsOnAnyMeshSharedAlike() throws {
        try onEveryGrid([17, 19, 23]) { mesh in
            let twin = try Decomposition(shape: mesh.shape, over: mesh.grid)
            let transform = FourierTransform<Float>(mesh)
            let expected = transform.forward(noiseField(mesh))
            XCTAssertEqual(differences(transform.forward(noiseField(twin)), expected), 0)
        }
    }

    func testPlaneWaveLandsInItsMode() throws {
        let shape: SIMD3<Int> = [12, 15, 10]
        let wave: SIMD3<Int> = [3, -4, 2]
        try onEveryGrid(shape) { mesh in
            var field = Field<Double>(mesh, ghosts: .none, for: "test")
            field.mapPoints { x, y, z, _ in
                let turns =
                    Double(wave.x * x) / 12 + Double(wave.y * y) / 15 + Double(wave.z * z) / 10
                return 2 * cos(2 * .pi * turns + 0.5)
            }
            let spectrum = FourierTransform<Double>(mesh).forward(field)
            // 2 cos(k·q + φ) = exp(iφ) exp(ik·q) + c.c., so f_k = N exp(iφ).
            var found = 0
            spectrum.forEachMode { x, y, z, real, imaginary in
                let k: SIMD3<Int> = [
                    Wavenumbers.modeNumber(x, of: shape.x),
                    Wavenumbers.modeNumber(y, of: shape.y), z,
                ]
                let expected = k == wave ? 1800.0 : 0
                found += k == wave ? 1 : 0
                XCTAssertEqual(real, expected * cos(0.5), accuracy: 1e-10)
                XCTAssertEqual(imaginary, expected * sin(0.5), accuracy: 1e-10)
            }
            XCTAssertEqual(world.sum(found), 1)
        }
    }

    func testEveryModeIsHeldByOneRank() throws {
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                let spectrum = FourierField<Float>(mesh, for: "test")
                XCTAssertEqual(world.sum(spectrum.modeCount), shape.x * shape.y * (shape.z / 2 + 1))
                XCTAssertEqual(spectrum.values.count, 2 * spectrum.modeCount)
            }
        }
    }

    func testPowerIsThatOfTheFieldWithHermitianWeights() throws {
        // Σ_k w |f_k|² = N Σ_q f²
        for shape in Self.shapes {
            try onEveryGrid(shape) { mesh in
                let field: Field<Double> = noiseField(mesh)
                let power = try world.exactSum(count: field.values.count, of: "f²") {
                    let value = field.values.span[$0]
                    return value * value
                }
                let spectrum = FourierTransform<Double>(mesh).forward(field)
                var terms: [Double] = []
                spectrum.forEachMode { _, _, z, real, imaginary in
                    terms.append(Double(mesh.hermitianWeight(z: z)) * (real * real + imaginary * imaginary))
                }
                let weighted = try world.exactSum(count: terms.count, of: "|f_k|²") { terms[$0] }
                XCTAssertGreaterThan(power, 0)
                XCTAssertEqual(weighted / (Double(mesh.pointCount) * power), 1, accuracy: 1e-14)
            }
        }
    }

    func testTrafficBookedIsWhatCrossesRanks() throws {
        try onEveryGrid([24, 24, 22]) { mesh in
            let transform = FourierTransform<Float>(mesh)
            let field: Field<Float> = noiseField(mesh)
            mesh.grid.phases.reset()
            let spectrum = transform.forward(field)
            // All blocks are equal here, and a rank keeps one of each exchange.
            let bytes = 8 * spectrum.modeCount
            let (columns, rows) = (mesh.grid.shape.x, mesh.grid.shape.y)
            let entry = mesh.grid.phases.entries[.exchange]
            XCTAssertEqual(entry?.bytesSent ?? 0, bytes - bytes / rows + bytes - bytes / columns)
            XCTAssertEqual(entry?.messages ?? 0, rows - 1 + columns - 1)
        }
    }

    func testAtMostTwoArraysOfTheFieldsSizeAreHeld() throws {
        try onEveryGrid([64, 64, 64]) { mesh in
            let transform = FourierTransform<Float>(mesh)
            let memory = mesh.grid.memory
            var field: Field<Float> = noiseField(mesh)
            let one = memory.bytesInUse
            let plane = 8 * 33 * 64 * 2
            for _ in 0..<2 {
                field = transform.inverse(transform.forward(field), ghosts: .none)
                field = transform.filter(field, by: MultiplierSamples.laplacian(mesh.shape), ghosts: .none)
            }
            XCTAssertEqual(memory.bytesInUse, one)
            XCTAssertLessThanOrEqual(memory.peakBytes, 2 * one + plane, "grid \(mesh.grid.shape)")
        }
    }
}

extension FourierTransformTests {
    private func roundTrip<Scalar: FourierScalar>(
        _: Scalar.Type, _ mesh: Decomposition, tolerance: Double
    ) throws {
        let transform = FourierTransform<Scalar>(mesh)
        let field = transform.inverse(
            transform.forward(noiseField(mesh, ghosts: .cloudInCell)), ghosts: .stencil)
        var largest = 0.0
        field.forEachPoint { x, y, z, value in
            largest = max(largest, abs(Double(value) - Self.noise(x, y, z)))
        }
        XCTAssertLessThan(
            world.maximum(largest), tolerance, "\(Scalar.self) \(mesh.shape) on \(mesh.grid.shape)")
    }

    private func compareBitsWithOneRank<Scalar: FourierScalar>(_: Scalar.Type, _ shape: SIMD3<Int>) throws {
        let single = try Decomposition(shape: shape, over: singleRank)
        let reference = FourierTransform<Scalar>(single)
        let multiplier = MultiplierSamples.laplacian(shape)
        let spectrum = reference.forward(noiseField(single))
        let field = reference.inverse(spectrum.copy(for: "test"), ghosts: .none)
        let filtered = reference.filter(noiseField(single), by: multiplier, ghosts: .none)
        try onEveryGrid(shape) { mesh in
            let transform = FourierTransform<Scalar>(mesh)
            let sharedSpectrum = transform.forward(noiseField(mesh))
            let label = "\(Scalar.self) \(shape) on \(mesh.grid.shape)"
            XCTAssertEqual(differences(sharedSpectrum, spectrum), 0, label)
            let sharedField = transform.inverse(sharedSpectrum, ghosts: .cloudInCell)
            XCTAssertEqual(differences(sharedField, field), 0, label)
            let sharedFiltered = transform.filter(noiseField(mesh), by: multiplier, ghosts: .stencil)
            XCTAssertEqual(differences(sharedFiltered, filtered), 0, label)
        }
    }

    private func compareSpectrumWithOracle<Scalar: FourierScalar>(
        _: Scalar.Type, _ shape: SIMD3<Int>, tolerance: Double
    ) throws {
        let half = shape.z / 2 + 1
        var field: [Double] = []
        for x in 0..<shape.x {
            for y in 0..<shape.y { for z in 0..<shape.z { field.append(Self.noise(x, y, z)) } }
        }
        var expected = [Double](repeating: 0, count: 2 * shape.x * shape.y * half)
        let status = unsafe fourier_oracle_forward(
            Int64(shape.x), Int64(shape.y), Int64(shape.z), field, &expected)
        XCTAssertEqual(status, 0)
        let norm = expected.reduce(0) { $0 + $1 * $1 }
        XCTAssertGreaterThan(norm, 0)
        try onEveryGrid(shape) { mesh in
            let spectrum = FourierTransform<Scalar>(mesh).forward(noiseField(mesh))
            var error = 0.0
            spectrum.forEachMode { x, y, z, real, imaginary in
                let place = 2 * ((x * shape.y + y) * half + z)
                let difference = (Double(real) - expected[place], Double(imaginary) - expected[place + 1])
                error += difference.0 * difference.0 + difference.1 * difference.1
            }
            XCTAssertLessThan(
                (world.maximum(error) / norm).squareRoot(), tolerance,
                "\(Scalar.self) \(shape) on \(mesh.grid.shape)")
        }
    }

    private func compareFieldWithOracle<Scalar: FourierScalar>(
        _: Scalar.Type, _ shape: SIMD3<Int>, tolerance: Double
    ) throws {
        var modes: [Double] = []
        for x in 0..<shape.x {
            for y in 0..<shape.y {
                for z in 0...shape.z / 2 {
                    modes += [Self.noise(x, y, z), Self.noise(x, y, z, seed: 2)]
                }
            }
        }
        let count = shape.x * shape.y * shape.z
        var expected = [Double](repeating: 0, count: count)
        let status = unsafe fourier_oracle_backward(
            Int64(shape.x), Int64(shape.y), Int64(shape.z), modes, &expected)
        XCTAssertEqual(status, 0)
        let norm = expected.reduce(0) { $0 + $1 * $1 }
        XCTAssertGreaterThan(norm, 0)
        try onEveryGrid(shape) { mesh in
            let field = FourierTransform<Scalar>(mesh).inverse(noiseSpectrum(mesh), ghosts: .none)
            var error = 0.0
            field.forEachPoint { x, y, z, value in
                let difference = Double(value) * Double(count) - expected[(x * shape.y + y) * shape.z + z]
                error += difference * difference
            }
            XCTAssertLessThan(
                (world.maximum(error) / norm).squareRoot(), tolerance,
                "\(Scalar.self) \(shape) on \(mesh.grid.shape)")
        }
    }
}
