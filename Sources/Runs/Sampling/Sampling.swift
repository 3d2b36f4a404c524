public import Configuration
internal import Dynamics
internal import Inference
internal import Mesh
public import Parallel
internal import Particles
internal import Storage

extension RunConfiguration {
    /// Samples the posterior of the observed universe, or the prior where nothing was observed. Collective.
    ///
    /// - Throws: the same on all ranks when something that it needs is missing, in the way or damaged, or there is too
    ///   little memory.
    public func sample(_ beginning: Beginning, in context: RunContext) throws -> Ending {
        let sampler = try requireSampler()
        RunSummary.begin(in: context)
        return switch run.precision {
        case .single: try Sampling<Float>(self, sampler, in: context).run(beginning)
        case .double: try Sampling<Double>(self, sampler, in: context).run(beginning)
        }
    }
}

extension RunConfiguration {
    /// How it is sampled.
    ///
    /// - Throws: `UsageError` if it does not say.
    @discardableResult
    public func requireSampler() throws(UsageError) -> SamplerSection {
        guard let sampler else {
            throw UsageError(
                "sampler is not given; it must say how the posterior is sampled; try sampler: {method: hmc}")
        }
        return sampler
    }
}

/// `palindrome sample`: chains side by side on groups of ranks, through any number of kills.
///
/// A chain's bits depend on the configuration and on its number alone.
struct Sampling<Scalar: StorableScalar> {
    private let configuration: RunConfiguration
    private let settings: SamplerSection
    private let context: RunContext
    private let groups: Int

    private var world: Communicator { context.world }

    /// Prepares it.
    init(_ configuration: RunConfiguration, _ settings: SamplerSection, in context: RunContext) throws {
        self.configuration = configuration
        self.settings = settings
        self.context = context
        groups = try Self.groups(for: settings.chains, on: context.world.size)
        if groups > 1, let grid = configuration.run.ranks {
            throw UsageError(
                "run.ranks is [\(grid.x), \(grid.y)]; it must be left out where \(settings.chains) chains share the ranks; "
                    + "remove it, or sample one chain")
        }
    }

    /// As many groups of equal size as there are chains; fewer ranks than chains take them in turn.
    private static func groups(for chains: Int, on ranks: Int) throws(UsageError) -> Int {
        guard ranks > chains else { return ranks }
        guard ranks % chains == 0 else {
            let nearest = ranks - ranks % chains
            throw UsageError(
                "sampler.chains is \(chains); it must divide the number of ranks (\(ranks)); start \(nearest) or "
                    + "\(nearest + chains) ranks")
        }
        return chains
    }

    /// Runs to the end, or to a signal. Collective.
    func run(_ beginning: Beginning) throws -> Ending {
        let group = world.rank * groups / world.size
        let part = groups == 1 ? world : world.split(colour: group, key: world.rank)
        let narrowed = context.narrowed(to: part, telling: group == 0 ? nil : SilentLog())
        try world.agree {
            try configuration.requireRoom(for: .sampling, on: part)
        }
        let place = try RunPlace(of: .sample, configuration, promising: settings.fileNames, in: context)
        let start = try place.find(beginning) { record in
            (record.results["samples"] ?? 0) < Double(settings.samples)
        }
        guard start != .nothingLeft else {
            place.leave()
            return .finished
        }
        let chains = Array(stride(from: group, to: settings.chains, by: groups))
        // Whatever could be wrong with what is read is found before anything is written.
        let sampled = try world.agree {
            try SampledUniverse<Scalar>(configuration, settings, in: narrowed)
        }
        try place.open(for: start)
        let ending = try world.agree { () throws -> Ending in
            for chain in chains {
                let run = ChainRun(sampled, chain, in: narrowed)
                if try run.follow(isContinued: start == .checkpoint, in: place) == .stopped {
                    return .stopped
                }
            }
            return .finished
        }
        guard !world.any(ending == .stopped) else {
            place.leave()
            return .stopped
        }
        let likeness = try world.agree { () throws -> ChainTruth.Likeness? in
            try group == 0 ? self.likeness(sampled) : nil
        }
        try conclude(place, likeness)
        place.leave()
        return .finished
    }

    private var paths: [String] {
        (0..<settings.chains).map { "\(configuration.output.directory)/\(settings.chainName($0))" }
    }

    /// Of the mean noise with the true one, if that is known. Collective over a group.
    private func likeness(_ sampled: SampledUniverse<Scalar>) throws -> ChainTruth.Likeness? {
        guard let address = settings.truth?.noise else { return nil }
        return try ChainTruth.likeness(
            of: paths, with: address, FourierTransform(sampled.model.particleGrid),
            box: sampled.model.box.size, seen: sampled.likelihood?.seenPoints(of: sampled.model))
    }

    /// Judges the chains together and writes the record. Collective.
    private func conclude(_ place: borrowing RunPlace, _ likeness: ChainTruth.Likeness?) throws {
        let table = try ChainTable(of: paths, likeness, over: world)
        context.say(table.text)
        let summary = RunSummary(in: context)
        try place.finish(summary) { record in
            record.results = table.results
            record.results["samples"] = Double(settings.samples)
        }
        summary.tell()
    }
}

/// What chains sample: a posterior, or a prior where nothing was observed.
struct SampledUniverse<Scalar: StorableScalar> {
    let configuration: RunConfiguration
    let settings: SamplerSection
    let model: ForwardModel<Scalar>
    let space: ParameterSpace
    let density: any SampledDensity<Scalar>
    /// What was observed; nil where the prior is sampled.
    let likelihood: JointLikelihood<Scalar>?
    let truth: ChainTruth?
    let provenance: Provenance

    /// Reads everything. Collective over the ranks of a group.
    init(_ configuration: RunConfiguration, _ settings: SamplerSection, in context: RunContext) throws {
        let observed =
            configuration.objectives.isEmpty
            ? [configuration.evolution.stop] : configuration.observedScaleFactors
        let model = try configuration.forwardModel(Scalar.self, observing: observed, on: context.world)
        model.remarks.forEach(context.say)
        var provenance = configuration.provenance(of: model)
        provenance.seed = nil  // initial.seed has no part in it
        try self.init(configuration, settings, model, provenance, in: context)
    }

    private init(
        _ configuration: RunConfiguration, _ settings: SamplerSection, _ model: ForwardModel<Scalar>,
        _ provenance: Provenance, in context: RunContext
    ) throws {
        self.configuration = configuration
        self.settings = settings
        self.model = model
        self.provenance = provenance
        let space = configuration.parameterSpace(of: settings.vary)
        self.space = space
        truth = try settings.truth.map {
            try ChainTruth(
                $0, watching: ModeSample(of: model.particleGrid.shape),
                FourierTransform<Scalar>(model.particleGrid))
        }
        guard !configuration.objectives.isEmpty else {
            context.say("no objective: the prior is sampled")
            let start = model.cosmology.parameters
            likelihood = nil
            density = PriorDensity<Scalar>(over: space) { scaled in
                let point = space.point(at: scaled, from: start)
                guard space.contains(point) else { return false }
                _ = try model.with(point.cosmology)
                return true
            }
            return
        }
        let likelihood = try configuration.jointLikelihood(of: model)
        likelihood.remarks.forEach(context.say)
        self.likelihood = likelihood
        density = Posterior(likelihood, .unitNormal, over: space, around: model)
    }

    /// The same in the integer units of a checkpoint. Collective.
    ///
    /// On a machine that computes linear theory to other last bits they might differ.
    func inUnits(of exponent: Int, in context: RunContext) throws -> SampledUniverse {
        guard exponent != model.units.momentumExponent else { return self }
        let units = StateUnits(box: model.box.size, momentumExponent: exponent)
        return try SampledUniverse(configuration, settings, model.inUnits(units), provenance, in: context)
    }

    /// The universe of a point; nil where there is none.
    func model(at scaled: [Double]) throws -> ForwardModel<Scalar>? {
        guard !space.parameters.isEmpty else { return model }
        let cosmology = space.point(at: scaled, from: model.cosmology.parameters).cosmology
        return cosmology == model.cosmology.parameters ? model : try model.with(cosmology)
    }
}
