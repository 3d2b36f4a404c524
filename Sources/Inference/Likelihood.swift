internal import Glibc
public import Observables
public import Particles

/// How improbable the data are under a prediction, `−ln p` up to a constant, with its derivative.
///
/// To add one: a type with these members, and one line where names become types. Whatever it sums over cells goes through
/// ``Cells``, so that runs on different ranks agree to the last bit. See ``GaussianLikelihood``, ``PoissonLikelihood``; for
/// counts of which only the expected mean matters, ``CountLikelihood``.
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

    /// The parameters of its own, such as the size of unknown errors, and where they start. None if not written.
    var parameters: [OwnParameter] { get }

    /// `−ln p`. Collective.
    ///
    /// - Parameters:
    ///   - prediction: on the cells of the data; used up.
    ///   - own: the values of ``parameters``.
    /// - Throws: `NotFiniteError` on all ranks.
    func value(of prediction: consuming Cells<Scalar>, _ own: [Double]) throws -> Double

    /// `−ln p` and its derivatives by the prediction of each cell and by ``parameters``. Collective.
    func evaluate(_ prediction: consuming Cells<Scalar>, _ own: [Double]) throws -> Assessment<Scalar>

    /// `−ln p` of e^η. Collective.
    ///
    /// - Parameter logarithm: η of each cell; used up.
    func value(ofExponential logarithm: consuming Cells<Scalar>, _ own: [Double]) throws -> Double

    /// `−ln p` of e^η and its derivatives by η and by ``parameters``. Collective.
    func evaluate(exponential logarithm: consuming Cells<Scalar>, _ own: [Double]) throws -> Assessment<
        Scalar
    >

    /// Whether it knows a prediction only but for a factor; what it evaluates then says which. False if not written.
    var leavesOutFactor: Bool { get }

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
    /// None.
    public var parameters: [OwnParameter] { [] }
    /// It does not.
    public var leavesOutFactor: Bool { false }

    /// `−ln p` with its own parameters where they start. Collective.
    public func value(of prediction: consuming Cells<Scalar>) throws -> Double {
        try value(of: prediction, parameters.map(\.value))
    }

    /// `−ln p` and its derivatives with its own parameters where they start. Collective.
    public func evaluate(_ prediction: consuming Cells<Scalar>) throws -> Assessment<Scalar> {
        try evaluate(prediction, parameters.map(\.value))
    }

    /// `−ln p` of the exponential. Collective.
    public func value(ofExponential logarithm: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        logarithm.map { exp($0) }
        return try value(of: logarithm, own)
    }

    /// `−ln p` of m = e^η, and `η̄ = m m̄`. Collective.
    public func evaluate(
        exponential logarithm: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        logarithm.map { exp($0) }
        let prediction = logarithm.copy()
        let found = try evaluate(logarithm, own)
        let (value, parameters, factor) = (found.value, found.parameters, found.leftOut)
        var cotangent = found.takeCotangent()
        cotangent.combine(prediction) { $0 * $1 }
        return Assessment(value: value, parameters: parameters, leavingOut: factor, cotangent: cotangent)
    }

    /// It compares none.
    public func look(through view: HaloView) {}
}

/// What a likelihood makes of a prediction.
public struct Assessment<Scalar: ParticleScalar>: ~Copyable {
    /// `−ln p`.
    public let value: Double
    /// Its derivatives by the likelihood's own parameters, in their order.
    public let parameters: [Double]
    /// The factor that was integrated over, if one was.
    public let leftOut: LeftOutFactor?
    private let cotangent: Cells<Scalar>

    /// A value with its derivatives.
    public init(
        value: Double, parameters: [Double] = [], leavingOut factor: LeftOutFactor? = nil,
        cotangent: consuming Cells<Scalar>
    ) {
        self.value = value
        self.parameters = parameters
        leftOut = factor
        self.cotangent = cotangent
    }

    /// Takes the derivative by the prediction out.
    public consuming func takeCotangent() -> Cells<Scalar> { cotangent }
}
