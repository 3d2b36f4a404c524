internal import Background
internal import Parallel

/// How a section names the parameters that are sought or sampled with the white noise.
extension ReconstructSection.Varied {
    /// Reads a list of them.
    static func read(
        _ key: String, _ section: SectionReader, _ cosmology: CosmologyParameters,
        _ objectives: [ObjectiveSection]
    ) -> [Self] {
        let candidates = candidates(cosmology, objectives)
        return section.read(key) { entry throws(Problem) in
            var found: [Self] = []
            for element in try entry.list("it must be a list of parameters", "try [Omega_m]") {
                let varied = try Self.varied(element, among: candidates)
                guard !found.contains(where: { $0.subject == varied.subject }) else {
                    throw element.problem("it must be named once", "remove one of them")
                }
                found.append(varied)
            }
            return found
        } ?? []
    }

    /// As a resolved configuration has it.
    var text: String {
        var fields = ["parameter: \(name.contains("[") ? quoted(name) : name)"]
        if let prior { fields += ["mean: \(prior.mean)", "sigma: \(prior.sigma)"] }
        if let minimum { fields.append("minimum: \(minimum)") }
        if let maximum { fields.append("maximum: \(maximum)") }
        return "{\(fields.joined(separator: ", "))}"
    }

    /// Refuses to seek what nothing depends on.
    static func refuseIdle(
        _ vary: [Self], in universe: (cosmology: CosmologyParameters, power: PowerSection),
        _ objectives: [ObjectiveSection], _ section: SectionReader
    ) {
        for varied in vary where objectives.unknownAmplitudes.contains(varied.name) {
            section.conflict(
                "vary", is: varied.name, "it must be able to act, which it cannot with likelihood: patches",
                "remove it; where all cells are one patch chains draw it all the same")
        }
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
        let subject: Subject
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

    private static func varied(_ entry: Entry, among candidates: [Candidate]) throws(Problem) -> Self {
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
        return Self(
            name: candidate.name, subject: candidate.subject, start: value,
            prior: sigma.map { Prior(mean: mean, sigma: $0) }, minimum: low, maximum: high,
            floor: candidate.floor, scale: sigma ?? (value == 0 ? 0.01 : 0.01 * abs(value)))
    }
}
