internal import Background
public import Dynamics
internal import Memory
public import Mesh
public import Particles

/// The density of matter as redshifts show it to an observer anywhere, inside the box or far from it.
///
///     s = x + c α n,    n = r/|r|,  r = x − o,  α = p·n,    c = 1/(a² E(a)),    ρ(s)/ρ̄ as in ``MatterDensity``
///
/// with `p = a² dx/dt`. x lies in the box, from 0 to its side, and r is not wrapped: the line of sight jumps where the
/// box ends, so that a border of it must not be seen. Back: with q = s̄ of the density and β = q·n,
///
///     x̄ += q + (c/|r|) [β (p − α n) + α (q − β n)],    p̄ += c β n,    c̄ += Σ α β
///
/// - Source: Kaiser 1987, MNRAS 227, 1; Hamilton 1998, astro-ph/9708102.
public final class RadialRedshiftSpaceDensity<Scalar: ParticleScalar>: Observable {
    /// The force mesh.
    public let grid: CellGrid<Scalar>
    /// It is.
    public var isInUnitsOfItsMean: Bool { true }
    private let line: LineOfSight

    /// The density in redshift space.
    ///
    /// - Parameters:
    ///   - observer: where it is seen from [Mpc/h].
    ///   - transform: on the force mesh.
    ///   - cell: its spacing [Mpc/h].
    public init(from observer: SIMD3<Double>, on transform: FourierTransform<Scalar>, cell: Double) {
        line = .observer(observer)
        grid = .mesh(transform, cell: cell)
    }

    /// ρ(s)/ρ̄. Collective.
    ///
    /// - Throws: `DriftOverflow` on all ranks when a particle is shifted by half the box; `MassError`.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        let seen = try SeenParticles(
            of: particles, along: RedshiftSight(along: line, by: moment.redshiftShift.value))
        return .mesh(try seen.set.relativeDensity())
    }

    /// Predicts and carries back with one copy of the particles. Collective.
    public func observe(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>,
        judge: (consuming Cells<Scalar>) throws -> Cells<Scalar>
    ) throws {
        let shift = moment.redshiftShift
        let sight = RedshiftSight(along: line, by: shift.value)
        let seen = try SeenParticles(of: particles, along: sight)
        let cotangent = try judge(.mesh(seen.set.relativeDensity()))
        var bars = CotangentSet(for: seen.set)
        seen.set.depositAdjoint(
            cotangent.takeField().withGhosts(.cloudInCell, for: "density cotangent"), carrying: &bars)
        let home = seen.home(bars, to: particles)
        let slope = try particles.pullBack(home, shownAlong: sight, addingTo: &adjoint.cotangents)
        adjoint.parameters += shift.scaled(by: slope)
    }

    /// See the formulas above. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        var kept: Cells<Scalar>? = cotangent
        try observe(&particles, at: moment, addingTo: &adjoint) { _ in kept.take()! }
    }
}

extension Moment {
    /// `c = 1/(a² E(a))`: from p = a² dx/dt to the peculiar velocity over aH.
    var redshiftShift: Dual {
        1 / cosmology.expansionRate(at: scaleFactor).scaled(by: scaleFactor * scaleFactor)
    }
}
