/// What the particles are compared with, at one time.
public struct ObjectiveSection: Sendable, Equatable {
    /// How what is counted follows the density.
    public enum Bias: String, CaseIterable, Sendable, Named {
        /// What is seen is compared as it is.
        case none
        /// `A (ρ + 0.01)^α`.
        case powerLaw = "power-law"
    }

    /// How probable the data are.
    public enum Likelihood: String, CaseIterable, Sendable, Named {
        /// Errors of one size.
        case gaussian
        /// Counts.
        case poisson
        /// Errors of the logarithms of masses.
        case logNormal = "log-normal"
    }

    /// The axes of the box.
    public enum Axis: String, CaseIterable, Sendable, Named {
        case x, y, z

        /// 0, 1 or 2.
        public var number: Int { Self.allCases.firstIndex(of: self)! }
    }

    /// Which parts of a picture file stand for matter.
    public enum Ink: String, CaseIterable, Sendable, Named {
        /// The brighter the denser.
        case bright
        /// The darker the denser, as in print.
        case dark
    }

    /// Where numbers come from.
    public enum Source: Sendable, Equatable, CustomStringConvertible {
        /// A dataset in an HDF5 file.
        case dataset(DatasetAddress)
        /// A PNG file's path, seen from the working directory.
        case picture(String)

        /// As it is written in a configuration.
        public var description: String {
            switch self {
            case .dataset(let address): address.description
            case .picture(let path): path
            }
        }
    }

    /// The section's name, `objective` or `objective[1]` in a list of them.
    public let name: String
    /// What is seen.
    public internal(set) var kind: Kind
    /// When: the end of a step.
    public internal(set) var a: Double
    /// The data, on the force mesh or on a plane of pixels.
    public internal(set) var data: Source
    /// How what is counted follows the density.
    public internal(set) var bias: Bias
    /// A of a power law.
    public internal(set) var biasAmplitude: Double
    /// α of a power law.
    public internal(set) var biasExponent: Double
    /// How probable the data are.
    public internal(set) var likelihood: Likelihood
    /// The error of a mesh point or pixel.
    public internal(set) var sigma: Double
    /// Weights or a mask, shaped like the data; all 1 if nil. Of counts, the part that is seen.
    public internal(set) var weights: Source?
    /// The line of sight of a projected density or of redshifts; the component of a momentum density.
    public internal(set) var axis: Axis
    /// How a picture is read.
    public internal(set) var ink: Ink
    /// Radius R of the Gaussian with which the residual is smoothed [Mpc/h].
    public internal(set) var smoothing: Double
    /// Whether ½ Σ s² of the white noise is added.
    public internal(set) var prior: Bool
    /// How masses of haloes are compared; nil for other kinds.
    public internal(set) var haloes: Haloes?

    /// Those sections that name data; in a list all must, and they must agree about the prior of the white noise.
    static func all(_ sections: [SectionReader], scaleFactors: [Double]) -> [ObjectiveSection] {
        var found: [ObjectiveSection] = []
        for section in sections {
            guard let objective = ObjectiveSection(section, scaleFactors: scaleFactors) else {
                if sections.count > 1 && !section.has("data") {
                    section.conflict(
                        "data", is: "not given", "every objective must name its data", "add data")
                }
                continue
            }
            if let first = found.first, objective.prior != first.prior {
                section.conflict(
                    "prior", is: "\(objective.prior)",
                    "it must be the same in all objectives, and is \(first.prior) in the first: there is one white "
                        + "noise", "make them agree")
            }
            found.append(objective)
        }
        return found
    }

    /// Errors whose squares, and what is divided by them, stay far from the ends of single precision.
    static let errors = 1e-6...1e6

    /// Nil if the section names no data.
    ///
    /// - Parameter scaleFactors: where steps end.
    init?(_ section: SectionReader, scaleFactors: [Double]) {
        name = section.name
        kind = section.choice("kind", default: .density)
        a = Self.time(section, scaleFactors)
        bias = section.choice("bias", default: .none)
        biasAmplitude = section.positive("bias_amplitude", default: 1)
        biasExponent = section.number("bias_exponent", .any, default: 1)
        likelihood = section.choice("likelihood", default: kind.traits.likelihood)
        sigma = section.positive("sigma", default: 1)
        weights = Self.source("weights", section, kind)
        axis = section.choice("axis", default: .z)
        ink = section.choice("ink", default: .bright)
        smoothing = section.number("smoothing", .notNegative, default: 0)
        prior = section.flag("prior", default: true)
        haloes = Haloes(section, kind)
        if !Self.errors.contains(sigma) {
            section.conflict(
                "sigma", is: "\(sigma)",
                "it must be from \(Self.errors.lowerBound) to \(Self.errors.upperBound)", "try 1.0")
        }
        let data = Self.source("data", section, kind)
        self.data = data ?? .picture("")
        checkCompany(section)
        guard data != nil else { return nil }
    }

    /// The end of a step that a given scale factor means; the last one if none is given.
    private static func time(_ section: SectionReader, _ scaleFactors: [Double]) -> Double {
        let last = scaleFactors[scaleFactors.count - 1]
        guard let wanted = section.number("a", .within(1e-4...1), example: last) else { return last }
        let ends = StepEnds(scaleFactors)
        guard let end = ends.meant(by: wanted) else {
            section.conflict(
                "a", is: "\(wanted)", "it must be where a step ends; \(ends.nearest(to: wanted))",
                "take one of these or change evolution")
            return last
        }
        return end
    }

    /// Keys that act only beside others.
    private func checkCompany(_ section: SectionReader) {
        section.require("axis", is: axis.rawValue, kind.traits.hasAxis, Kind.company(where: \.hasAxis))
        section.require("ink", is: ink.rawValue, kind.traits.isPicture, Kind.company(where: \.isPicture))
        section.require("bias_amplitude", is: "\(biasAmplitude)", bias == .powerLaw, "bias: power-law")
        section.require("bias_exponent", is: "\(biasExponent)", bias == .powerLaw, "bias: power-law")
        section.require(
            "smoothing", is: "\(smoothing)", likelihood != .poisson || smoothing == 0, "likelihood: gaussian"
        )
        guard !kind.traits.makesHaloes else { return checkHaloes(section) }
        section.require("sigma", is: "\(sigma)", likelihood == .gaussian, "likelihood: gaussian")
        if likelihood == .logNormal {
            section.conflict(
                "likelihood", is: "log-normal", "it must come with \(Kind.company(where: \.makesHaloes))",
                "remove likelihood")
        }
        if kind.traits.hasEitherSign {
            let company = "with kind: \(kind.rawValue), which has either sign"
            if bias != .none {
                section.conflict("bias", is: bias.rawValue, "it must be none \(company)", "remove bias")
            }
            if likelihood == .poisson {
                section.conflict(
                    "likelihood", is: "poisson", "it must be gaussian \(company)", "remove likelihood")
            }
        } else if likelihood == .poisson && bias == .none {
            section.conflict(
                "likelihood", is: "poisson",
                "it must come with a bias, since matter leaves cells empty where something may be counted",
                "add bias: power-law")
        }
    }

    private static func source(_ key: String, _ section: SectionReader, _ kind: Kind) -> Source? {
        guard kind.traits.isPicture else { return section.dataset(key).map(Source.dataset) }
        return section.read(key) { entry throws(Problem) in
            let (rule, remedy) = (
                "it must be a picture.png or file.h5:/dataset", "try \"picture.png\""
            )
            let text = try entry.text(rule, remedy)
            guard !text.lowercased().hasSuffix(".png") else { return .picture(entry.place.resolve(text)) }
            return .dataset(try entry.dataset(rule, remedy))
        }
    }

    /// A parameter that belongs to the observation.
    public struct OwnParameter: Sendable, Equatable {
        /// Its name: of the key, after the section's in a list of objectives.
        public let name: String
        /// Its value.
        public let value: Double
        /// Below which there is no loss.
        let floor: Double
    }

    /// The parameters of the bias.
    var ownParameters: [OwnParameter] {
        switch bias {
        case .none: []
        case .powerLaw:
            [
                OwnParameter(name: "bias_amplitude", value: biasAmplitude, floor: .leastNormalMagnitude),
                OwnParameter(name: "bias_exponent", value: biasExponent, floor: -.greatestFiniteMagnitude),
            ]
        }
    }

    private var isPicture: Bool { if case .picture = data { true } else { false } }

    var entries: [ResolvedEntry] {
        let sight: [ResolvedEntry] =
            (kind.traits.hasAxis ? [.init("axis", axis.rawValue)] : [])
            + (kind.traits.isPicture && isPicture ? [.init("ink", ink.rawValue)] : [])
        let tracers: [ResolvedEntry] =
            bias == .none
            ? [] : [.init("bias", bias.rawValue)] + ownParameters.map { .init($0.name, "\($0.value)") }
        let errors: [ResolvedEntry] =
            switch likelihood {
            case .gaussian: [.init("sigma", "\(sigma)"), .init("smoothing", "\(smoothing)")]
            case .poisson: []
            case .logNormal: (haloes?.entries ?? []) + [.init("smoothing", "\(smoothing)")]
            }
        return [.init("kind", kind.rawValue), .init("a", "\(a)"), .init("data", quoted(data.description))]
            + (weights.map { [.init("weights", quoted($0.description))] } ?? []) + sight + tracers
            + [.init("likelihood", likelihood.rawValue)] + errors + [.init("prior", "\(prior)")]
    }
}

extension [ObjectiveSection] {
    /// The parameters of all observations, in their order: `bias_exponent`, of several objectives
    /// `objective[1].bias_exponent`.
    public var ownParameters: [ObjectiveSection.OwnParameter] {
        flatMap { objective in
            objective.ownParameters.map {
                ObjectiveSection.OwnParameter(
                    name: count > 1 ? "\(objective.name).\($0.name)" : $0.name, value: $0.value,
                    floor: $0.floor)
            }
        }
    }
}
