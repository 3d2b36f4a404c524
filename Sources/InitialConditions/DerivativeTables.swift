internal import Mesh

/// The wavenumbers of a particle grid, arranged as the multipliers that perturbation theory needs.
struct DerivativeTables {
    let full: [[Double]]
    let withoutNyquist: [[Double]]
    let ones: [[Double]]

    init(shape: SIMD3<Int>, spacing: Double) {
        let axes = (0..<3).map { Wavenumbers(along: $0, of: shape) }
        full = axes.map { $0.values(spacing: spacing) }
        withoutNyquist = zip(axes, full).map { $0.withoutNyquist($1) }
        ones = full.map { $0.map { _ in 1 } }
    }

    /// `i k_axis / k²`: from δ to the first-order displacement for D1 = 1.
    func displacement(_ axis: Int) -> SpectralMultiplier {
        var factors = ones
        factors[axis] = withoutNyquist[axis]
        return multiplier(factors, timesI: 1)
    }

    /// `k_i k_j / k²`: from δ to `φ1,ij`; symmetric, so its own transpose.
    func tidal(_ i: Int, _ j: Int) -> SpectralMultiplier {
        var factors = ones
        if i == j {
            factors[i] = full[i].map { $0 * $0 }
        } else {
            factors[i] = withoutNyquist[i]
            factors[j] = withoutNyquist[j]
        }
        return multiplier(factors, timesI: 0)
    }

    /// `1/k²`: from a source to minus its potential.
    var inverseLaplacian: SpectralMultiplier { multiplier(ones, timesI: 0) }

    /// What makes a component of `−∇⁻²(∇ × s)` of the components of s.
    func curl(_ axis: Int) -> [(source: Int, multiplier: SpectralMultiplier)] {
        let (next, last) = ((axis + 1) % 3, (axis + 2) % 3)
        return [(last, displacement(next)), (next, displacement(last).negative)]
    }

    private func multiplier(_ factors: [[Double]], timesI: Int) -> SpectralMultiplier {
        let squares = full.map { $0.map { $0 * $0 } }
        return SpectralMultiplier(
            factors: .init(x: factors[0], y: factors[1], z: factors[2]),
            denominators: .init(x: squares[0], y: squares[1], z: squares[2]), timesI: timesI)
    }
}
