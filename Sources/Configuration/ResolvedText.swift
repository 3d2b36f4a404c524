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
            [("run", run.entries)] + universe + [("output", output.entries), ("halo", halo.entries)]
                + inference)
    }

    /// What must not change while a run is stopped: box, cosmology, forces and times, those of outputs too, and
    /// the precision.
    public var identity: String {
        text(
            [("run", run.entries.filter { $0.key == "precision" })] + universe
                + [("output", output.entries.filter { $0.key == "snapshots" })])
    }

    /// The same for a reconstruction: what is compared, how and from where.
    public var reconstructionIdentity: String {
        text(
            [("run", run.entries.filter { $0.key == "precision" })] + universe
                + inference.map { name, entries in
                    (name, entries.filter { !$0.key.hasPrefix("checkpoint_") && $0.key != "truth" })
                })
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
