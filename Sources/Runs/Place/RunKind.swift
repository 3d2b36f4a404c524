internal import Configuration
internal import Records
internal import Storage

/// A command that keeps its results in a directory, beside those of the others.
enum RunKind: String {
    case simulate, gradient, reconstruct, sample, train

    /// What tells that it is finished.
    var recordName: String { RunRecord.fileName(of: rawValue) }

    /// What tells which files it writes while it is not finished.
    var openName: String { recordName.dropLast(".json".count) + ".unfinished" }

    /// Whether a key of the configuration has a part in the results.
    ///
    /// How often checkpoints are written has none, nor what judges a reconstruction afterwards.
    func counts(_ section: Substring, _ name: Substring) -> Bool {
        switch section.prefix(while: { $0 != "[" }) {
        case "run": name == "precision" || name == Self.wisdomName
        case "output": self == .simulate
        case "observation", "mock": false
        case "halo": self == .simulate || self == .train
        case "train": self == .train && name != "checkpoint_every"
        case "objective": self != .simulate && self != .train
        case "sampler": self == .sample && !["samples", "truth", "checkpoint_every"].contains(name)
        case "optimizer": self == .reconstruct
        case "reconstruct": self == .reconstruct && name != "truth" && !name.hasPrefix("checkpoint_")
        default: true
        }
    }

    /// Files and datasets that it reads, by the key that names them.
    func inputs(of configuration: RunConfiguration) -> [(key: String, source: Input)] {
        var inputs: [(key: String, source: Input)] = []
        func add(_ key: String, _ source: ObjectiveSection.Source?) {
            switch source {
            case .dataset(let address):
                inputs.append((key, address.isCatalogue ? .file(address.file) : .dataset(address)))
            case .picture(let path): inputs.append((key, .file(path)))
            case nil: break
            }
        }
        if let wisdom = configuration.run.wisdom { inputs.append((Self.wisdomKey, .file(wisdom))) }
        if let table = configuration.power.table { inputs.append(("power.table", .file(table))) }
        if case .file(let address) = configuration.initial.noise, self == .simulate || self == .gradient {
            inputs.append(("initial.white_noise", .dataset(address)))
        }
        if self == .train {
            for (number, file) in configuration.train.universes.enumerated() {
                inputs.append(("train.universes[\(number)]", .file(file)))
            }
            if let test = configuration.train.testUniverse {
                inputs.append(("train.test_universe", .file(test)))
            }
        }
        guard self != .simulate, self != .train else { return inputs }
        for objective in configuration.objectives {
            add("\(objective.name).data", objective.data)
            add("\(objective.name).\(objective.weightsKey)", objective.weights)
            add("\(objective.name).patches", objective.patches)
            if case .file(let path) = objective.haloes?.network {
                inputs.append(("\(objective.name).network", .file(path)))
            }
        }
        if self == .sample, case .file(let address) = configuration.sampler?.start {
            inputs.append(("sampler.start", .dataset(address)))
        }
        guard self == .reconstruct, let settings = configuration.reconstruct else { return inputs }
        if case .file(let address) = settings.start {
            inputs.append(("reconstruct.start", .dataset(address)))
        }
        for (number, address) in settings.response.enumerated() {
            inputs.append(("reconstruct.response[\(number)]", .file(address.file)))
        }
        return inputs
    }

    /// By what FFTW plans, which decides on last bits. A checkpoint has it too.
    static let wisdomKey = "run.\(wisdomName)"
    private static let wisdomName = "wisdom"

    /// Where numbers come from.
    enum Input {
        case file(String)
        case dataset(DatasetAddress)
    }
}

extension RunKind {
    /// Where checkpoints are: of each chain its own.
    func stores(of configuration: RunConfiguration, in directory: String) -> [CheckpointStore] {
        guard self == .sample else { return [CheckpointStore(directory: directory)] }
        return (0..<(configuration.sampler?.chains ?? 1)).map {
            CheckpointStore(directory: directory, owner: "chain_\($0)_")
        }
    }
}
