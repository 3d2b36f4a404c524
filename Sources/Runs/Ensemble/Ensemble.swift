internal import Configuration
internal import Cost
internal import Mesh
internal import Parallel
internal import Records
internal import Report
internal import Storage

/// `palindrome ensemble`: many universes in one job, side by side on groups of ranks.
///
/// Each member is a forward run in a directory of its own, with the bits of that run alone. Groups take members in turn.
/// One that fails leaves the others be.
public struct Ensemble: Sendable {
    /// The configuration's path.
    public var file: String
    /// `section.key=value`, laid over the file for all members.
    public var overrides: [String]
    /// What members differ in.
    public var members: EnsembleMembers
    /// Groups of ranks that run side by side.
    public var groups: Int

    /// An ensemble.
    public init(of file: String, overrides: [String], members: EnsembleMembers, groups: Int) {
        self.file = file
        self.overrides = overrides
        self.members = members
        self.groups = groups
    }

    /// Runs the members that are not done yet. Collective.
    ///
    /// - Throws: the same on all ranks when a member's configuration is wrong, which is found out before any runs; when
    ///   the directory cannot be used; and, after all others are done, when members failed.
    public func run(_ beginning: Beginning, in context: RunContext) throws -> Ending {
        let world = context.world
        guard groups >= 1, groups <= world.size else {
            throw UsageError(
                "--groups is \(groups); it must be at least 1 and at most the number of ranks, \(world.size)")
        }
        let group = Self.group(of: world.rank, among: groups, ranks: world.size)
        let ranks = Decomposition.block(group, of: groups, length: world.size)
        let bytes = try world.fromRoot { try Files.read(file) }
        let directory = try world.agree {
            try RunConfiguration(bytes: bytes, name: file, overrides: overrides, ranks: ranks.count).output
                .directory
        }
        let configurations = try world.agree {
            try (0..<members.count).map {
                try members.configuration(
                    $0, of: bytes, named: file, overrides: overrides, in: directory, ranks: ranks.count)
            }
        }
        let room = MachineMemory.availablePerRank(on: world)
        try world.agree { try requireRoom(for: configurations, on: ranks.count, having: room) }
        let claim = try ClaimedDirectory(directory, over: world)
        claim.notes.forEach(context.say)
        try refuseMembers(in: directory, beginning, over: world)
        let table = try follow(
            configurations, beginning, in: directory, group: group, of: ranks.count,
            context.having(room: room))
        claim.release()
        if table.isStopped {
            context.say("stopped by a signal; continue with --resume")
            return .stopped
        }
        if let failure = table.failure { throw failure }
        return .finished
    }

    /// Runs all members and writes what became of them. Collective.
    private func follow(
        _ configurations: [RunConfiguration], _ beginning: Beginning, in directory: String, group: Int,
        of ranks: Int, _ context: RunContext
    ) throws -> EnsembleTable {
        let world = context.world
        let began = MPIRuntime.time
        context.say(
            "\(members.count) members on \(groups) group\(groups == 1 ? "" : "s") of \(ranks) rank\(ranks == 1 ? "" : "s")"
                + (world.size % groups == 0 ? "" : ", some with one more"))
        let part = world.split(colour: group, key: world.rank)
        let own = Array(stride(from: group, to: members.count, by: groups))
        let outcomes = follow(own, configurations, beginning, on: part, in: context)
        let table = try EnsembleTable(
            of: members, configurations, in: directory,
            outcomes: gathered(outcomes, isSpeaker: part.isRoot, over: world), over: world)
        let seconds = world.maximum(MPIRuntime.time - began)
        try world.writeFile("\(directory)/ensemble.csv", text: { table.text })
        try world.writeFile("\(directory)/\(EnsembleRecord.fileName)") {
            Array(try table.record(groups: groups, ranks: world.size, seconds: seconds).json().utf8)
        }
        context.say("\(directory)/ensemble.csv: \(table.summary)")
        try RunReport.write(of: directory, to: "\(directory)/report.html", over: world)
        context.say("\(directory)/report.html")
        if members.product != .universes { context.say(responses(in: directory, table)) }
        return table
    }

    /// How a reconstruction names the mocks that are done.
    private func responses(in directory: String, _ table: EnsembleTable) -> String {
        let names = table.finishedMembers.map { "\"\(directory)/\(members.name($0))/reconstruction.h5:/diagnostics\"" }
        return "reconstruct: {response: [\(names.joined(separator: ", "))]}"
    }

    /// Refuses members that do not fit beside those of the other groups.
    ///
    /// - Parameter room: bytes that each of all the job's ranks may take.
    private func requireRoom(for configurations: [RunConfiguration], on ranks: Int, having room: Int?) throws
    {
        for (member, configuration) in configurations.enumerated() {
            let grid = configuration.rankGrid(for: ranks)
            let purpose: MemoryEstimate.Purpose = members.product == .universes ? .simulation : .reconstruction
            do {
                try MemoryEstimate(configuration, on: grid, for: purpose).requireRoom(available: room)
            } catch {
                throw EnvironmentError(
                    "\(members.name(member)), beside those of the other groups: \(error.message)"
                        + (groups > 1 ? ", or fewer --groups, of more ranks each" : ""))
            }
        }
    }

    /// The group of a rank: ranks in equal runs, as far as they divide.
    private static func group(of rank: Int, among groups: Int, ranks: Int) -> Int {
        Decomposition.owner(of: rank, among: groups, length: ranks)
    }

    /// Nothing that is there already is written over unasked. Collective.
    private func refuseMembers(in directory: String, _ beginning: Beginning, over world: Communicator) throws
    {
        guard beginning == .fresh else { return }
        let names = try OutputDirectory.names(in: directory, over: world)
        if let there = names.first(where: { $0.hasPrefix("member_") }) {
            throw UsageError(
                "\(directory)/\(there) is of an ensemble that is here already; continue it with --resume, or start anew "
                    + "with --overwrite")
        }
    }

    /// Runs a group's members one after the other. Collective over the group.
    private func follow(
        _ own: [Int], _ configurations: [RunConfiguration], _ beginning: Beginning, on part: Communicator,
        in context: RunContext
    ) -> [Int: EnsembleTable.Outcome] {
        let narrowed = context.narrowed(to: part, telling: SilentLog())
        var outcomes: [Int: EnsembleTable.Outcome] = [:]
        for (turn, member) in own.enumerated() {
            if narrowed.isAskedToStop {
                outcomes[member] = .stopped
                continue
            }
            if context.world.isRoot {
                context.log.showProgress(
                    "\(members.name(member)); \(turn) of \(own.count) members of this group are done")
            }
            do {
                let ending = try run(member, configurations[member], beginning, in: narrowed)
                outcomes[member] = ending == .finished ? .finished : .stopped
            } catch {
                let reported = error as? any ReportedError
                outcomes[member] = .failed(
                    reported?.message ?? "\(error)", isUsers: reported?.fault == .user)
            }
        }
        if context.world.isRoot { context.log.endProgress() }
        return outcomes
    }

    /// Runs a member. Collective over the group.
    private func run(
        _ member: Int, _ configuration: RunConfiguration, _ beginning: Beginning, in context: RunContext
    ) throws -> Ending {
        switch members.product {
        case .universes: return try configuration.simulate(beginning, in: context)
        case .mocks, .noiselessMocks:
            try MockUniverse(of: configuration, number: member, hasNoise: members.product == .mocks)
                .observe(beginning, in: context)
            return try configuration.reconstruct(beginning, in: context)
        }
    }

    /// What became of each member, on all ranks. Collective.
    private func gathered(
        _ own: [Int: EnsembleTable.Outcome], isSpeaker: Bool, over world: Communicator
    ) -> [EnsembleTable.Outcome] {
        let owner = world.maximum(
            (0..<members.count).map { isSpeaker && own[$0] != nil ? world.rank : -1 })
        return (0..<members.count).map { member in
            let text = own[member]?.text ?? ""
            return EnsembleTable.Outcome(text: world.broadcast(text, from: max(owner[member], 0)))
        }
    }
}

/// Members are many and their lines would mix.
private struct SilentLog: RunLog {
    func say(_ text: String) {}
    func showProgress(_ line: String) {}
    func endProgress() {}
}
