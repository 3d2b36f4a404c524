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
            } ?? (objectives.map(\.kind) == [.haloes] ? .standard : .noise)
        startAmplitude = section.positive("start_amplitude", default: 0.1)
        startSeed = UInt64(section.whole("start_seed", 0...Int.max, default: 987_654_321))
        truth = section.read("truth") { entry throws(Problem) in
            let (rule, remedy) = ("it must be initial or file.h5:/dataset", "try \"truth.h5:/white_noise\"")
            return try entry.text(rule, remedy) == "initial"
                ? .initial : .file(try entry.noise(rule, remedy))
        }
        vary = Varied.read("vary", section, universe.cosmology, objectives)
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
        Varied.refuseIdle(vary, in: universe, objectives, section)
        requireCompany(section)
    }

    /// Refuses keys that act only beside others.
    private func requireCompany(_ section: SectionReader) {
        let isStandard = method == .standard
        let values = [("smoothing", smoothing), ("bias", bias), ("number_density", numberDensity)]
        for (key, value) in values {
            section.require(
                key, is: "\(value ?? 0)", usesStandardMethod, "method: standard or start: standard")
        }
        // The standard method starts nowhere and seeks no parameter. An empty list asks for none.
        let optimize = "method: optimize"
        section.require("start", is: Self.text(start), !isStandard, optimize)
        section.require("vary", is: "a list of \(vary.count)", !isStandard || vary.isEmpty, optimize)
        let starts = [("start_amplitude", "\(startAmplitude)"), ("start_seed", "\(startSeed)")]
        for (key, value) in starts {
            section.require(key, is: value, !isStandard, optimize)
            section.require(key, is: value, start == .noise, "start: noise")
        }
        section.require(
            "response", is: "a list of \(response.count)", !vary.isEmpty || response.isEmpty,
            "vary: a list of parameters")
    }

    /// Whether large displacements are undone, for the result or for the start.
    public var usesStandardMethod: Bool { method == .standard || start == .standard }

    private static func text(_ truth: Truth) -> String {
        switch truth {
        case .initial: "initial"
        case .file(let address): quoted(address.description)
        }
    }

    private static func text(_ start: Start) -> String {
        switch start {
        case .zero: "zero"
        case .noise: "noise"
        case .standard: "standard"
        case .file(let address): quoted(address.description)
        }
    }

    var entries: [ResolvedEntry] {
        let responses = response.map { quoted($0.description) }
        // Said of the standard method only, so that those of others are what they were.
        let standard: [ResolvedEntry] =
            usesStandardMethod
            ? (method == .standard ? [.init("method", method.rawValue)] : [])
                + [.init("smoothing", "\(smoothing)")] + (bias.map { [.init("bias", "\($0)")] } ?? [])
                + (numberDensity.map { [.init("number_density", "\($0)")] } ?? []) : []
        let begin: [ResolvedEntry] = method == .standard ? [] : [.init("start", Self.text(start))]
        let noise: [ResolvedEntry] =
            method == .standard || start != .noise
            ? [] : [.init("start_amplitude", "\(startAmplitude)"), .init("start_seed", "\(startSeed)")]
        return standard + begin + noise + (truth.map { [.init("truth", Self.text($0))] } ?? []) + [
            .init("vary", "[\(vary.map(\.text).joined(separator: ", "))]")
        ] + (response.isEmpty ? [] : [.init("response", "[\(responses.joined(separator: ", "))]")]) + [
            .init("checkpoint_every", "\(checkpointEvery)"),
            .init("checkpoint_minutes", "\(checkpointMinutes)"),
        ]
    }
}
