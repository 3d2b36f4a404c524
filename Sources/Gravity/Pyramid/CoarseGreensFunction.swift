internal import Glibc

/// The Green's function of the coarsest mesh of a pyramid, which makes the force's error least, in units of the cell
/// of the finest mesh.
///
/// With the kernel's `g₀ = −1/K²`, weights `p₀ = k^−1.5 Π sinc⁴(k/2)` of the density that is expected and
/// `q₀ = Π sinc⁴(k/2) Σ [(8 sin k − sin 2k)/6]²` of the gradient and both clouds, and sums over the eight modes of a
/// mesh that are one on the next coarser mesh:
///
///     p_{l+1} = Σ p W²,   q_{l+1} = Σ q W²,   g_{l+1} = Σ p q W² (g_l − Ŝ_l) / (p_{l+1} q_{l+1}),   W = Π cos⁸(k/2)
///
/// g(0) = 0. It is real and depends on |k| along each axis, so the operator is symmetric.
/// - Source: Hockney & Eastwood 1988, §8-3-3, eq. 8-22, for a mesh below a mesh.
package struct CoarseGreensFunction {
    private let finest: FinestLevel
    /// Level l and its passage to level l + 1.
    private let passages: [Passage]

    /// - Parameters:
    ///   - shape: points of the finest mesh, divisible by 2^L for L filters.
    ///   - laplacian: of the kernel.
    ///   - filters: short ranges of the levels above the coarsest.
    package init(finest shape: SIMD3<Int>, laplacian: ForceKernel.Laplacian, filters: [ShortRange]) {
        finest = FinestLevel(shape, laplacian)
        passages = filters.enumerated().map { level, filter in
            Passage(from: SIMD3(shape.x >> level, shape.y >> level, shape.z >> level), filter)
        }
    }

    /// g at a mode of the coarsest mesh, of indices from 0 along each axis.
    package func callAsFunction(x: Int, y: Int, z: Int) -> Double {
        (x, y, z) == (0, 0, 0) ? 0 : mode(on: passages.count, x, y, z).g
    }

    private typealias Mode = (g: Double, p: Double, q: Double)

    private func mode(on level: Int, _ x: Int, _ y: Int, _ z: Int) -> Mode {
        if level == 0 { return finest.mode(x, y, z) }
        let passage = passages[level - 1]
        let half = passage.half
        var sum: Mode = (0, 0, 0)
        for image in 0..<8 {
            let i = x + (image & 4 == 0 ? 0 : half.x)
            let j = y + (image & 2 == 0 ? 0 : half.y)
            let k = z + (image & 1 == 0 ? 0 : half.z)
            let fine = mode(on: level - 1, i, j, k)
            let weight = passage.weight(i, j, k)
            sum.p += fine.p * weight
            sum.q += fine.q * weight
            sum.g += fine.p * fine.q * weight * (fine.g - passage.response(i, j, k))
        }
        // Where images of the mean have weights of about 1e-250, there is nothing.
        let denominator = sum.p * sum.q
        sum.g = denominator > 0 ? sum.g / denominator : 0
        return sum
    }

    /// g₀, p₀ and q₀ from tables per axis.
    private struct FinestLevel {
        private let squares: [[Double]]
        private let eigenvalues: [[Double]]
        private let clouds: [[Double]]
        private let gradients: [[Double]]

        init(_ shape: SIMD3<Int>, _ laplacian: ForceKernel.Laplacian) {
            func table(_ value: (Double) -> Double) -> [[Double]] {
                (0..<3).map { axis in
                    (0..<shape[axis]).map { index in
                        value(
                            2 * Double.pi * Double(min(index, shape[axis] - index)) / Double(shape[axis]))
                    }
                }
            }
            squares = table { $0 * $0 }
            eigenvalues = table(laplacian.eigenvalue(of:))
            clouds = table { k in
                let sinc = k == 0 ? 1 : sin(k / 2) / (k / 2)
                return sinc * sinc * sinc * sinc
            }
            gradients = table { k in
                let gradient = (8 * sin(k) - sin(2 * k)) / 6
                return gradient * gradient
            }
        }

        func mode(_ x: Int, _ y: Int, _ z: Int) -> Mode {
            let square = squares[0][x] + squares[1][y] + squares[2][z]
            guard square > 0 else { return (0, 0, 0) }
            let cloud = clouds[0][x] * clouds[1][y] * clouds[2][z]
            let root = square.squareRoot()
            return (
                g: -1 / (eigenvalues[0][x] + eigenvalues[1][y] + eigenvalues[2][z]),
                p: cloud / (root * root.squareRoot()),
                q: cloud * (gradients[0][x] + gradients[1][y] + gradients[2][z])
            )
        }
    }

    /// A level's W² and Ŝ from tables per axis.
    private struct Passage {
        /// Points of the coarser mesh.
        let half: SIMD3<Int>
        private let weights: [[Double]]
        /// By axis, term and index.
        private let responses: [[[Double]]]

        init(from shape: SIMD3<Int>, _ filter: ShortRange) {
            half = SIMD3(shape.x / 2, shape.y / 2, shape.z / 2)
            func wavenumber(_ index: Int, _ axis: Int) -> Double {
                2 * Double.pi * Double(index) / Double(shape[axis])
            }
            weights = (0..<3).map { axis in
                (0..<shape[axis]).map { index in
                    let cosine = cos(wavenumber(index, axis) / 2)
                    let square = cosine * cosine
                    let eighth = square * square * square * square
                    return eighth * eighth
                }
            }
            responses = (0..<3).map { axis in
                filter.terms.map { taps in
                    (0..<shape[axis]).map { index in
                        let k = wavenumber(index, axis)
                        return taps.indices.dropFirst().reduce(taps[0]) { sum, a in
                            sum + 2 * taps[a] * cos(Double(a) * k)
                        }
                    }
                }
            }
        }

        func weight(_ x: Int, _ y: Int, _ z: Int) -> Double { weights[0][x] * weights[1][y] * weights[2][z] }

        func response(_ x: Int, _ y: Int, _ z: Int) -> Double {
            var sum = 0.0
            for term in responses[0].indices {
                sum += responses[0][term][x] * responses[1][term][y] * responses[2][term][z]
            }
            return sum
        }
    }
}
