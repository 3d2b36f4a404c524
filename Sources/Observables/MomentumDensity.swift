internal import Background
public import Dynamics
internal import Memory
public import Mesh
public import Particles

/// The momentum density of matter along an axis of the box: velocities over aH, weighted by density [Mpc/h].
///
///     π(c) = M/N Σᵢ uᵢ W(xᵢ − c),    u = s p_n,    s = 1/(a² E(a))
///
/// for M cells and N particles, W cloud-in-cell, with `p = a² dx/dt`. In linear theory u is f times the displacement.
/// Back, with the reading `r = M/N Σ_c W(xᵢ − c) π̄(c)`,
///
///     x̄ᵢ += M/N uᵢ Σ_c ∇W(xᵢ − c) π̄(c),    p̄_n += s r,    s̄ += Σ p_n r
///
/// - Source: Hockney & Eastwood 1988, §5-3.
public final class MomentumDensity<Scalar: ParticleScalar>: Observable {
    /// The force mesh.
    public let grid: CellGrid<Scalar>
    private let axis: Int

    /// The momentum density on the force mesh.
    ///
    /// - Parameters:
    ///   - axis: whose component: 0, 1 or 2.
    ///   - transform: on the force mesh.
    ///   - cell: its spacing [Mpc/h].
    public init(along axis: Int, on transform: FourierTransform<Scalar>, cell: Double) {
        precondition((0..<3).contains(axis))
        self.axis = axis
        grid = .mesh(transform, cell: cell)
    }

    /// s.
    private func factor(at moment: Moment) -> Dual {
        let a = moment.scaleFactor
        return 1 / moment.cosmology.expansionRate(at: a).scaled(by: a * a)
    }

    /// π. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        let unit = factor(at: moment).value * particles.units.momentum
        let momenta = particles.momentum[axis].span
        return .mesh(
            try particles.weightedDensity(of: "the momentum density") { unit * Double(momenta[$0]) })
    }

    /// See the formulas above. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        let field = cotangent.takeField().withGhosts(.cloudInCell, for: "momentum density cotangent")
        let factor = factor(at: moment)
        let unit = factor.value * particles.units.momentum
        let momenta = particles.momentum[axis].span
        particles.depositAdjoint(
            field, times: { unit * Double(momenta[$0]) }, carrying: &adjoint.cotangents)
        let readings = particles.gather(field)
        let perParticle = Double(field.decomposition.pointCount) / Double(particles.totalCount)
        adjoint.parameters += factor.scaled(
            by: try perParticle * particles.momentumProduct(with: readings, along: axis))
        adjoint.cotangents.addMomenta(
            readings, along: axis, times: perParticle * factor.value, count: particles.count)
    }
}
