internal import Configuration
internal import Dynamics
public import Inference
internal import Mesh
internal import Parallel
internal import Storage

/// −ln p of white noise, and of parameters beside it. Methods are collective, as those of ``Session``.
public protocol SessionPosterior: AnyObject {
    /// The session it belongs to.
    var session: any Session { get }
    /// The parameters beside the modes.
    var parameters: [SoughtParameter] { get }
    /// The smoothing radii of the optimiser's stages [Mpc/h].
    var radii: [Double] { get }

    /// Where the search starts.
    func start(into noise: UnsafeMutableRawPointer) throws

    /// From now on data are compared above a radius [Mpc/h], and parameters are free or held. Not collective.
    func enter(smoothing radius: Double, freely: Bool)

    /// −ln p and its derivatives; nil, and the gradient is 0, where there is no such universe.
    ///
    /// - Parameters:
    ///   - noise: on the particle grid.
    ///   - scaled: the parameters' coordinates u, the same on all ranks.
    ///   - gradient: by the noise.
    func evaluate(
        at noise: UnsafeRawPointer, _ scaled: [Double], into gradient: UnsafeMutableRawPointer
    ) throws -> (value: Double, slopes: [Double])?
}

/// A posterior in one precision.
final class ModelPosterior<Scalar: StorableScalar>: SessionPosterior {
    private let owner: ModelSession<Scalar>
    private let configuration: RunConfiguration
    private let model: ForwardModel<Scalar>
    private let posterior: Posterior<Scalar>

    var session: any Session { owner }
    var parameters: [SoughtParameter] { posterior.space.parameters }
    let radii: [Double]

    /// Prepares one as `palindrome reconstruct` does. Collective.
    init(_ configuration: RunConfiguration, beside owner: ModelSession<Scalar>) throws {
        guard !configuration.objectives.isEmpty else {
            throw UsageError(
                "objective.data is not given; it must name the data to compare with; "
                    + "try objective: {data: \"observed.h5:/density\"}")
        }
        let (own, theirs) = (configuration, owner.configuration)
        guard own.box == theirs.box, own.run.precision == theirs.run.precision,
            own.rankGrid(for: owner.world.size) == theirs.rankGrid(for: owner.world.size)
        else {
            throw UsageError(
                "box, run.precision or run.ranks are not the model's; they must be, or fields would not fit; "
                    + "make another model")
        }
        self.owner = owner
        self.configuration = configuration
        let model: ForwardModel<Scalar> = try configuration.forwardModel(
            Scalar.self, observing: configuration.observedScaleFactors, on: owner.world)
        posterior = Posterior(
            try configuration.jointLikelihood(of: model), configuration.whiteNoisePrior,
            over: configuration.parameterSpace, around: model,
            correction: try configuration.scoreCorrection(
                around: model, owner.model.layout.perturbation.transform))
        self.model = model
        radii = configuration.optimizer!.stages.map { $0.smoothing * model.box.cell }
    }

    func start(into noise: UnsafeMutableRawPointer) throws {
        unsafe owner.copy(try configuration.startingNoise(in: model, telling: { _ in }), to: noise)
    }

    func enter(smoothing radius: Double, freely: Bool) {
        posterior.enter(smoothing: radius, freely ? .joint : .modes)
    }

    func evaluate(
        at noise: UnsafeRawPointer, _ scaled: [Double], into gradient: UnsafeMutableRawPointer
    ) throws -> (value: Double, slopes: [Double])? {
        try owner.requireAlike(scaled, "parameters")
        let noise = try unsafe owner.field(
            noise, on: owner.particleGrid, named: "the white noise", for: "optimiser")
        let found = try posterior.evaluate(at: ParameterVector(noise: noise, parameters: scaled))
        switch consume found {
        case .some(let evaluation):
            unsafe owner.copy(evaluation.gradient.noise, to: gradient)
            return (evaluation.value, evaluation.gradient.parameters)
        case nil:
            unsafe gradient.assumingMemoryBound(to: Scalar.self)
                .update(repeating: 0, count: owner.particleGrid.ownedCount)
            return nil
        }
    }
}
