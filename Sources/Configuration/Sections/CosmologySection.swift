internal import Background

/// A cosmology: a preset and what is changed in it.
enum CosmologySection {
    private enum Preset: String, CaseIterable, Named {
        case planck18
        case simpleLCDM = "simple-lcdm"

        var parameters: CosmologyParameters {
            switch self {
            case .planck18: .planck18
            case .simpleLCDM: .simpleLCDM
            }
        }
    }

    /// - Parameter power: decides which of them can act.
    static func read(_ section: SectionReader, beside power: PowerSection) -> CosmologyParameters {
        var parameters = section.choice("preset", default: Preset.planck18).parameters
        for parameter in CosmologyParameter.allCases {
            if let value = section.number(parameter.name, .any, example: parameters[parameter]) {
                parameters[parameter] = value
            }
            if parameter == .amplitude, let sigma8 = section.number("sigma8", .any, example: 0.81) {
                parameters.amplitude = .sigma8(sigma8)
            }
        }
        section.exclude("A_s", "sigma8", "keep one of them, the other follows")
        settle(&parameters, section, beside: power)
        // The later ones may only follow from the first.
        if let problem = parameters.problems.first {
            section.conflict(problem.key, is: "\(problem.value)", "it must \(problem.rule)", problem.remedy)
        }
        return parameters
    }

    /// Refuses A_s and n_s beside a table that knows neither. What they are by default or of a preset says nothing of
    /// that universe then: they are the same whatever was written, and no file tells them.
    private static func settle(
        _ parameters: inout CosmologyParameters, _ section: SectionReader, beside power: PowerSection
    ) {
        for parameter in undescribed(of: parameters, beside: power) {
            if section.has(parameter.name) {
                section.conflict(
                    parameter.name, is: "\(parameters[parameter])",
                    parameter == .amplitude
                        ? "it must come with power.A_s, that of the table, for the table has an amplitude of its own"
                        : "it must be left out beside power.model: table, whose shape is fixed",
                    parameter == .amplitude ? "give power.A_s or sigma8, or remove it" : "remove it")
            }
            parameters[parameter] = CosmologyParameters.planck18[parameter]
        }
        if case .sigma8 = parameters.amplitude, let given = power.scalarAmplitude {
            section.conflict(
                "sigma8", is: "\(parameters.amplitude.value)",
                "it must be the only amplitude, but power.A_s is \(given)", "remove one of them")
        }
    }

    /// What a table leaves without a meaning; Ω_b and h describe the universe beside it, without acting on it.
    private static func undescribed(
        of parameters: CosmologyParameters, beside power: PowerSection
    ) -> [CosmologyParameter] {
        power.idleParameters(beside: parameters).filter { $0 == .amplitude || $0 == .spectralIndex }
    }

    static func entries(_ parameters: CosmologyParameters, beside power: PowerSection) -> [ResolvedEntry] {
        let undescribed = undescribed(of: parameters, beside: power)
        return CosmologyParameter.allCases.filter { !undescribed.contains($0) }
            .map { .init(parameters.name(of: $0), "\(parameters[$0])") }
    }
}
