public import Mesh
public import Particles
internal import Parallel

/// Gravity by a pyramid of meshes: local filters, and transforms of the coarsest mesh alone.
///
///     A_l d = S_l d + E_l A_{l+1} R_l d        l < L
///     A_L d = FFT⁻¹ g_L FFT d
///
/// with R to a mesh of half as many points along each axis (``Reduction``), E its transpose (``Expansion``), S_l of
/// compact support (``ShortRange``) and the optimal g_L (``CoarseGreensFunction``). All parts are symmetric, so the
/// adjoint is the operator itself. There are no tiles: every value is made by one sequence of operations from the
/// values around it, whichever rank holds it, so the bits do not depend on ranks.
/// - Source: the two-level force of Modi, Lanusse & Seljak 2021, §5.2, with the kernels of multilevel summation (Hardy
///   et al. 2016) fitted by least squares.
public final class Pyramid<Scalar: ParticleScalar>: PotentialLaw {
    /// The force mesh.
    public let mesh: ForceMesh<Scalar>
    private let levels: [Level]
    private let coarsest: CoarsestMesh<Scalar>

    /// A level above the coarsest.
    private struct Level {
        let filter: ShortRange
        /// The filter's reach around a rank's block.
        let density: WindowFetch
        let reduction: Reduction<Scalar>
        /// What a rank's block is expanded from.
        let potential: WindowFetch
        let expansion: Expansion<Scalar>
    }

    /// A pyramid on a mesh that suits it. Collective.
    init(_ mesh: ForceMesh<Scalar>, following plan: PyramidPlan) throws {
        self.mesh = mesh
        var decompositions = [mesh.decomposition]
        let (shape, grid) = (mesh.decomposition.shape, mesh.decomposition.grid)
        for level in 1...plan.levels {
            decompositions.append(
                try Decomposition(
                    shape: PyramidPlan.shape(of: level, below: shape), over: grid, planes: 1))
        }
        levels = plan.filters.enumerated().map { level, filter in
            let (fine, coarse) = (decompositions[level], decompositions[level + 1])
            return Level(
                filter: filter,
                density: WindowFetch(fine, filter.windows(of: fine.shape, on: grid.shape)),
                reduction: Reduction(coarse: coarse),
                potential: WindowFetch(
                    coarse, Expansion<Scalar>.windows(of: fine.shape, on: grid.shape)),
                expansion: Expansion(fine: fine))
        }
        coarsest = CoarsestMesh(
            decompositions.last!,
            CoarseGreensFunction(
                finest: shape, laplacian: plan.kernel.laplacian, filters: plan.filters),
            scale: mesh.spacing * mesh.spacing)
    }

    /// `h² A₀ δ` [(Mpc/h)²], with ghosts ``GhostWidth/stencil``, filled. Collective.
    public func potential(of contrast: consuming Field<Scalar>) -> Field<Scalar> {
        apply(to: contrast, ghosts: .stencil)
    }

    /// `h² A₀ φ̄`: the operator is symmetric. Collective.
    public func contrastCotangent(of potentialCotangent: consuming Field<Scalar>) -> Field<Scalar> {
        apply(to: potentialCotangent, ghosts: .cloudInCell)
    }

    private func apply(to field: consuming Field<Scalar>, ghosts: GhostWidth) -> Field<Scalar> {
        var result = apply(from: 0, to: field, ghosts: ghosts)
        result.fillGhosts()
        return result
    }

    /// `h² A_l d`, with undefined ghost planes.
    private func apply(
        from level: Int, to field: consuming Field<Scalar>, ghosts: GhostWidth
    ) -> Field<Scalar> {
        guard level < levels.count else { return coarsest.solve(field) }
        let here = levels[level]
        let window = here.density.fetch(field)
        let coarse = apply(from: level + 1, to: here.reduction(window), ghosts: .none)
        var result = here.expansion(here.potential.fetch(coarse), ghosts: ghosts)
        here.filter.apply(to: window, scale: mesh.spacing * mesh.spacing, addingTo: &result)
        return result
    }
}

extension ShortRange {
    /// What it reaches around the blocks of a mesh; wide enough for ``Reduction`` as well.
    package func windows(of shape: SIMD3<Int>, on ranks: SIMD2<Int>) -> Windows {
        Windows(of: shape, on: ranks) { $0.lowerBound - radius..<$0.upperBound + radius }
    }
}

extension Expansion {
    /// What the blocks of a mesh are expanded from.
    package static func windows(of shape: SIMD3<Int>, on ranks: SIMD2<Int>) -> Windows {
        Windows(of: shape, on: ranks, window(of:))
    }
}

/// The mesh that is transformed.
private final class CoarsestMesh<Scalar: ParticleScalar> {
    private let transform: FourierTransform<Scalar>
    private let table: SpectralTable<Scalar>

    init(_ decomposition: Decomposition, _ green: CoarseGreensFunction, scale: Double) {
        transform = FourierTransform(decomposition)
        table = SpectralTable(decomposition) { x, y, z in scale * green(x: x, y: y, z: z) }
    }

    func solve(_ density: consuming Field<Scalar>) -> Field<Scalar> {
        var modes = transform.forward(density)
        table.multiply(&modes)
        return transform.inverse(modes, ghosts: .none)
    }
}
