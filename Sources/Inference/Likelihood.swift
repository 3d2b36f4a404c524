public import Observables
public import Particles

/// How improbable the data are under a prediction, `−ln p` up to a constant, with its derivative.
///
/// To add one: a type with these members, and one line where names become types. Whatever it sums over cells goes through
/// ``Cells``, so that runs on different ranks agree to the last bit. See ``GaussianLikelihood``, ``PoissonLikelihood``.
public protocol Likelihood<Scalar>: AnyObject {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// The cells that count: those whose weight is not 0.
    var cellCount: Int { get }

    /// Mean and variance of data and weights; nil if nothing can be said of them.
    var summary: DataSummary? { get }

    /// The data once more.
    func copyOfData() -> Cells<Scalar>

    /// The weights or the selection once more; nil if all are 1.
    func copyOfWeights() -> Cells<Scalar>?

    /// `−ln p`. Collective.
    ///
    /// - Parameter prediction: on the cells of the data; used up.
    /// - Throws: `NotFiniteError` on all ranks.
    func value(of prediction: consuming Cells<Scalar>) throws -> Double

    /// `−ln p` and its derivative by the prediction of each cell. Collective.
    func evaluate(_ prediction: consuming Cells<Scalar>) throws -> Assessment<Scalar>

    /// From now on the data are compared on scales above a radius R [Mpc/h], if the likelihood knows such a thing.
    func smooth(by radius: Double)

    /// From now on masses of haloes are compared in another way, if it compares any. Collective.
    ///
    /// - Throws: the same on all ranks when nothing is known of errors in that view.
    func look(through view: HaloView) throws
}

extension Likelihood {
    /// Nothing.
    public var summary: DataSummary? { nil }
    /// It compares none.
    public func look(through view: HaloView) {}
}

/// What a likelihood makes of a prediction.
public struct Assessment<Scalar: ParticleScalar>: ~Copyable {
    /// `−ln p`.
    public let value: Double
    private let cotangent: Cells<Scalar>

    /// A value with its derivative.
    public init(value: Double, cotangent: consuming Cells<Scalar>) {
        self.value = value
        self.cotangent = cotangent
    }

    /// Takes the derivative by the prediction out.
    public consuming func takeCotangent() -> Cells<Scalar> { cotangent }
}
