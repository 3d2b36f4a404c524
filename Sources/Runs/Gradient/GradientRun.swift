internal import Background
public import Configuration
internal import Dynamics
internal import Inference
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

extension RunConfiguration {
    /// Computes the loss and its gradient in the configured precision, and writes them. Collective.
    ///
    /// - Parameters:
    ///   - beginning: what becomes of an earlier gradient in the directory.
    ///   - check: how many components of the white noise are compared with central differences, beside a direction
    ///     and all parameters; nil for no comparison.
    ///   - context: the surroundings.
    /// - Precondition: there is an objective.
    /// - Throws: the same on all ranks when something that it needs is missing, in the way or damaged.
    public func differentiate(
        _ beginning: Beginning = .fresh, checking check: Int?, in context: RunContext
    ) throws {
        RunSummary.begin(in: context)
        switch run.precision {
        case .single: try GradientRun<Float>(self, in: context).run(beginning, checking: check)
        case .double: try GradientRun<Double>(self, in: context).run(beginning, checking: check)
        }
    }
}

/// `palindrome gradient`: the loss of a universe against data, and its gradient by every mode and parameter.
struct GradientRun<Scalar: StorableScalar> {
    private let configuration: RunConfiguration
    private let context: RunContext
    private let model: ForwardModel<Scalar>

    private var world: Communicator { context.world }
    private var directory: String { configuration.output.directory }

    /// Prepares a run. Collective.
    init(_ configuration: RunConfiguration, in context: RunContext) throws {
        self.configuration = configuration
        self.context = context
        model = try configuration.forwardModel(
            Scalar.self, observing: configuration.observedScaleFactors, on: context.world)
    }

    /// Computes, writes and, if asked, checks. Collective.
    func run(_ beginning: Beginning, checking check: Int?) throws {
        let name = "gradient.h5"
        let place = try RunPlace(of: .gradient, configuration, promising: [name], in: context)
        let start = try place.find(beginning)
        guard start != .nothingLeft else { return place.leave() }
        configuration.announce(for: .gradient, in: context)
        model.remarks.forEach(context.say)
        let likelihood = try configuration.jointLikelihood(of: model)
        likelihood.remarks.forEach(context.say)
        let posterior = Posterior(
            likelihood, configuration.whiteNoisePrior,
            over: ParameterSpace(), around: model)
        let noise: Field<Scalar> = try configuration.whiteNoise(over: model.particleGrid)
        try configuration.remarks(onNoise: noise).forEach(context.say)
        try place.open(for: start)
        let found = try posterior.gradient(
            at: noise, in: model, configuration.objectives.ownParameters.map(\.value))
        try write(found, to: "\(directory)/\(name)")
        let summary = RunSummary(in: context)
        try place.finish(summary) { $0.results["loss"] = found.universe.value }
        place.leave()
        summary.tell()
        context.say("value \(found.universe.value)")
        let words = found.universe.differingWords
        context.say(
            "reversal \(words == 0 ? "exact: the initial state was restored to the last bit" : "\(words) words differ")"
        )
        if let check {
            try GradientCheck(
                of: posterior, in: model, configuration.objectives.ownParameters, where: found.universe.value,
                context
            )
            .run(at: noise, found, components: check)
        }
        context.say("wrote \(directory)/\(name); to look at it: palindrome report \(directory)")
    }

    private func write(_ found: borrowing LikelihoodGradient<Scalar>, to path: String) throws {
        let grid = found.universe.noise.decomposition
        var file = try OutputFile(
            creating: path, expectedBytes: grid.pointCount * MemoryLayout<Scalar>.size,
            provenance: configuration.provenance(of: model), over: grid.grid.world)
        file.set("reversal_words_differing", to: .integer(found.universe.differingWords))
        try file.write(
            [found.universe.value], shape: [], at: "/value",
            labels: Labels(units: "1", description: "the loss"))
        try file.write(
            found.universe.noise, at: "/gradient/white_noise",
            labels: Labels(
                units: "1", description: "dL/ds of the white noise s on the particle grid, [x][y][z]"))
        for parameter in CosmologyParameter.allCases {
            let name = configuration.cosmology.name(of: parameter)
            try file.write(
                [found.universe.parameters[parameter]], shape: [],
                at: "/gradient/cosmology/\(name)",
                labels: Labels(
                    units: "1", description: "dL/d\(name) at fixed white noise and fixed other parameters"))
        }
        for (own, derivative) in zip(configuration.objectives.ownParameters, found.own) {
            try file.write(
                [derivative], shape: [], at: "/gradient/observation/\(own.name)",
                labels: Labels(units: "1", description: "dL/d\(own.name) of the observation"))
        }
        try file.finish()
    }
}
