/// A key and its value in YAML.
struct ResolvedEntry {
    let key: String
    let value: String

    init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// A text as YAML reads it back, whatever it holds.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.properties.generalCategory == .control:
            let digits = String(scalar.value, radix: 16)
            result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

extension RunConfiguration {
    /// Everything that decides the results, in YAML, in one form only; reading it back gives this configuration.
    ///
    /// Every output carries it. `run.ranks` and `output.directory` are left out: they change no result, so that
    /// files of runs that differ only in them are equal.
    public var resolvedText: String {
        text(
            [("run", run.entries)] + universe + [("output", output.entries)]
                + inference)
    }

    private var inference: [(String, [ResolvedEntry])] {
        (objective.map { [("objective", $0.entries)] } ?? [])
            + (optimizer.map { [("optimizer", $0.entries)] } ?? [])
            + (reconstruct.map { [("reconstruct", $0.entries)] } ?? [])
    }

    private var universe: [(String, [ResolvedEntry])] {
        [
            ("box", box.entries), ("cosmology", CosmologySection.entries(cosmology)),
            ("power", power.entries), ("initial", initial.entries), ("evolution", evolution.entries),
            ("force", force.entries),
        ]
    }

    private func text(_ sections: [(String, [ResolvedEntry])]) -> String {
        sections.map { name, entries in
            "\(name):\n" + entries.map { "  \($0.key): \($0.value)\n" }.joined()
        }.joined()
    }
}
