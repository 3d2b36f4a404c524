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
/// The integer units of the state are those of the start, whatever θ becomes, so that they are fixed for the
/// whole optimisation.
struct SoughtUniverse<Scalar: StorableScalar>: ~Copyable {
    private(set) var loss: LossFunction<Scalar>
    let configuration: RunConfiguration
    let varied: [ReconstructSection.Varied]
    private let world: Communicator
    private let tally = Tally()

    /// A count that grows where the universe itself stays as it is.
    private final class Tally {
        var gradients = 0
    }

    /// - Parameter gradients: how many were computed by processes before this one.
    init(
        _ loss: consuming LossFunction<Scalar>, _ configuration: RunConfiguration, after gradients: Int,
        on world: Communicator
    ) {
        tally.gradients = gradients
        self.configuration = configuration
        self.varied = configuration.reconstruct!.vary
        self.world = world
        self.loss = loss
    }

    /// Gradients computed since the very beginning.
    var gradients: Int { tally.gradients }

    /// Smooths the residual with another radius [Mpc/h] from now on.
    mutating func smooth(by radius: Double) { loss.smooth(by: radius) }

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
        return try ForwardModel(loss.model, with: cosmology)
    }

    /// Loss and gradient as ``evaluate(at:)`` gives them, unless the run is asked to stop. Collective.
    ///
    /// - Throws: ``StopRequest`` on all ranks after a signal.
    func evaluateUnlessStopped(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
        let evaluation = try evaluate(at: point)
        if StopSignals.isRaised(on: world) { throw StopRequest() }
        return evaluation
    }

    /// Loss and gradient; nil where the loss is infinite. Collective.
    func evaluate(at point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
        guard let model = try model(at: point.parameters) else { return nil }
        let gradient: Gradient<Scalar>
        tally.gradients += 1
        do {
            gradient = try loss.gradient(at: point.noise, under: model)
        } catch let error where Self.meansTooFar(error) {
            return nil
        }
        guard gradient.value.isFinite else { return nil }
        var value = gradient.value
        let cosmology = cosmology(at: point.parameters)
        let derivatives = gradient.parameters.derivatives
        let slopes = varied.map { varied -> Double in
            var slope = derivatives[varied.parameter.rawValue]
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
        return try loss.dataValue(at: point.noise, under: model(at: point.parameters))
    }

    /// Whether an error, the same on all ranks, says that the point is beyond what can be simulated.
    private static func meansTooFar(_ error: any Error) -> Bool {
        error is MomentumOverflow || error is DriftOverflow || error is DisplacementOverflow
            || error is NotFiniteError
    }
}
