internal import Glibc
internal import Mesh

extension ForceKernel {
    /// The multiplier that turns an overdensity into its potential, `φ_k = −δ_k W⁻² / K²(k)`; zero at k = 0.
    ///
    /// - Parameters:
    ///   - shape: points of the mesh along x, y and z.
    ///   - spacing: mesh cell h [Mpc/h].
    func greensFunction(shape: SIMD3<Int>, spacing: Double) -> SpectralMultiplier {
        let axes = (0..<3).map { Wavenumbers(along: $0, of: shape).phases }
        let windows = axes.map { $0.map { deconvolvesWindows ? 1 / pow(sinc($0 / 2), 4) : 1 } }
        let eigenvalues = axes.map { $0.map { laplacian.eigenvalue(of: $0) / (spacing * spacing) } }
        return SpectralMultiplier(
            factors: .init(x: windows[0].map { -$0 }, y: windows[1], z: windows[2]),
            denominators: .init(x: eigenvalues[0], y: eigenvalues[1], z: eigenvalues[2]))
    }

    /// The multiplier of the spectral force, `F_k = −i k φ_k`, along one axis; zero on its Nyquist plane.
    static func spectralForce(axis: Int, shape: SIMD3<Int>, spacing: Double) -> SpectralMultiplier {
        let tables = (0..<3).map { other -> [Double] in
            let waves = Wavenumbers(along: other, of: shape)
            guard other == axis else { return waves.table { _ in 1 } }
            return waves.withoutNyquist(waves.phases.map { -$0 / spacing })
        }
        return SpectralMultiplier(factors: .init(x: tables[0], y: tables[1], z: tables[2]), timesI: 1)
    }
}

extension ForceKernel.Laplacian {
    /// `h² × ` the Laplacian's eigenvalue for the dimensionless wavenumber `w = k h`, sign reversed.
    func eigenvalue(of w: Double) -> Double {
        switch self {
        case .continuous: w * w
        case .secondOrder: w * w * sinc(w / 2) * sinc(w / 2)
        case .fourthOrder: w * w * (4 / 3 * sinc(w / 2) * sinc(w / 2) - 1 / 3 * sinc(w) * sinc(w))
        }
    }
}
