internal import Configuration
internal import Parallel
internal import Records
internal import Storage

/// What makes a run this run and no other: the keys that have a part in its results, and what it reads.
struct RunIdentity {
    private let keys: ResolvedKeys
    /// Checksums by the key that names the input.
    let inputs: [String: String]

    /// That of a run that is about to begin. Collective.
    init(of kind: RunKind, _ configuration: RunConfiguration, on world: Communicator) {
        let inputs = kind.inputs(of: configuration).map { ($0.key, Self.checksum(of: $0.source, on: world)) }
            .filter { $0 != (RunKind.wisdomKey, Self.unreadable) }
        self.init(
            configuration.resolvedKeys.filter(kind.counts), Dictionary(uniqueKeysWithValues: inputs))
    }

    /// That of a run that has left its record.
    init(of kind: RunKind, _ record: RunRecord) {
        self.init(ResolvedKeys(parsing: record.configuration).filter(kind.counts), record.inputs ?? [:])
    }

    /// Reads ``text``.
    init(parsing text: String) {
        let all = ResolvedKeys(parsing: text)
        let inputs = all.filter { section, _ in section == Self.section }.entries.map {
            (String($0.key.dropFirst(Self.section.count + 1)), $0.value)
        }
        self.init(
            all.filter { section, _ in section != Self.section },
            Dictionary(inputs, uniquingKeysWith: { first, _ in first }))
    }

    private init(_ keys: ResolvedKeys, _ inputs: [String: String]) {
        self.keys = keys
        self.inputs = inputs
    }

    private static let section = "inputs"

    /// What a checkpoint keeps.
    var text: String {
        var all = keys
        for (key, checksum) in inputs.sorted(by: { $0.key < $1.key }) {
            all.set("\(Self.section).\(key)", to: checksum)
        }
        return all.text
    }

    /// What is not as it was in an earlier run, in words; nil if it is the same run.
    func changes(since earlier: RunIdentity) -> String? {
        let replaced = inputs.keys.sorted().filter { key in
            earlier.inputs[key].map { $0 != inputs[key] } ?? false
        }
        let changes =
            keys.changes(since: earlier.keys) + replaced.map { "what \($0) names has other contents" }
        guard !changes.isEmpty else { return nil }
        let shown = changes.prefix(Self.most).joined(separator: ", ")
        return changes.count > Self.most ? "\(shown), and \(changes.count - Self.most) more" : shown
    }

    private static let most = 4

    private static let unreadable = "unreadable"

    /// What cannot be read has no checksum; the run will say so with better words, or find it in a checkpoint.
    private static func checksum(of input: RunKind.Input, on world: Communicator) -> String {
        do {
            switch input {
            case .file(let path): return try InputChecksum.ofFile(path, over: world)
            case .dataset(let address):
                guard !address.isArray else { return try InputChecksum.ofFile(address.file, over: world) }
                return try InputChecksum.ofDataset(address.dataset, in: address.file, over: world)
            }
        } catch {
            return unreadable
        }
    }
}
