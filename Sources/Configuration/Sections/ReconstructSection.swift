public import Background
internal import Parallel

/// What a reconstruction seeks, where it starts, and when it saves itself.
public struct ReconstructSection: Sendable, Equatable {
    /// Where it starts.
    public enum Start: Sendable, Equatable {
        /// No fluctuations: with one mesh cell per particle every particle is on a kink of cloud-in-cell.
        case zero
        /// White noise of ``ReconstructSection/startAmplitude``.
        case noise
        /// What the standard method makes of the data, damped as its displacements are.
        case standard
        /// A dataset `[nx][ny][nz]`.
        case file(DatasetAddress)
    }

    /// White noise to judge the result by.
    public enum Truth: Sendable, Equatable {
        /// That of the section `initial`.
        case initial
        /// A dataset `[nx][ny][nz]`.
        case file(DatasetAddress)
    }

    /// A parameter that is sought with the white noise; it starts at its configured value.
    public struct Varied: Sendable, Equatable {
        /// What it is a parameter of.
        public enum Subject: Sendable, Equatable {
            /// The universe.
            case cosmology(CosmologyParameter)
            /// An observation, by its place among the own parameters of all objectives.
            case observation(Int)
        }

        /// Its name in configurations and files.
        public var name: String
        /// What it is a parameter of.
        public var subject: Subject
        /// Its configured value.
        public var start: Double
        /// Its Gaussian prior; none if nil.
        public var prior: Prior?
        /// The least and the greatest value that was asked for, if any.
        public var minimum, maximum: Double?
        /// Below which there is no loss.
        let floor: Double
        /// A change of it that is like a change of 1 in a mode.
        public var scale: Double

        /// Where its loss is finite.
        public var bounds: ClosedRange<Double> {
            (minimum ?? floor)...(maximum ?? .greatestFiniteMagnitude)
        }

        /// A Gaussian.
        public struct Prior: Sendable, Equatable {
            /// Its centre.
            public var mean: Double
            /// Its standard deviation.
            public var sigma: Double
        }
    }

    /// How it is done.
    public enum Method: String, CaseIterable, Sendable, Named {
        /// By descending the loss, stage by stage.
        case optimize
        /// By undoing large displacements (Eisenstein et al. 2007).
        case standard
    }

    /// How it is done.
    public var method: Method
    /// R of the Gaussian that the displacements of the standard method are smoothed with [Mpc/h].
    public var smoothing: Double
    /// The linear bias of what the standard method reconstructs from; found from its power if nil.
    public var bias: Double?
    /// Of the haloes that the standard method takes from a catalogue, the heaviest [(h/Mpc)³]; all of them if nil.
    public var numberDensity: Double?
    /// Where it starts.
    public var start: Start
    /// The standard deviation of the noise it starts from.
    public var startAmplitude: Double
    /// The seed of that noise; not that of the data's universe.
    public var startSeed: UInt64
    /// The white noise of the truth, if it is known, to judge the result by.
    public var truth: Truth?
    /// Cosmological parameters that are sought too, in the last stage.
    public var vary: [Varied]
    /// Diagnostics of reconstructions whose truth was known, for unbiased parameters.
    public var response: [DatasetAddress]
    /// Iterations between checkpoints; 0: none for their number.
    public var checkpointEvery: Int
    /// Minutes between checkpoints; 0: none for the time.
    public var checkpointMinutes: Double

    /// - Parameters:
    ///   - section: its keys.
    ///   - universe: whose parameters may be sought, and the power spectrum that decides which of them act.
    ///   - objectives: whose own parameters may be.
    init(
        _ section: SectionReader, _ universe: (cosmology: CosmologyParameters, power: PowerSection),
        _ objectives: [ObjectiveSection]
    ) {
        let candidates = Self.candidates(universe.cosmology, objectives)
        method = section.choice("method", default: .optimize)
        smoothing = section.positive("smoothing", default: 5)
        bias = section.number("bias", .positive, example: 1.5)
        numberDensity = section.number("number_density", .positive, example: 1e-3)
        start =
            section.read("start") { entry throws(Problem) in
                let (rule, remedy) = ("it must be zero, noise, standard or file.h5:/dataset", "try noise")
                switch try entry.text(rule, remedy) {
                case "zero": return .zero
                case "noise": return .noise
                case "standard": return .standard
                default: return .file(try entry.noise(rule, remedy))
                }
            } ?? .noise
        startAmplitude = section.positive("start_amplitude", default: 0.1)
        startSeed = UInt64(section.whole("start_seed", 0...Int.max, default: 987_654_321))
        truth = section.read("truth") { entry throws(Problem) in
            let (rule, remedy) = ("it must be initial or file.h5:/dataset", "try \"truth.h5:/white_noise\"")
            return try entry.text(rule, remedy) == "initial"
                ? .initial : .file(try entry.noise(rule, remedy))
        }
        vary =
            section.read("vary") { entry throws(Problem) in
                var found: [Varied] = []
                for element in try entry.list("it must be a list of parameters", "try [Omega_m]") {
                    let varied = try Self.varied(element, among: candidates)
                    guard !found.contains(where: { $0.subject == varied.subject }) else {
                        throw element.problem("it must be named once", "remove one of them")
                    }
                    found.append(varied)
                }
                return found
            } ?? []
        response =
            section.read("response") { entry throws(Problem) in
                let (rule, remedy) = (
                    "it must be file.h5:/diagnostics or a list of them",
                    "try \"mock/reconstruction.h5:/diagnostics\""
                )
                guard entry.node.scalar == nil else { return [try entry.dataset(rule, remedy)] }
                var found: [DatasetAddress] = []
                for element in try entry.list(rule, remedy) {
                    found.append(try element.dataset(rule, remedy))
                }
                return found
            } ?? []
        checkpointEvery = section.whole("checkpoint_every", 0...1_000_000, default: 10)
        checkpointMinutes = section.number("checkpoint_minutes", .notNegative, default: 10)
        refuseIdle(in: universe, section)
        if !usesStandardMethod {
            let values = [("smoothing", smoothing), ("bias", bias), ("number_density", numberDensity)]
            for (key, value) in values where section.has(key) {
                section.conflict(
                    key, is: "\(value ?? 0)", "it must come with method: standard or start: standard",
                    "remove it, or change reconstruct.method")
            }
        }
    }

    /// Whether large displacements are undone, for the result or for the start.
    public var usesStandardMethod: Bool { method == .standard || start == .standard }

    /// Refuses to seek what nothing depends on.
    private func refuseIdle(
        in universe: (cosmology: CosmologyParameters, power: PowerSection), _ section: SectionReader
    ) {
        let idle =
            universe.cosmology.idleParameters + universe.power.idleParameters(beside: universe.cosmology)
        for varied in vary {
            guard case .cosmology(let parameter) = varied.subject, idle.contains(parameter) else { continue }
            section.conflict(
                "vary", is: varied.name,
                "it must be able to act, which \(varied.name) cannot \(Self.reason(parameter))", "remove it")
        }
    }

    /// Why a parameter cannot act.
    private static func reason(_ parameter: CosmologyParameter) -> String {
        switch parameter {
        case .w0, .wa: "where there is no dark energy"
        case .amplitude: "beside a table without power.A_s"
        default: "beside power.model: table"
        }
    }

    /// A parameter that may be sought.
    private struct Candidate {
        let name: String
        let subject: Varied.Subject
        let value: Double
        /// Below which there is no loss.
        let floor: Double
    }

    /// The eight of cosmology, and those of the observations: `bias_exponent`, in a list `objective[1].bias_exponent`.
    private static func candidates(
        _ cosmology: CosmologyParameters, _ objectives: [ObjectiveSection]
    ) -> [Candidate] {
        let universe = CosmologyParameter.allCases.map {
            Candidate(
                name: cosmology.name(of: $0), subject: .cosmology($0), value: cosmology[$0],
                floor: -.greatestFiniteMagnitude)
        }
        return universe
            + objectives.ownParameters.enumerated().map { index, own in
                Candidate(name: own.name, subject: .observation(index), value: own.value, floor: own.floor)
            }
    }

    private static func varied(_ entry: Entry, among candidates: [Candidate]) throws(Problem) -> Varied {
        let remedy =
            "try Omega_m, or {parameter: Omega_m, mean: 0.31, sigma: 0.01, minimum: 0.1, maximum: 0.6}"
        let fields =
            entry.node.scalar == nil
            ? try entry.fields(["parameter", "mean", "sigma", "minimum", "maximum"], remedy)
            : ["parameter": entry]
        let names = candidates.map(\.name)
        let rule = "it must be \(names.joined(separator: " or "))"
        guard let named = fields["parameter"] else { throw entry.problem(rule, remedy) }
        let text = try named.text(rule, remedy)
        guard let candidate = candidates.first(where: { $0.name == text }) else {
            throw named.problem(
                rule, Spelling.probable(for: text, among: names).map { "did you mean \($0)?" } ?? remedy)
        }
        let value = candidate.value
        let sigma = try fields["sigma"]?.number(.positive, "try 0.01")
        if let mean = fields["mean"], sigma == nil {
            throw mean.problem("it must come with sigma", "add sigma: 0.01")
        }
        let mean = try fields["mean"]?.number(.any, "try \(value)") ?? value
        let low = try fields["minimum"]?.number(.any, "try \(value - 1)")
        let high = try fields["maximum"]?.number(.any, "try \(value + 1)")
        guard low ?? candidate.floor < value && value < high ?? .infinity else {
            throw entry.problem(
                "its start (\(value), as configured) must be between minimum and maximum", "widen the bounds")
        }
        return Varied(
            name: candidate.name, subject: candidate.subject, start: value,
            prior: sigma.map { Varied.Prior(mean: mean, sigma: $0) }, minimum: low, maximum: high,
            floor: candidate.floor, scale: sigma ?? (value == 0 ? 0.01 : 0.01 * abs(value)))
    }

    private static func text(_ truth: Truth) -> String {
        switch truth {
        case .initial: "initial"
        case .file(let address): quoted(address.description)
        }
    }

    var entries: [ResolvedEntry] {
        let start =
            switch start {
            case .zero: "zero"
            case .noise: "noise"
            case .standard: "standard"
            case .file(let address): quoted(address.description)
            }
        let varied = vary.map { varied in
            var fields = ["parameter: \(varied.name.contains("[") ? quoted(varied.name) : varied.name)"]
            if let prior = varied.prior { fields += ["mean: \(prior.mean)", "sigma: \(prior.sigma)"] }
            if let minimum = varied.minimum { fields.append("minimum: \(minimum)") }
            if let maximum = varied.maximum { fields.append("maximum: \(maximum)") }
            return "{\(fields.joined(separator: ", "))}"
        }
        let responses = response.map { quoted($0.description) }
        // Said of the standard method only, so that those of others are what they were.
        let standard: [ResolvedEntry] =
            usesStandardMethod
            ? (method == .standard ? [.init("method", method.rawValue)] : [])
                + [.init("smoothing", "\(smoothing)")] + (bias.map { [.init("bias", "\($0)")] } ?? [])
                + (numberDensity.map { [.init("number_density", "\($0)")] } ?? []) : []
        return standard + [
            .init("start", start), .init("start_amplitude", "\(startAmplitude)"),
            .init("start_seed", "\(startSeed)"),
        ] + (truth.map { [.init("truth", Self.text($0))] } ?? []) + [
            .init("vary", "[\(varied.joined(separator: ", "))]")
        ] + (response.isEmpty ? [] : [.init("response", "[\(responses.joined(separator: ", "))]")]) + [
            .init("checkpoint_every", "\(checkpointEvery)"),
            .init("checkpoint_minutes", "\(checkpointMinutes)"),
        ]
    }
}
