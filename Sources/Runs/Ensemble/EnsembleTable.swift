internal import Configuration
internal import Parallel
internal import Records
internal import Storage
internal import Text

/// One line for each member of an ensemble.
struct EnsembleTable {
    /// What became of a member.
    enum Outcome: Equatable {
        case finished
        case stopped
        case failed(String, isUsers: Bool)

        /// As ranks tell each other.
        var text: String {
            switch self {
            case .finished: "finished"
            case .stopped: "stopped"
            case .failed(let message, let isUsers): (isUsers ? "user " : "environment ") + message
            }
        }

        init(text: String) {
            switch text {
            case "finished": self = .finished
            case "stopped": self = .stopped
            default:
                let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
                self = .failed(parts.dropFirst().first ?? text, isUsers: parts.first == "user")
            }
        }
    }

    private let members: EnsembleMembers
    private let outcomes: [Outcome]
    private let configuration: String
    private let rows: [Row]

    private struct Row {
        var checksum: String?
        var results: [String: Double] = [:]
        var haloes: Int?
        var seconds: Double?
        var power: MeasuredPower?
    }

    /// Reads what finished members left. Collective.
    init(
        of members: EnsembleMembers, _ configurations: [RunConfiguration], in directory: String,
        outcomes: [Outcome], over world: Communicator
    ) throws {
        self.members = members
        self.outcomes = outcomes
        configuration = configurations[0].resolvedText
        rows = try outcomes.indices.map { member in
            guard outcomes[member] == .finished else { return Row() }
            let place = "\(directory)/\(members.name(member))"
            return try Self.row(place, members.product, configurations[member], on: world)
        }
    }

    private static func row(
        _ directory: String, _ product: EnsembleMembers.Product, _ configuration: RunConfiguration,
        on world: Communicator
    ) throws -> Row {
        let path = "\(directory)/\(RunRecord.fileName(of: product.command))"
        let json = try world.fromRoot { try Files.read(path) }
        let record = try world.agree {
            try RunRecord(json: String(decoding: json, as: UTF8.self), source: path)
        }
        var row = Row(
            checksum: record.stateChecksum, results: record.results, seconds: record.seconds)
        guard product == .universes, let last = configuration.output.snapshots.last else { return row }
        let label = "a" + OutputSection.label(last)
        if configuration.output.haloes {
            let catalogue = try InputFile(opening: "\(directory)/\(HaloFile.name(label))", over: world)
            row.haloes = try catalogue.attribute("Ngroups_Total", of: "/Header")?.integer
        }
        if configuration.output.powerSpectrum {
            let source = "\(directory)/power_\(label).txt"
            let text = try world.fromRoot { try Files.read(source) }
            row.power = try world.agree {
                try MeasuredPower(
                    parsing: String(decoding: text, as: UTF8.self), scaleFactor: last, source: source)
            }
        }
        return row
    }

    /// Whether a signal stopped members.
    var isStopped: Bool { outcomes.contains(.stopped) }

    /// Members that are done, by their numbers.
    var finishedMembers: [Int] { outcomes.indices.filter { outcomes[$0] == .finished } }

    private var finished: Int { finishedMembers.count }

    /// One line of it.
    var summary: String {
        let seconds = rows.compactMap(\.seconds).reduce(0, +)
        return "\(finished) of \(members.count) members are done, \(fixed(seconds, 1)) s of them one by one"
    }

    /// The first failure, in words for all.
    var failure: AgreedFailure? {
        let failures = outcomes.enumerated().compactMap { member, outcome -> (Int, String, Bool)? in
            if case .failed(let message, let isUsers) = outcome { (member, message, isUsers) } else { nil }
        }
        guard let (member, message, isUsers) = failures.first else { return nil }
        return AgreedFailure(
            fault: isUsers ? .user : .environment,
            message:
                "\(failures.count) of \(members.count) members failed; the first is \(members.name(member)): "
                + "\(message); --resume tries them again",
            rank: 0)
    }

    /// The wavenumbers of P(k), if all finished members have the same.
    private var wavenumbers: [Double]? {
        let all = rows.compactMap { $0.power?.wavenumbers }
        guard let first = all.first, all.count == finished, all.allSatisfy({ $0 == first }) else {
            return nil
        }
        return first
    }

    /// The file's content: values apart by commas below a line of names.
    var text: String {
        let waves = wavenumbers ?? []
        let names =
            ["member"] + members.keys + ["outcome", "state_checksum", "sigma8", "haloes", "seconds"]
            + waves.map { "P(k=\($0))" }
        var lines = [names]
        for (member, row) in rows.enumerated() {
            lines.append(
                [members.name(member)] + members.values[member]
                    + [
                        outcomes[member] == .finished
                            ? "finished" : outcomes[member] == .stopped ? "stopped" : "failed",
                        row.checksum ?? "", row.results["sigma8"].map { "\($0)" } ?? "",
                        row.haloes.map { "\($0)" } ?? "",
                        row.seconds.map { fixed($0, 3) } ?? "",
                    ] + (waves.isEmpty ? [] : row.power?.powers.map { "\($0)" } ?? waves.map { _ in "" }))
        }
        return lines.map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// The same for machines and for the report.
    ///
    /// - Parameters:
    ///   - groups: groups of ranks.
    ///   - ranks: all of them.
    ///   - seconds: wall-clock time so far [s].
    func record(groups: Int, ranks: Int, seconds: Double) -> EnsembleRecord {
        let waves = wavenumbers
        let universes = rows.enumerated().map { member, row in
            var universe = EnsembleRecord.Member(
                name: members.name(member), values: members.values[member],
                outcome: outcomes[member].kind)
            if case .failed(let message, _) = outcomes[member] { universe.message = message }
            universe.stateChecksum = row.checksum
            universe.results = row.results.filter(\.value.isFinite)
            universe.haloes = row.haloes
            universe.seconds = row.seconds
            if waves != nil {
                universe.powers = row.power?.powers
                universe.linear = row.power?.linear
            }
            return universe
        }
        var record = EnsembleRecord(
            of: members.product.command, groups: groups, ranks: ranks, seconds: seconds, keys: members.keys,
            members: universes, configuration: configuration)
        if let waves, let power = rows.compactMap(\.power).first {
            (record.wavenumbers, record.modes, record.scaleFactor) = (waves, power.modes, power.scaleFactor)
        }
        return record
    }
}

extension EnsembleTable.Outcome {
    fileprivate var kind: EnsembleRecord.Outcome {
        switch self {
        case .finished: .finished
        case .stopped: .stopped
        case .failed: .failed
        }
    }
}
