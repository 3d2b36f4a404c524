internal import Glibc
internal import Mesh
internal import Observables
internal import Particles

/// The Gaussian `S_R = exp(−k²R²/2)` on cells of any kind; it is its own transpose.
enum CellSmoothing<Scalar: ParticleScalar> {
    case mesh(SpectralMultiplier, FourierTransform<Scalar>)
    case plane(PeriodicSmoothing)

    /// A smoothing; nil for R = 0.
    ///
    /// - Parameter radius: R [Mpc/h].
    init?(radius: Double, on grid: CellGrid<Scalar>) {
        guard radius > 0 else { return nil }
        switch grid {
        case .mesh(let transform, let cell):
            self = .mesh(
                .gaussian(radius: radius / cell, shape: transform.decomposition.shape), transform)
        case .plane(let plane, let pixel):
            self = .plane(PeriodicSmoothing(radius: radius / pixel, shape: plane.shape))
        }
    }

    /// The smoothed cells. Collective.
    func callAsFunction(_ cells: consuming Cells<Scalar>) -> Cells<Scalar> {
        switch self {
        case .mesh(let multiplier, let transform):
            .mesh(transform.filter(cells.takeField(), by: multiplier, ghosts: .none))
        case .plane(let smoothing): .plane(smoothing(cells.pixels))
        }
    }
}

extension SpectralMultiplier {
    /// `exp(−k²R²/2)`, R in mesh cells.
    static func gaussian(radius: Double, shape: SIMD3<Int>) -> SpectralMultiplier {
        let tables = (0..<3).map { axis in
            Wavenumbers(along: axis, of: shape).phases.map { phase in
                let wave = phase * radius
                return exp(-wave * wave / 2)
            }
        }
        return SpectralMultiplier(factors: .init(x: tables[0], y: tables[1], z: tables[2]))
    }
}
