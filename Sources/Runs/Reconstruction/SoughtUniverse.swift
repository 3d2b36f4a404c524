internal import Background
internal import Configuration
internal import Dynamics
internal import Inference
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

/// A stop signal came while a step was being taken: the step is given up, the state before it is whole.
struct StopRequest: Error {}

/// The loss as optimisers see it: a function of white noise and of scaled cosmological parameters.
///
///     θ_i = θ_i(start) + scale_i u_i,    L = objective + ½ Σ s² + ½ Σ ((θ_i − mean_i)/σ_i)²
///
/// and with a response that of ``ModeResponse``. The integer units of the state are those of the start, whatever θ becomes, so that they are fixed for the
/// whole optimisation.
struct SoughtUniverse<Scalar: StorableScalar>: ~Copyable {
    private(set) var loss: LossFunction<Scalar>
    let configuration: RunConfiguration
    let varied: [ReconstructSection.Varied]
    private let context: RunContext
    let response: ModeResponse<Scalar>?
    /// Whether the parameters are free; if not, their derivatives are 0.
    private var isJoint = true
    private let tally = Tally()

    /// A count that grows where the universe itself stays as it is.
    private final class Tally {
        var gradients = 0
    }

    /// - Parameters:
    ///   - gradients: how many were computed by processes before this one.
    ///   - transform: on the particle grid.
    ///   - context: the surroundings.
    init(
        _ loss: consuming LossFunction<Scalar>, _ configuration: RunConfiguration, after gradients: Int,
        _ transform: FourierTransform<Scalar>, in context: RunContext
    ) throws {
        let model = loss.model
        let mocks = configuration.reconstruct!.response
        response =
            mocks.isEmpty ? nil : try ModeResponse(reading: mocks, of: configuration, model, transform)
        tally.gradients = gradients
        self.configuration = configuration
        self.varied = configuration.reconstruct!.vary
        self.context = context
        self.loss = loss
    }

    /// Gradients computed since the very beginning.
    var gradients: Int { tally.gradients }

    /// From now on the residual is smoothed with another radius [Mpc/h], and parameters are free or held.
    mutating func enter(smoothing radius: Double, isJoint: Bool) {
        loss.smooth(by: radius)
        self.isJoint = isJoint
    }

    /// The cosmology of a point.
    func cosmology(at parameters: [Double]) -> CosmologyParameters {
        var cosmology = configuration.cosmology
        for (varied, value) in zip(varied, parameters) { cosmology[varied.parameter] += varied.scale * value }
        return cosmology
    }

    /// The forward model of a point; nil where there is none.
    func model(at parameters: [Double]) throws -> ForwardModel<Scalar>? {
        guard !varied.isEmpty else { return loss.model }
        let cosmology = cosmology(at: parameters)
        guard varied.allSatisfy({ $0.bounds.contains(cosmology[$0.parameter]) }), cosmology.problems.isEmpty
        else { return nil }
        return try loss.model.with(cosmology)
    }

    /// The white noise of a point. Collective.
    func noise(at point: borrowing ParameterVector<Scalar>, in model: ForwardModel<Scalar>) -> Field<Scalar> {
        let variable = point.noise.copy(for: "white noise")
        guard let response, isJoint else { return variable }
        return response.noise(of: variable, in: model.cosmology)
    }

    /// Loss and gradient as ``evaluate(at:)`` gives them, unless the run is asked to stop. Collective.
    ///
    /// - Throws: ``StopRequest`` on all ranks after a signal.
    func evaluateUnlessStopped(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
        let evaluation = try evaluate(at: point)
        if context.isAskedToStop { throw StopRequest() }
        return evaluation
    }

    /// Loss and gradient; nil where the loss is infinite. Collective.
    func evaluate(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
        guard let model = try model(at: point.parameters) else { return nil }
        guard let response, isJoint else {
            guard let gradient = try gradient(at: point.noise, under: model) else { return nil }
            return evaluation(gradient, at: point.parameters)
        }
        let noise = noise(at: point, in: model)
        guard var gradient = try gradient(at: noise, under: model) else { return nil }
        let volume = response.volume(in: model.cosmology)
        gradient.value += volume.value
        gradient.parameters += volume
        gradient.parameters += try response.slope(through: noise, gradient.noise, in: model.cosmology)
        gradient.noise = response.noise(of: gradient.noise.copy(for: "optimiser"), in: model.cosmology)
        return evaluation(gradient, at: point.parameters)
    }

    /// The gradient of the loss of a white noise; nil where the loss is infinite.
    private func gradient(
        at noise: borrowing Field<Scalar>, under model: ForwardModel<Scalar>
    ) throws -> Gradient<Scalar>? {
        tally.gradients += 1
        do {
            let gradient = try loss.gradient(at: noise, under: model)
            guard gradient.value.isFinite else { return nil }
            return gradient
        } catch let error where Self.meansTooFar(error) {
            return nil
        }
    }

    /// The gradient as optimisers see it, with the priors of parameters.
    private func evaluation(
        _ gradient: consuming Gradient<Scalar>, at parameters: [Double]
    ) -> Evaluation<Scalar> {
        var value = gradient.value
        let derivatives = gradient.parameters
        let cosmology = cosmology(at: parameters)
        let slopes = varied.map { varied -> Double in
            guard isJoint else { return 0 }
            var slope = derivatives[varied.parameter]
            if let prior = varied.prior {
                let deviation = (cosmology[varied.parameter] - prior.mean) / prior.sigma
                value += deviation * deviation / 2
                slope += deviation / prior.sigma
            }
            return slope * varied.scale
        }
        return Evaluation(
            value: value, gradient: ParameterVector(noise: gradient.takeNoise(), parameters: slopes))
    }

    /// The part of the loss that the data have at a point, without smoothing. Collective.
    mutating func unsmoothedDataLoss(at point: borrowing ParameterVector<Scalar>) throws -> Double {
        loss.smooth(by: 0)
        let model = try model(at: point.parameters)
        return try loss.dataValue(at: noise(at: point, in: model ?? loss.model), under: model)
    }

    /// Whether an error, the same on all ranks, says that the point is beyond what can be simulated.
    private static func meansTooFar(_ error: any Error) -> Bool {
        error is MomentumOverflow || error is DriftOverflow || error is DisplacementOverflow
            || error is NotFiniteError
    }
}
