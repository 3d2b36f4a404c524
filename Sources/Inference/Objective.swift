public import Dynamics
public import Mesh
public import Observables
public import Particles

/// How badly a universe agrees with what was observed at one moment, and in which direction it should move.
///
/// ``Comparison`` puts one together from an observable, a bias model and a likelihood; write a type with these members
/// only for what has no such parts. Whatever it sums over ranks must be summed exactly (`Communicator.exactSum`), or runs
/// on different ranks will differ.
public protocol Objective<Scalar>: AnyObject {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// When it looks: a scale factor at which a step ends.
    var scaleFactor: Double { get }

    /// The parameters of its own, as bias and noise have them.
    var parameters: [OwnParameter] { get }

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

    /// The loss of the particles. Collective.
    ///
    /// - Parameters:
    ///   - particles: at the moment; whoever moves them brings them back to the last bit.
    ///   - moment: time and cosmology.
    ///   - own: the values of ``parameters``.
    /// - Returns: L, the same bits on all ranks.
    /// - Throws: the same error on all ranks.
    func value(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double]
    ) throws -> Double

    /// The loss and its derivatives. Collective.
    ///
    /// - Parameter adjoint: to whose cotangents `∂L/∂x` [1/(Mpc/h)] and `∂L/∂p` [1/(Mpc/h H0)] are added, and to whose
    ///   parameters what cosmology does beside the particles.
    /// - Returns: L and ∂L/∂(own parameter), the same bits on all ranks.
    func evaluate(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double],
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws -> ObjectiveValue

    /// The names of factors that it is integrated over, as ``evaluate(_:at:_:addingTo:)`` gives them. None if not written.
    var leftOutParameters: [String] { get }

    /// From now on the data are compared on scales above a radius R [Mpc/h], if it knows such a thing.
    func smooth(by radius: Double)

    /// From now on masses of haloes are compared in another way, if it compares any. Collective.
    ///
    /// - Throws: the same on all ranks when nothing is known of errors in that view.
    func look(through view: HaloView) throws

    /// The data points that count.
    var cellCount: Int { get }

    /// What a log should say of the data, a line each.
    var remarks: [String] { get }
}

extension Objective {
    /// Nothing.
    public var remarks: [String] { [] }

    /// None.
    public var leftOutParameters: [String] { [] }

    /// Nothing.
    public func begin(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws {}
    /// It compares none.
    public func look(through view: HaloView) {}
}

/// A loss, and its derivatives by an objective's own parameters.
public struct ObjectiveValue: Sendable {
    /// L.
    public let loss: Double
    /// ∂L/∂(own parameter), in their order.
    public let parameters: [Double]
    /// What is known of each of ``Objective/leftOutParameters``.
    public let leftOut: [LeftOutFactor]

    /// A value with its derivatives.
    public init(loss: Double, parameters: [Double] = [], leavingOut factors: [LeftOutFactor] = []) {
        self.loss = loss
        self.parameters = parameters
        leftOut = factors
    }
}
