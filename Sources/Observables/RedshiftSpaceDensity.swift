internal import Background
public import Dynamics
public import Mesh
public import Particles

/// The density of matter as redshifts show it, to an observer far away along an axis of the box.
///
///     s = x + c p_n n,    c = 1/(a² E(a)),    ρ(s)/ρ̄ as in ``MatterDensity``
///
/// with `p = a² dx/dt`, so that c p is the peculiar velocity over aH. The shift is a drift along one axis: integers
/// undo it exactly. Back: with s̄ of the density,
///
///     x̄ += s̄,    p̄_n += c s̄_n,    c̄ += Σ s̄_n p_n
///
/// - Source: Kaiser 1987, eq. 1.1.
public final class RedshiftSpaceDensity<Scalar: ParticleScalar>: Observable {
    /// The force mesh.
    public let grid: CellGrid<Scalar>
    private let axis: Int

    /// The density in redshift space.
    ///
    /// - Parameters:
    ///   - axis: the line of sight: 0, 1 or 2.
    ///   - transform: on the force mesh.
    ///   - cell: its spacing [Mpc/h].
    public init(along axis: Int, on transform: FourierTransform<Scalar>, cell: Double) {
        precondition((0..<3).contains(axis))
        self.axis = axis
        grid = .mesh(transform, cell: cell)
    }

    /// c.
    private func shift(at moment: Moment) -> Dual {
        let a = moment.scaleFactor
        return 1 / moment.cosmology.expansionRate(at: a).scaled(by: a * a)
    }

    /// ρ(s)/ρ̄. Collective.
    ///
    /// - Throws: `DriftOverflow` on all ranks when a particle is shifted by half the box; `MassError`.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        let shift = shift(at: moment).value
        try particles.drift(by: shift, along: axis)
        particles.route()
        let density = try particles.relativeDensity()
        try particles.drift(by: -shift, along: axis)
        particles.route()
        return .mesh(density)
    }

    /// Predicts and carries back while the particles stand where they are seen. Collective.
    public func observe(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>,
        judge: (consuming Cells<Scalar>) throws -> Cells<Scalar>
    ) throws {
        let shift = shift(at: moment)
        try particles.drift(by: shift.value, along: axis)
        particles.route(carrying: &adjoint.cotangents)
        let cotangent = try judge(.mesh(particles.relativeDensity()))
        try pullBack(cotangent, toShifted: particles, by: shift, addingTo: &adjoint)
        try particles.drift(by: -shift.value, along: axis)
        particles.route(carrying: &adjoint.cotangents)
    }

    /// See the formulas above. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        let shift = shift(at: moment)
        try particles.drift(by: shift.value, along: axis)
        particles.route(carrying: &adjoint.cotangents)
        try pullBack(cotangent, toShifted: particles, by: shift, addingTo: &adjoint)
        try particles.drift(by: -shift.value, along: axis)
        particles.route(carrying: &adjoint.cotangents)
    }

    private func pullBack(
        _ cotangent: consuming Cells<Scalar>, toShifted particles: borrowing ParticleSet<Scalar>,
        by shift: Dual,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        var seen = CotangentSet(for: particles)
        particles.depositAdjoint(
            cotangent.takeField().withGhosts(.cloudInCell, for: "density cotangent"), carrying: &seen)
        adjoint.parameters += shift.scaled(by: try particles.momentumProduct(with: seen, along: axis))
        adjoint.cotangents.addPositions(of: seen, count: particles.count)
        adjoint.cotangents.addMomentum(
            from: seen, along: axis, times: shift.value, count: particles.count)
    }
}
