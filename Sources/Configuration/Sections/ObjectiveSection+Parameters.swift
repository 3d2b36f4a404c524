/// Parameters of an observation, and what a resolved configuration says of it.
extension ObjectiveSection {
    /// A parameter that belongs to the observation.
    public struct OwnParameter: Sendable, Equatable {
        /// Its name: of the key, after the section's in a list of objectives.
        public let name: String
        /// Its value.
        public let value: Double
        /// Below which there is no loss.
        let floor: Double
    }

    /// The parameters of the bias, then those of the likelihood.
    var ownParameters: [OwnParameter] { biasParameters + likelihoodParameters }

    private var biasParameters: [OwnParameter] {
        let amplitude = OwnParameter(
            name: "bias_amplitude", value: biasAmplitude, floor: .leastNormalMagnitude)
        let power = [
            amplitude,
            OwnParameter(name: "bias_exponent", value: biasExponent, floor: -.greatestFiniteMagnitude),
        ]
        return switch bias {
        case .none: []
        case .powerLaw: power
        case .truncatedPowerLaw:
            power + [
                OwnParameter(name: "bias_threshold", value: biasThreshold, floor: .leastNormalMagnitude),
                OwnParameter(name: "bias_steepness", value: biasSteepness, floor: .leastNormalMagnitude),
            ]
        // The coefficients are the observable's, which comes before.
        case .lagrangian:
            ["bias_b1", "bias_b2", "bias_bs2", "bias_nabla"].enumerated().map { index, key in
                OwnParameter(name: key, value: biasCoefficients[index], floor: -.greatestFiniteMagnitude)
            } + [amplitude]
        }
    }

    private var likelihoodParameters: [OwnParameter] {
        switch likelihood {
        case .gaussian, .logNormal:
            errors == .unknown
                ? [OwnParameter(name: "sigma", value: sigma, floor: .leastNormalMagnitude)] : []
        case .negativeBinomial:
            [OwnParameter(name: "dispersion", value: dispersion, floor: .leastNormalMagnitude)]
        case .poisson, .patches: []
        }
    }

    private var isPicture: Bool { if case .picture = data { true } else { false } }

    var entries: [ResolvedEntry] {
        let sight: [ResolvedEntry] =
            (kind.traits.hasAxis ? [.init("axis", axis.rawValue)] : [])
            + (observer.map { [.init("observer", "[\($0.x), \($0.y), \($0.z)]")] } ?? [])
            + (kind.traits.isPicture && isPicture ? [.init("ink", ink.rawValue)] : [])
        let tracers: [ResolvedEntry] =
            bias == .none
            ? [] : [.init("bias", bias.rawValue)] + biasParameters.map { .init($0.name, "\($0.value)") }
        return [.init("kind", kind.rawValue), .init("a", "\(a)"), .init("data", quoted(data.description))]
            + (weights.map { [.init(weightsKey, quoted($0.description))] } ?? []) + sight
            + (coarsen == 1 ? [] : [.init("coarsen", "\(coarsen)")]) + tracers
            + [.init("likelihood", likelihood.rawValue)] + errorEntries + [.init("prior", "\(prior)")]
    }

    private var errorEntries: [ResolvedEntry] {
        switch likelihood {
        case .logNormal where kind.traits.makesHaloes:
            (haloes?.entries ?? []) + [.init("smoothing", "\(smoothing)")]
        case .gaussian, .logNormal:
            [.init("sigma", "\(sigma)")] + (errors == .known ? [] : [.init("errors", errors.rawValue)])
                + (likelihood == .gaussian ? [] : [.init("density_floor", "\(densityFloor)")])
                + [.init("smoothing", "\(smoothing)")]
        case .poisson: []
        case .negativeBinomial: [.init("dispersion", "\(dispersion)")]
        case .patches: patches.map { [.init("patches", quoted($0.description))] } ?? []
        }
    }
}

extension [ObjectiveSection] {
    /// The name of a parameter of an objective: `bias_exponent`, of several objectives `objective[1].bias_exponent`.
    private func name(_ parameter: String, of objective: ObjectiveSection) -> String {
        count > 1 ? "\(objective.name).\(parameter)" : parameter
    }

    /// The amplitudes that likelihoods of patches do not know; no search or chain may move them.
    var unknownAmplitudes: [String] {
        filter { $0.likelihood == .patches }.map { name("bias_amplitude", of: $0) }
    }

    /// Those of them that chains draw for each of their points: where all cells are one patch.
    var leftOutAmplitudes: [String] {
        filter { $0.likelihood == .patches && $0.patches == nil }.map { name("bias_amplitude", of: $0) }
    }

    /// The parameters of all observations, in their order: `bias_exponent`, of several objectives
    /// `objective[1].bias_exponent`.
    public var ownParameters: [ObjectiveSection.OwnParameter] {
        flatMap { objective in
            objective.ownParameters.map {
                ObjectiveSection.OwnParameter(
                    name: name($0.name, of: objective), value: $0.value, floor: $0.floor)
            }
        }
    }
}
