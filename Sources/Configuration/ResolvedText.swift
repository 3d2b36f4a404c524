/// A key and its value in YAML.
struct ResolvedEntry {
    let key: String
    let value: String

    init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// A section in YAML, or a list of several of one name.
struct ResolvedSection {
    let name: String
    /// The entries of each.
    let elements: [[ResolvedEntry]]

    init(_ name: String, _ entries: [ResolvedEntry]) { self.init(name, all: [entries]) }

    init(_ name: String, all elements: [[ResolvedEntry]]) {
        self.name = name
        self.elements = elements
    }

    /// Its lines.
    var text: String {
        let isList = elements.count > 1
        return "\(name):\n"
            + elements.flatMap { entries in
                entries.enumerated().map { index, entry in
                    "  \(isList ? index == 0 ? "- " : "  " : "")\(entry.key): \(entry.value)\n"
                }
            }.joined()
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
            [.init("run", run.entries)] + universe
                + [.init("output", output.entries), .init("halo", halo.entries)] + training + surveys
                + inference)
    }

    private var surveys: [ResolvedSection] {
        (observations.isEmpty ? [] : [ResolvedSection("observation", all: observations.map(\.entries))])
            + (mocks == [MockSection.usual].compactMap(\.self)
                ? [] : [ResolvedSection("mock", all: mocks.map(\.entries))])
    }

    // Only what was asked for, so that other runs' files stay as they are.
    private var training: [ResolvedSection] {
        train == TrainSection.usual ? [] : [.init("train", train.entries)]
    }

    private var inference: [ResolvedSection] {
        (objectives.isEmpty ? [] : [ResolvedSection("objective", all: objectives.map(\.entries))])
            + (optimizer.map { [ResolvedSection("optimizer", $0.entries)] } ?? [])
            + (reconstruct.map { [ResolvedSection("reconstruct", $0.entries)] } ?? [])
            + (sampler.map { [ResolvedSection("sampler", $0.entries)] } ?? [])
    }

    private var universe: [ResolvedSection] {
        [
            ResolvedSection("box", box.entries),
            ResolvedSection("cosmology", CosmologySection.entries(cosmology, beside: power)),
            ResolvedSection("power", power.entries), ResolvedSection("initial", initial.entries),
            ResolvedSection("evolution", evolution.entries), ResolvedSection("force", force.entries),
        ]
    }

    private func text(_ sections: [ResolvedSection]) -> String { sections.map(\.text).joined() }
}
