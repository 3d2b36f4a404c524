internal import Glibc
internal import Mesh

/// The Gaussian `exp(−k²R²/2)` on a small periodic picture, as a convolution along each side.
///
/// Every rank does all of it in the same order, so that nothing has to be exchanged. It is its own transpose.
struct PeriodicSmoothing {
    private let shape: SIMD2<Int>
    private let kernels: [[Double]]

    /// A smoothing.
    ///
    /// - Parameters:
    ///   - radius: R along each side [pixels].
    ///   - shape: pixels along each side.
    init(radius: SIMD2<Double>, shape: SIMD2<Int>) {
        self.shape = shape
        kernels = [0, 1].map { Self.kernel(radius: radius[$0], length: shape[$0]) }
    }

    /// `1/n Σ_k exp(−k²R²/2) cos(k d)` for distances d from 0 to n − 1; symmetric to the last bit.
    private static func kernel(radius: Double, length: Int) -> [Double] {
        let waves = Wavenumbers(of: length).phases
        let half = (0...length / 2).map { distance in
            waves.enumerated().reduce(0.0) { sum, mode in
                let (index, wave) = (mode.offset, mode.element)
                // The turn modulo the length, exact whatever the distance.
                let turn = Double(index * distance % length) / Double(length)
                return sum + exp(-wave * wave * radius * radius / 2) * cos(2 * Double.pi * turn)
            } / Double(length)
        }
        return (0..<length).map { half[min($0, length - $0)] }
    }

    /// The smoothed picture, `[u][v]`.
    func callAsFunction(_ values: [Double]) -> [Double] {
        var alongV = [Double](repeating: 0, count: values.count)
        for u in 0..<shape.x {
            for v in 0..<shape.y {
                var sum = 0.0
                for other in 0..<shape.y {
                    sum += kernels[1][abs(v - other)] * values[u * shape.y + other]
                }
                alongV[u * shape.y + v] = sum
            }
        }
        var result = [Double](repeating: 0, count: values.count)
        for u in 0..<shape.x {
            for other in 0..<shape.x {
                let weight = kernels[0][abs(u - other)]
                for v in 0..<shape.y { result[u * shape.y + v] += weight * alongV[other * shape.y + v] }
            }
        }
        return result
    }
}
