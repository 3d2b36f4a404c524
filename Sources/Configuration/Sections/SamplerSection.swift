internal import Background

/// How a posterior is sampled.
public struct SamplerSection: Sendable, Equatable {
    /// The methods.
    public enum Method: String, CaseIterable, Sendable, Named {
        /// Hamiltonian Monte Carlo: exact.
        case hmc
        /// The adjusted microcanonical sampler: exact, to the rounding of its trajectories.
        case mams
        /// Microcanonical Langevin Monte Carlo: fast, biased.
        case mclmc
    }

    /// How a step is composed.
    public enum Integrator: String, CaseIterable, Sendable, Named {
        /// One drift.
        case leapfrog
        /// Two drifts.
        case minimumNorm = "minimum-norm"
        /// Two drifts, of fourth order where the posterior is a Gaussian.
        case quartic
        /// Three drifts.
        case bcss3
    }

    /// Where the mass comes from.
    public enum Mass: String, CaseIterable, Sendable, Named {
        /// Probed at the start, and measured in the warm-up.
        case measured
        /// 1.
        case identity
    }

    /// What is known of the universe that was observed, to judge chains by.
    public struct Truth: Sendable, Equatable {
        /// Its white noise.
        public var noise: DatasetAddress?
        /// Its values of sampled parameters, by their names.
        public var parameters: [String: Double]
    }

    /// Where chains start.
    public enum Start: Sendable, Equatable {
        /// At draws from the prior of the white noise.
        case noise
        /// About a dataset `[nx][ny][nz]`, the most probable white noise.
        case file(DatasetAddress)
    }

    /// The method.
    public var method: Method
    /// How a step is composed.
    public var integrator: Integrator
    /// The length of trajectories, or over which a direction is kept; the method's own if nil.
    public var length: Double?
    /// By which fraction the lengths of HMC's trajectories differ.
    public var jitter: Double
    /// The acceptance that the warm-up looks for; the method's own if nil.
    public var target: Double?
    /// A fixed step, with which nothing adapts.
    public var step: Double?
    /// Where the mass comes from.
    public var mass: Mass
    /// The energy error's variance per dimension that MCLMC's step is to have.
    public var energyVariance: Double
    /// Iterations of the warm-up.
    public var warmUp: Int
    /// Iterations after it.
    public var samples: Int
    /// Every how many iterations a sample is written whole.
    public var thin: Int
    /// Chains.
    public var chains: Int
    /// The seed of their random numbers.
    public var seed: UInt64
    /// Where they start.
    public var start: Start
    /// The truth, if it is known.
    public var truth: Truth?
    /// Parameters that are sampled with the white noise.
    public var vary: [ReconstructSection.Varied]
    /// Whether HMC's trajectories run on a lattice.
    public var usesLattice: Bool
    /// Iterations between checkpoints.
    public var checkpointEvery: Int

    /// - Parameters:
    ///   - section: its keys.
    ///   - universe: whose parameters may be sampled, and the power spectrum that decides which of them act.
    ///   - objectives: whose own parameters may be.
    init(
        _ section: SectionReader, _ universe: (cosmology: CosmologyParameters, power: PowerSection),
        _ objectives: [ObjectiveSection]
    ) {
        method = section.choice("method", default: .hmc)
        integrator = section.choice("integrator", default: .minimumNorm)
        length = section.number("length", .positive, example: 1.57)
        jitter = section.number("jitter", .within(0...0.9), default: 0.2)
        target = section.number("target", .within(0.01...0.99), example: 0.8)
        step = section.number("step", .positive, example: 0.2)
        mass = section.choice("mass", default: .measured)
        energyVariance = section.positive("energy_variance", default: 5e-5)
        warmUp = section.whole("warmup", 0...10_000_000, default: 240)
        samples = section.whole("samples", 1...10_000_000, default: 1000)
        thin = section.whole("thin", 1...10_000_000, default: 10)
        chains = section.whole("chains", 1...1000, default: 1)
        seed = UInt64(section.whole("seed", 0...Int.max, default: 1))
        start =
            section.read("start") { entry throws(Problem) in
                let (rule, remedy) = ("it must be noise or file.h5:/dataset", "try noise")
                return try entry.text(rule, remedy) == "noise"
                    ? .noise : .file(try entry.noise(rule, remedy))
            } ?? .noise
        vary = ReconstructSection.Varied.read("vary", section, universe.cosmology, objectives)
        let names = vary.map(\.name)
        truth = Self.truth(section, names + objectives.leftOutAmplitudes.filter { !names.contains($0) })
        usesLattice = section.flag("fixed_point", default: true)
        checkpointEvery = section.whole("checkpoint_every", 1...1_000_000, default: 10)
        guard section.isGiven else { return }
        ReconstructSection.Varied.refuseIdle(vary, in: universe, objectives, section)
        refuseImproper(section, objectives)
        refuseStrangers(section)
    }

    /// Reads `truth`: white noise, or a section with that and with values of parameters that are drawn.
    private static func truth(_ section: SectionReader, _ names: [String]) -> Truth? {
        section.read("truth") { entry throws(Problem) in
            let (rule, remedy) = ("it must be file.h5:/dataset", "try \"truth.h5:/white_noise\"")
            guard entry.node.scalar == nil else {
                return Truth(noise: try entry.noise(rule, remedy), parameters: [:])
            }
            let fields = try entry.fields(
                ["white_noise"] + names,
                "try {white_noise: \"truth.h5:/white_noise\"\(names.first.map { ", \($0): 1" } ?? "")}")
            var truth = Truth(noise: try fields["white_noise"]?.noise(rule, remedy), parameters: [:])
            for name in names {
                truth.parameters[name] = try fields[name]?.number(.any, "try 1")
            }
            return truth
        } ?? nil
    }

    /// Refuses what has no probability to be sampled.
    private func refuseImproper(_ section: SectionReader, _ objectives: [ObjectiveSection]) {
        if let objective = objectives.first(where: { !$0.prior }) {
            section.conflict(
                "method", is: method.rawValue,
                "it must sample white noise with its prior, which \(objective.name).prior: false takes away",
                "set \(objective.name).prior: true")
        }
        if let open = vary.first(where: { $0.prior == nil && ($0.minimum == nil || $0.maximum == nil) }) {
            section.conflict(
                "vary", is: open.name,
                "without a prior it must be bounded on both sides, or its probability cannot be normalised",
                "give sigma, or minimum and maximum")
        }
        if warmUp == 0 && step == nil {
            section.conflict(
                "warmup", is: "0", "it must not be 0 unless the step is given",
                "try 240, or give sampler.step")
        }
    }

    /// Refuses keys that the method has no use for.
    private func refuseStrangers(_ section: SectionReader) {
        let strangers: [String] =
            switch method {
            case .hmc: ["energy_variance"]
            case .mams: ["energy_variance", "jitter", "fixed_point"]
            case .mclmc: ["jitter", "target", "fixed_point"]
            }
        for key in strangers where section.has(key) {
            section.conflict(
                key, is: "given", "it has no meaning with method: \(method.rawValue)",
                "remove it, or change sampler.method")
        }
        if step != nil {
            for key in ["target", "energy_variance"] where section.has(key) {
                section.conflict(
                    key, is: "given", "with a fixed step nothing adapts", "remove it, or sampler.step")
            }
        }
    }

    var entries: [ResolvedEntry] {
        let start =
            switch start {
            case .noise: "noise"
            case .file(let address): quoted(address.description)
            }
        let numbers: [(String, Double?)] = [
            ("length", length), ("jitter", method == .hmc ? jitter : nil),
            ("target", target), ("step", step),
            ("energy_variance", method == .mclmc && step == nil ? energyVariance : nil),
        ]
        return [.init("method", method.rawValue), .init("integrator", integrator.rawValue)]
            + numbers.compactMap { name, value in value.map { ResolvedEntry(name, "\($0)") } }
            + [
                .init("mass", mass.rawValue), .init("warmup", "\(warmUp)"), .init("samples", "\(samples)"),
                .init("thin", "\(thin)"), .init("chains", "\(chains)"), .init("seed", "\(seed)"),
                .init("start", start),
            ] + (truth.map { [.init("truth", Self.text($0))] } ?? []) + [
                .init("vary", "[\(vary.map(\.text).joined(separator: ", "))]")
            ] + (method == .hmc ? [.init("fixed_point", "\(usesLattice)")] : [])
            + [.init("checkpoint_every", "\(checkpointEvery)")]
    }

    private static func text(_ truth: Truth) -> String {
        let noise = truth.noise.map { ["white_noise: \(quoted($0.description))"] } ?? []
        let values = truth.parameters.sorted { $0.key < $1.key }.map { name, value in
            "\(name.contains("[") ? quoted(name) : name): \(value)"
        }
        return "{\((noise + values).joined(separator: ", "))}"
    }
}
