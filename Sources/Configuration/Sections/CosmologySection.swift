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

    static func read(_ section: SectionReader) -> CosmologyParameters {
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
        // The later ones may only follow from the first.
        if let problem = parameters.problems.first {
            section.conflict(problem.key, is: "\(problem.value)", "it must \(problem.rule)", problem.remedy)
        }
        return parameters
    }

    static func entries(_ parameters: CosmologyParameters) -> [ResolvedEntry] {
        CosmologyParameter.allCases.map { .init(parameters.name(of: $0), "\(parameters[$0])") }
    }
}
