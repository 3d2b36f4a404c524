internal import Background
public import Dynamics
public import InitialConditions
public import Mesh
public import Observables
internal import Parallel
public import Particles

/// The probability of a universe given data, as optimisers and samplers see it: `−ln p` of white noise s and of scaled
/// parameters u.
///
///     L = Σ objectives + ½ Σ s² + ½ Σ ((θ_i − mean_i)/σ_i)²,    θ_i = θ_i(start) + scale_i u_i
///
/// and with a ``ScoreCorrection`` that. The integer units of the state are those of the start, whatever θ becomes, so that
/// they are fixed for the whole search.
public final class Posterior<Scalar: ParticleScalar> {
    /// What was observed.
    public let likelihood: JointLikelihood<Scalar>
    /// The parameters beside the modes.
    public let space: ParameterSpace
    /// What makes parameters that are found with the modes unbiased, if it is known.
    public let correction: ScoreCorrection<Scalar>?
    /// Gradients computed so far.
    public private(set) var gradients: Int

    private let model: ForwardModel<Scalar>
    private let start: CosmologyParameters
    private let whiteNoise: WhiteNoisePrior
    /// Whether the parameters are free; if not, their derivatives are 0.
    private var isJoint = true

    /// A posterior.
    ///
    /// - Parameters:
    ///   - likelihood: what was observed; not empty.
    ///   - whiteNoise: the prior of the modes.
    ///   - space: the parameters beside them.
    ///   - model: the universe where the search starts; observes when the likelihood looks.
    ///   - correction: for unbiased cosmological parameters.
    ///   - gradients: how many were computed before.
    public init(
        _ likelihood: JointLikelihood<Scalar>, _ whiteNoise: WhiteNoisePrior, over space: ParameterSpace,
        around model: ForwardModel<Scalar>, correction: ScoreCorrection<Scalar>? = nil,
        after gradients: Int = 0
    ) {
        self.likelihood = likelihood
        self.whiteNoise = whiteNoise
        self.space = space
        self.model = model
        self.correction = correction
        self.gradients = gradients
        start = model.cosmology.parameters
    }

    /// From now on data are compared above another radius [Mpc/h], and parameters are free or held.
    public func enter(smoothing radius: Double, _ freedom: Freedom) {
        likelihood.smooth(by: radius)
        isJoint = freedom == .joint
    }

    /// The same, and masses of haloes are compared in another way. Collective.
    ///
    /// - Throws: the same on all ranks when nothing is known of errors in that view.
    public func enter(smoothing radius: Double, haloes view: HaloView?, _ freedom: Freedom) throws {
        if let view { try likelihood.look(through: view) }
        enter(smoothing: radius, freedom)
    }

    /// What a search may move.
    public enum Freedom: Sendable {
        /// The modes alone.
        case modes
        /// Modes and parameters.
        case joint
    }

    /// The parameters of a point.
    public func parameters(at scaled: [Double]) -> ParameterSpace.Point {
        space.point(at: scaled, from: start)
    }

    /// The forward model of a point; nil where there is none.
    public func model(at scaled: [Double]) throws -> ForwardModel<Scalar>? {
        guard !space.parameters.isEmpty else { return model }
        let point = parameters(at: scaled)
        guard space.contains(point) else { return nil }
        // The theory of a universe takes as long as many steps of a small one.
        guard point.cosmology != start else { return model }
        return try model.mesh.grid.phases.measure(.preparation) { try model.with(point.cosmology) }
    }

    /// The white noise of a point. Collective.
    public func noise(
        at point: borrowing ParameterVector<Scalar>, in model: ForwardModel<Scalar>
    ) -> Field<Scalar> {
        let variable = point.noise.copy(for: "white noise")
        guard let correction, isJoint else { return variable }
        return correction.noise(of: variable, in: model.cosmology)
    }

    /// Loss and gradient; nil where the loss is infinite: out of bounds, or beyond what can be simulated. Collective.
    public func evaluate(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
        guard let model = try model(at: point.parameters) else { return nil }
        let parameters = parameters(at: point.parameters)
        guard let correction, isJoint else {
            guard let gradient = try finiteGradient(at: point.noise, in: model, parameters.own) else {
                return nil
            }
            return evaluation(gradient, at: parameters)
        }
        let noise = noise(at: point, in: model)
        guard var gradient = try finiteGradient(at: noise, in: model, parameters.own) else { return nil }
        let volume = correction.volume(in: model.cosmology)
        gradient.universe.value += volume.value
        gradient.universe.parameters += volume
        gradient.universe.parameters += try correction.slope(
            through: noise, gradient.universe.noise, in: model.cosmology)
        gradient.universe.noise = correction.noise(
            of: gradient.universe.noise.copy(for: "optimiser"), in: model.cosmology)
        return evaluation(gradient, at: parameters)
    }

    /// The gradient of the loss of a white noise; nil where the loss is infinite.
    private func finiteGradient(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws -> LikelihoodGradient<Scalar>? {
        gradients += 1
        do {
            let gradient = try gradient(at: noise, in: model, own, computing: extent)
            guard gradient.universe.value.isFinite else { return nil }
            return gradient
        } catch let error where Self.meansTooFar(error) {
            return nil
        }
    }

    /// What an optimiser asks for: only parameters that are sought have derivatives.
    private var extent: GradientExtent {
        isJoint && space.parameters.contains { $0.isOfCosmology } ? .everything : .modes
    }

    /// A gradient as optimisers see it, with the priors of the parameters.
    private func evaluation(
        _ gradient: consuming LikelihoodGradient<Scalar>, at parameters: ParameterSpace.Point
    ) -> Evaluation<Scalar> {
        var value = gradient.universe.value
        let factors = gradient.leftOut
        let slopes =
            isJoint
            ? space.slopes(
                at: parameters, cosmology: gradient.universe.parameters, own: gradient.own,
                addingPriorTo: &value)
            : space.parameters.map { _ in 0 }
        return Evaluation(
            value: value, gradient: ParameterVector(noise: gradient.takeNoise(), parameters: slopes),
            leavingOut: factors)
    }

    /// The loss of white noise in a universe, the prior of the modes included. Collective.
    ///
    /// - Parameters:
    ///   - noise: on the particle grid.
    ///   - model: of the same box as the posterior's.
    ///   - own: the own parameters of all objectives.
    public func value(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws -> Double {
        let value = try likelihood.value(at: noise, in: model, own)
        return whiteNoise == .unitNormal ? value + (try Prior.value(of: noise)) : value
    }

    /// The loss of white noise in a universe and its derivatives, the prior of the modes included. Collective.
    ///
    /// - Parameters: as for ``value(at:in:_:)``, and whether derivatives by cosmology are wanted.
    public func gradient(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double],
        computing extent: GradientExtent = .everything
    ) throws -> LikelihoodGradient<Scalar> {
        var gradient = try likelihood.gradient(at: noise, in: model, own, computing: extent)
        guard whiteNoise == .unitNormal else { return gradient }
        gradient.universe.value += try noise.decomposition.grid.phases.measure(.objective) {
            let value = try Prior.value(of: noise)
            Prior.addGradient(of: noise, to: &gradient.universe.noise)
            return value
        }
        return gradient
    }

    /// The part of the loss that the data have at a point, without smoothing. Collective.
    public func unsmoothedDataLoss(at point: borrowing ParameterVector<Scalar>) throws -> Double {
        likelihood.smooth(by: 0)
        let model = try model(at: point.parameters) ?? model
        return try likelihood.value(
            at: noise(at: point, in: model), in: model, parameters(at: point.parameters).own)
    }

    /// Whether an error, the same on all ranks, says that the point is beyond what can be simulated.
    private static func meansTooFar(_ error: any Error) -> Bool {
        error is MomentumOverflow || error is DriftOverflow || error is DisplacementOverflow
            || error is NotFiniteError
    }
}
