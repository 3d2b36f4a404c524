import Mesh
import TestSupport
import XCTest

/// A complex number, for tests only.
struct Complex {
    var real: Double
    var imaginary: Double

    var squaredMagnitude: Double { real * real + imaginary * imaginary }
}

/// A whole real field and all N of its modes, on one rank, by sums over lines: slow and plain.
struct SerialSpectrum {
    let shape: SIMD3<Int>
    /// `[x][y][z]`, all of z.
    var modes: [Complex]

    init(of field: [Double], shape: SIMD3<Int>) {
        self.shape = shape
        modes = field.map { Complex(real: $0, imaginary: 0) }
        for axis in 0..<3 { transform(along: axis) }
    }

    /// White noise of unit variance.
    static func noise(shape: SIMD3<Int>, seed: UInt64) -> [Double] {
        var random = SplitMix(seed: seed)
        return (0..<shape.x * shape.y * shape.z).map { _ in
            // Twelve uniform numbers make a normal one, nearly.
            (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
        }
    }

    subscript(x: Int, y: Int, z: Int) -> Complex { modes[(x * shape.y + y) * shape.z + z] }

    /// The half of the modes that a distributed spectrum holds.
    func field<Scalar: FourierScalar>(
        on decomposition: Decomposition, as _: Scalar.Type = Scalar.self,
        _ change: (SIMD3<Int>) -> Double = { _ in 1 }
    ) -> FourierField<Scalar> {
        var field = FourierField<Scalar>(decomposition, for: "test")
        field.mapModes { x, y, z, _, _ in
            let (mode, factor) = (self[x, y, z], change([x, y, z]))
            return (Scalar(factor * mode.real), Scalar(factor * mode.imaginary))
        }
        return field
    }

    private mutating func transform(along axis: Int) {
        let strides = [shape.y * shape.z, shape.z, 1]
        let (length, stride) = (shape[axis], strides[axis])
        let wave = (0..<length).map { index in
            let angle = -2 * Double.pi * Double(index) / Double(length)
            return Complex(real: cos(angle), imaginary: sin(angle))
        }
        for start in modes.indices where start / stride % length == 0 {
            let line = (0..<length).map { modes[start + $0 * stride] }
            for k in 0..<length {
                var sum = Complex(real: 0, imaginary: 0)
                for (q, value) in line.enumerated() {
                    let phase = wave[k * q % length]
                    sum.real += value.real * phase.real - value.imaginary * phase.imaginary
                    sum.imaginary += value.real * phase.imaginary + value.imaginary * phase.real
                }
                modes[start + k * stride] = sum
            }
        }
    }
}
