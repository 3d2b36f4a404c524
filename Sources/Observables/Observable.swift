public import Dynamics
public import Mesh
public import Particles

/// What is seen of the particles at one moment, with its way back.
///
/// To add one: a type with `predict` and `pullBack`, a name, and one line where names become types. The prediction must not depend on
/// who holds which particle: deposits are integer sums, other sums over ranks go through `Communicator.exactSum`.
/// See ``MatterDensity`` and, for one that knows momenta and cosmology, ``RedshiftSpaceDensity``.
public protocol Observable<Scalar>: AnyObject {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// On which cells it predicts.
    var grid: CellGrid<Scalar> { get }

    /// Whether its mean over the box is 1 in every universe, as that of ρ/ρ̄; data that have another are then
    /// warned of. False if not written.
    var isInUnitsOfItsMean: Bool { get }

    /// The parameters of its own, and where they start. None if not written.
    var parameters: [OwnParameter] { get }

    /// ∂L/∂(parameter) of ``parameters`` that the last way back found, the same bits on all ranks. None if not written.
    var slopes: [Double] { get }

    /// Takes up the universe that is about to run, for those that see more of it than its particles. Collective. Nothing if
    /// not written.
    ///
    /// - Parameters:
    ///   - noise: its white noise on the particle grid.
    ///   - model: the universe.
    ///   - own: the values of ``parameters``.
    func begin(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws

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
    /// Nothing is known of its mean.
    public var isInUnitsOfItsMean: Bool { false }
    /// None.
    public var parameters: [OwnParameter] { [] }
    /// None.
    public var slopes: [Double] { [] }

    /// Nothing.
    public func begin(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws {}

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
