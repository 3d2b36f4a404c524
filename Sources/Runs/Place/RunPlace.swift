internal import Configuration
internal import Parallel
internal import Records
internal import Storage

/// Where a run works: its directory, which is its alone, and what earlier runs of the same command left there.
///
/// While it is not finished, a file lists what it writes (``RunKind/openName``), so that a later run can remove exactly that.
/// A record takes its place when all is written: it has the lengths of all files, so that what is finished can be told
/// from what only looks like it.
struct RunPlace: ~Copyable {
    /// What makes the run this run.
    let identity: RunIdentity

    private let kind: RunKind
    private let promised: [String]
    private let configuration: RunConfiguration
    private let context: RunContext
    private let claim: ClaimedDirectory

    private var world: Communicator { context.world }
    private var directory: String { claim.path }
    /// One for each chain, or one.
    private var stores: [CheckpointStore] { kind.stores(of: configuration, in: directory) }

    /// Claims the output directory. Collective.
    ///
    /// - Parameter promised: the names of the files that there are when the run is finished.
    /// - Throws: on all ranks when it cannot be written, or another run is writing there.
    init(
        of kind: RunKind, _ configuration: RunConfiguration, promising promised: [String],
        in context: RunContext
    ) throws {
        claim = try ClaimedDirectory(configuration.output.directory, over: context.world)
        claim.notes.forEach(context.say)
        identity = RunIdentity(of: kind, configuration, on: context.world)
        self.kind = kind
        self.promised = promised
        self.configuration = configuration
        self.context = context
    }

    /// Where a run begins.
    enum Start {
        /// At the beginning.
        case anew
        /// At the newest checkpoint.
        case checkpoint
        /// Nowhere: all is done.
        case nothingLeft
    }

    /// Finds out where to begin, and refuses what would destroy work. Collective.
    ///
    /// - Parameter isExtended: whether more is wanted than a finished run of the same has done.
    /// - Throws: `UsageError` on all ranks when a run is in the way.
    func find(
        _ beginning: Beginning, goingOnIf isExtended: (RunRecord) -> Bool = { _ in false }
    ) throws -> Start {
        try refuseOthersCheckpoints()
        switch beginning {
        case .overwrite:
            return .anew
        case .fresh:
            if let record = try readRecord() { throw inTheWay(record) }
            try refuseUnfinished()
            return .anew
        case .resume:
            if let record = try readRecord() {
                if let changes = identity.changes(since: RunIdentity(of: kind, record)) {
                    throw otherRun("\(directory) holds a finished run of another configuration", changes)
                }
                if isExtended(record) { return hasCheckpoint ? .checkpoint : .anew }
                guard let fault = fault(of: record) else {
                    if try names.contains(kind.openName) { try close() }  // killed just before that
                    context.say("\(directory) holds this very run, finished: nothing is left to do")
                    return .nothingLeft
                }
                context.say("\(fault): the run is made again")
            } else if !hasCheckpoint {
                context.say("no checkpoint in \(directory): starting at the beginning")
            }
            return hasCheckpoint ? .checkpoint : .anew
        }
    }

    /// Makes the place that of an unfinished run; one that begins anew first removes what earlier ones left. Collective; to be
    /// done when all is read and before anything is written.
    ///
    /// - Throws: on all ranks when a file cannot be written or removed.
    func open(for start: Start) throws {
        let record = try? readRecord()
        let left = try openFiles() + (record?.files ?? []).map(\.name).filter(Self.isOfDirectory)
        let all = Set(left + promised).sorted()
        // In this order, so that whoever is killed on the way leaves a list of all that may be there.
        try world.writeFile("\(directory)/\(kind.openName)") { Self.list(all) }
        try world.onRoot { try Files.remove("\(directory)/\(kind.recordName)") }
        guard start == .anew else { return }
        try OutputDirectory.remove(Set(left).sorted(), from: directory, over: world)
        if keepsCheckpoints { stores.forEach { $0.removeAll(over: world) } }
    }

    /// Writes the record of a run that has written all it promised, and forgets its checkpoints. Collective.
    ///
    /// - Parameter complete: adds what only this command knows.
    func finish(_ summary: RunSummary, _ complete: (inout RunRecord) -> Void) throws {
        let files = try OutputDirectory.inventory(of: promised, in: directory, over: world)
        try summary.writeRecord(of: kind.rawValue, configuration) { record in
            record.inputs = identity.inputs
            record.files = files
            complete(&record)
        }
        try close()
    }

    /// Forgets what only an unfinished run needs. Collective.
    private func close() throws {
        // A chain may go on when more samples are wanted.
        if keepsCheckpoints && kind != .sample { stores.forEach { $0.removeAll(over: world) } }
        try world.onRoot { try Files.remove("\(directory)/\(kind.openName)") }
    }

    /// Says that the run stops before there is anything to keep.
    func stopBefore(_ what: String) -> Ending {
        context.say(
            "stopped by a signal before \(what): nothing is lost; the same command with --resume starts it")
        return .stopped
    }

    /// Gives the directory back.
    consuming func leave() { claim.release() }

    /// Refuses to continue from a checkpoint of another run. Collective.
    ///
    /// - Throws: `UsageError` with the keys that changed.
    func requireOwn(_ file: borrowing InputFile) throws {
        let text = try file.attribute("identity")?.text ?? ""
        if let changes = identity.changes(since: RunIdentity(parsing: text)) {
            throw otherRun("\(file.path) belongs to another configuration", changes)
        }
    }
}

extension RunPlace {
    private var keepsCheckpoints: Bool { kind != .gradient }

    private var names: [String] {
        get throws { try OutputDirectory.names(in: directory, over: world) }
    }

    private var hasCheckpoint: Bool {
        keepsCheckpoints && stores.contains { !$0.steps(over: world).isEmpty }
    }

    private func inTheWay(_ record: RunRecord) -> UsageError {
        if let changes = identity.changes(since: RunIdentity(of: kind, record)) {
            return UsageError(
                "\(directory) holds a finished run of another configuration (\(changes)); use another "
                    + "output.directory, or --overwrite to replace it")
        }
        return UsageError(
            "\(directory) holds this very run, finished \(record.finished); nothing is left to do, or use "
                + "--overwrite to make it again")
    }

    private func otherRun(_ what: String, _ changes: String) -> UsageError {
        UsageError(
            "\(what): \(changes); undo that, use another output.directory, or --overwrite to start anew")
    }

    /// Refuses to begin where another command still needs its checkpoints. Collective.
    private func refuseOthersCheckpoints() throws {
        guard hasCheckpoint, kind != .sample else { return }
        let names = try names
        for other in [RunKind.simulate, .reconstruct, .train]
        where other != kind && names.contains(other.openName) && !names.contains(kind.openName) {
            throw UsageError(
                "\(directory) holds the checkpoints of an unfinished \(other.rawValue); finish it with --resume, or "
                    + "use another output.directory")
        }
    }

    /// Refuses to begin where a run has not come to its end. Collective.
    private func refuseUnfinished() throws {
        var name = try names.first(where: Set(try openFiles()).contains)
        for store in keepsCheckpoints ? stores : [] {
            if let step = store.steps(over: world).last { name = store.name(step: step) }
        }
        guard let name else { return }
        throw UsageError(
            "\(directory)/\(name) is of a run that has not finished; continue it with --resume, or start anew "
                + "with --overwrite")
    }

    /// What is missing or damaged of a finished run; nil if it is whole. Collective.
    private func fault(of record: RunRecord) -> String? {
        guard let files = record.files else {
            do {
                _ = try OutputDirectory.inventory(of: promised, in: directory, over: world)
                return nil
            } catch {
                return error.message
            }
        }
        if let missing = promised.first(where: { name in !files.contains { $0.name == name } }) {
            return "\(directory) was finished without \(missing)"
        }
        return OutputDirectory.firstFault(in: files, of: directory, over: world)
    }

    /// What the command's last run in this directory says of itself; nil if there is none. Collective.
    private func readRecord() throws -> RunRecord? {
        let path = "\(directory)/\(kind.recordName)"
        guard try names.contains(kind.recordName) else { return nil }
        let json = try world.fromRoot { try Files.read(path) }
        return try world.agree { try RunRecord(json: String(decoding: json, as: UTF8.self), source: path) }
    }

    /// What an unfinished run may have written. Collective.
    private func openFiles() throws -> [String] {
        let path = "\(directory)/\(kind.openName)"
        guard try names.contains(kind.openName) else { return [] }
        let text = String(decoding: try world.fromRoot { try Files.read(path) }, as: UTF8.self)
        return text.split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#") && Self.isOfDirectory($0)
        }
    }

    private static func list(_ names: [String]) -> [UInt8] {
        let head = "# What a run that has not finished writes here; it removes this file at its end."
        return Array(([head] + names).map { $0 + "\n" }.joined().utf8)
    }

    /// A list in a file may say anything; what is removed lies in the directory.
    private static func isOfDirectory(_ name: String) -> Bool { !name.isEmpty && !name.contains("/") }
}
