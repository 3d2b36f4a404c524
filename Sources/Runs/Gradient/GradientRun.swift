internal import Background
public import Configuration
internal import Dynamics
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

extension RunConfiguration {
    /// Computes the loss and its gradient in the configured precision, and writes them. Collective.
    ///
    /// - Parameters:
    ///   - check: how many components of the white noise are compared with central differences, beside a direction
    ///     and all parameters; nil for no comparison.
    ///   - context: the surroundings.
    /// - Precondition: there is an objective.
    /// - Throws: the same on all ranks when something that it needs is missing, in the way or damaged.
    public func differentiate(checking check: Int?, in context: RunContext) throws {
        RunSummary.begin(in: context)
        switch run.precision {
        case .single: try GradientRun<Float>(self, in: context).run(checking: check)
        case .double: try GradientRun<Double>(self, in: context).run(checking: check)
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
        // Only the end is compared.
        model = try configuration.forwardModel(
            Scalar.self, observing: [configuration.evolution.stop], on: context.world)
    }

    /// Computes, writes and, if asked, checks. Collective.
    func run(checking check: Int?) throws {
        for note in try OutputDirectory.prepare(directory, over: world) { context.say(note) }
        let objective = configuration.objective!
        let loss = try LossFunction(objective, smoothing: objective.smoothing, of: model)
        let noise: Field<Scalar> = try configuration.whiteNoise(over: model.particleGrid)
        let gradient = try loss.gradient(at: noise)
        try RunSummary.removeRecord(of: "gradient", from: directory, on: world)
        try write(gradient, to: "\(directory)/gradient.h5")
        let summary = RunSummary(in: context)
        try summary.writeRecord(of: "gradient", configuration) { $0.results["loss"] = gradient.value }
        summary.tell()
        context.say("value \(gradient.value)")
        let words = gradient.differingWords
        context.say(
            "reversal \(words == 0 ? "exact: the initial state was restored to the last bit" : "\(words) words differ")"
        )
        if let check {
            try GradientCheck<Scalar>(configuration: configuration, context: context)
                .run(loss, at: noise, gradient, components: check)
        }
    }

    private func write(_ gradient: borrowing Gradient<Scalar>, to path: String) throws {
        let grid = gradient.noise.decomposition
        var file = try OutputFile(
            creating: path, expectedBytes: grid.pointCount * MemoryLayout<Scalar>.size,
            provenance: configuration.provenance(model.cosmology), over: grid.grid.world)
        file.set("reversal_words_differing", to: .integer(gradient.differingWords))
        try file.write(
            [gradient.value], shape: [], at: "/value", labels: Labels(units: "1", description: "the loss"))
        try file.write(
            gradient.noise, at: "/gradient/white_noise",
            labels: Labels(
                units: "1", description: "dL/ds of the white noise s on the particle grid, [x][y][z]"))
        for parameter in CosmologyParameter.allCases {
            let name = configuration.cosmology.name(of: parameter)
            try file.write(
                [gradient.parameters.derivatives[parameter.rawValue]], shape: [],
                at: "/gradient/cosmology/\(name)",
                labels: Labels(
                    units: "1", description: "dL/d\(name) at fixed white noise and fixed other parameters"))
        }
        try file.finish()
    }
}
