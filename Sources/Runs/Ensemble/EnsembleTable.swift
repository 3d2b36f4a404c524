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
    private let rows: [Row]

    private struct Row {
        var checksum = ""
        var sigma8: Double?
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
        rows = try outcomes.indices.map { member in
            guard outcomes[member] == .finished else { return Row() }
            return try Self.row("\(directory)/\(members.name(member))", configurations[member], on: world)
        }
    }

    private static func row(
        _ directory: String, _ configuration: RunConfiguration, on world: Communicator
    ) throws -> Row {
        let path = "\(directory)/\(RunRecord.fileName(of: "simulate"))"
        let json = try world.fromRoot { try Files.read(path) }
        let record = try world.agree {
            try RunRecord(json: String(decoding: json, as: UTF8.self), source: path)
        }
        var row = Row(
            checksum: record.stateChecksum ?? "", sigma8: record.results["sigma8"], seconds: record.seconds)
        guard let last = configuration.output.snapshots.last else { return row }
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

    /// Members that are done.
    private var finished: Int { outcomes.count { $0 == .finished } }

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
                        row.checksum, row.sigma8.map { "\($0)" } ?? "", row.haloes.map { "\($0)" } ?? "",
                        row.seconds.map { fixed($0, 3) } ?? "",
                    ] + (waves.isEmpty ? [] : row.power?.powers.map { "\($0)" } ?? waves.map { _ in "" }))
        }
        return lines.map { $0.joined(separator: ",") + "\n" }.joined()
    }
}
