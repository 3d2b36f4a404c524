public import Dynamics
public import Particles

/// What is seen of the particles at one moment, with its way back.
///
/// To add one: a type with these two functions, and one line where names become types. The prediction must not depend on
/// who holds which particle: deposits are integer sums, other sums over ranks go through `Communicator.exactSum`.
/// See ``MatterDensity`` and, for one that knows momenta and cosmology, ``RedshiftSpaceDensity``.
public protocol Observable<Scalar>: AnyObject {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// On which cells it predicts.
    var grid: CellGrid<Scalar> { get }

    /// The prediction. Collective.
    ///
    /// - Parameters:
    ///   - particles: at the moment; whoever moves them brings them back to the last bit.
    ///   - moment: time and cosmology.
    /// - Throws: the same error on all ranks.
    func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar>

    /// Predicts, has the prediction judged, and carries the derivatives back. Collective.
    ///
    /// Written for those that do not move particles: it calls ``predict(_:at:)`` and
    /// ``pullBack(_:to:at:addingTo:)``. Who moves them has to carry their cotangents along, and can do both where they
    /// are then.
    ///
    /// - Parameters:
    ///   - judge: from the prediction to ∂L/∂(prediction) of each cell.
    ///   - particles, moment, adjoint: as for ``pullBack(_:to:at:addingTo:)``.
    func observe(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>,
        judge: (consuming Cells<Scalar>) throws -> Cells<Scalar>
    ) throws

    /// Carries derivatives back through ``predict(_:at:)``. Collective.
    ///
    /// - Parameters:
    ///   - cotangent: ∂L/∂(prediction) of each cell.
    ///   - particles: as they were.
    ///   - moment: as it was.
    ///   - adjoint: to whose cotangents `∂L/∂x` [1/(Mpc/h)] and `∂L/∂p` [1/(Mpc/h H0)] of the particles are added, and
    ///     to whose parameters what cosmology does beside them.
    func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws
}

extension Observable {
    /// Predicts and carries back, one after the other. Collective.
    public func observe(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>,
        judge: (consuming Cells<Scalar>) throws -> Cells<Scalar>
    ) throws {
        let cotangent = try judge(predict(&particles, at: moment))
        try pullBack(cotangent, to: &particles, at: moment, addingTo: &adjoint)
    }
}
