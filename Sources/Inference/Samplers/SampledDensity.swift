public import Mesh
internal import Parallel
public import Particles

/// What a sampler sees of a posterior: −ln p and its gradient at a point of white noise and scaled parameters.
public protocol SampledDensity<Scalar> {
    /// The precision.
    associatedtype Scalar: FourierScalar

    /// U = −ln p and its gradient; nil where p is 0. Collective.
    ///
    /// - Throws: the same on all ranks.
    func evaluate(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>?

    /// The names of factors that it is integrated over, of which evaluations say what is known. None if not written.
    var leftOutParameters: [String] { get }
}

extension SampledDensity {
    /// None.
    public var leftOutParameters: [String] { [] }
}

extension Posterior: SampledDensity {
    /// Those of the objectives.
    public var leftOutParameters: [String] { likelihood.leftOutParameters }
}

/// What is believed without data: `½ Σ s²` and the priors of the parameters, within their bounds.
public struct PriorDensity<Scalar: ParticleScalar>: SampledDensity {
    private let space: ParameterSpace
    private let isUniverse: ([Double]) throws -> Bool

    /// A prior.
    ///
    /// - Parameters:
    ///   - space: the parameters beside the modes.
    ///   - isUniverse: whether scaled parameters are within their bounds and make a universe.
    public init(over space: ParameterSpace, where isUniverse: @escaping ([Double]) throws -> Bool) {
        self.space = space
        self.isUniverse = isUniverse
    }

    /// U and its gradient.
    public func evaluate(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
        guard try isUniverse(point.parameters) else { return nil }
        var gradient = point.copy()
        var value = try Prior.value(of: point.noise)
        for (index, parameter) in space.parameters.enumerated() {
            guard let prior = parameter.prior else {
                gradient.parameters[index] = 0
                continue
            }
            let here = parameter.start + parameter.scale * point.parameters[index]
            let deviation = (here - prior.mean) / prior.sigma
            value += deviation * deviation / 2
            gradient.parameters[index] = deviation / prior.sigma * parameter.scale
        }
        return Evaluation(value: value, gradient: gradient)
    }
}

/// A density that gives a trajectory up when a run is asked to stop, and counts its gradients.
final class InterruptibleDensity<Scalar: FourierScalar>: SampledDensity {
    private let density: any SampledDensity<Scalar>
    private let isStopRequested: () -> Bool
    private(set) var gradients = 0
    var leftOutParameters: [String] { density.leftOutParameters }

    init(_ density: any SampledDensity<Scalar>, stoppingWhen isStopRequested: @escaping () -> Bool) {
        self.density = density
        self.isStopRequested = isStopRequested
    }

    func evaluate(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
        let evaluation = try density.evaluate(at: point)
        gradients += 1
        if isStopRequested() { throw StopRequest() }
        guard let evaluation, evaluation.value.isFinite else { return nil }
        return evaluation
    }
}
