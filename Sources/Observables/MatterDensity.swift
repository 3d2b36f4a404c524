public import Dynamics
public import Mesh
public import Particles

/// The density of matter on a mesh, in units of its mean.
///
///     ρ(c)/ρ̄ = M/N Σᵢ W(xᵢ − c)
///
/// for M cells and N particles, W cloud-in-cell.
///
/// - Source: Hockney & Eastwood 1988, §5-3.
public final class MatterDensity<Scalar: ParticleScalar>: Observable {
    /// The force mesh.
    public let grid: CellGrid<Scalar>

    /// The density on the force mesh.
    ///
    /// - Parameters:
    ///   - transform: on the force mesh.
    ///   - cell: its spacing [Mpc/h].
    public init(on transform: FourierTransform<Scalar>, cell: Double) {
        grid = .mesh(transform, cell: cell)
    }

    /// ρ/ρ̄. Collective.
    ///
    /// - Throws: `MassError` on all ranks when Σ ρ(c) is not the mass of the particles.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        .mesh(try particles.relativeDensity())
    }

    /// `x̄ᵢ += M/N Σ_c ∇W(xᵢ − c) ρ̄(c)`. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) {
        particles.depositAdjoint(
            cotangent.takeField().withGhosts(.cloudInCell, for: "density cotangent"),
            carrying: &adjoint.cotangents)
    }
}
