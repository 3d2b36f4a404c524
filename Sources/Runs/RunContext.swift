public import Parallel

/// Where a run says what it does. Only rank 0 speaks to it.
public protocol RunLog {
    /// Takes lines for the log.
    func say(_ text: String)

    /// Takes a line that the next one may replace: how far the run is.
    func showProgress(_ line: String)

    /// Hears that the last line of progress need not stay: something else comes, or nothing more.
    func endProgress()
}

/// Who does a run, whom it tells, and who may stop it.
///
/// Runs have no other surroundings, so that two of them in one process are as good as two processes.
public struct RunContext {
    /// The ranks that do it.
    public let world: Communicator
    /// Where it says what it does.
    public let log: any RunLog
    private let stop: (Communicator) -> Bool
    /// Bytes that each rank may take, where others run beside these on the same hosts; nil if none do.
    private(set) var room: Int?
    /// Whether it is one of many runs of a job, which have no pages of their own.
    private(set) var isMember = false

    /// Surroundings.
    ///
    /// - Parameters:
    ///   - world: the ranks that do it.
    ///   - log: where it says what it does.
    ///   - stop: whether it shall stop at the next good moment, with a checkpoint; asked by all ranks together, and
    ///     answered to all alike, as by `StopSignals.isRaised(on:)`; never if not given.
    public init(
        on world: Communicator, telling log: any RunLog,
        stoppingWhen stop: @escaping (Communicator) -> Bool = { _ in false }
    ) {
        self.world = world
        self.log = log
        self.stop = stop
    }

    /// Whether the run shall stop at the next good moment. Collective.
    var isAskedToStop: Bool { stop(world) }

    /// Says something, once for all ranks.
    func say(_ text: String) {
        if world.isRoot { log.say(text) }
    }

    /// The same stop for a part of the ranks, and the same log unless another is given.
    func narrowed(to part: Communicator, telling other: (any RunLog)? = nil) -> RunContext {
        var context = RunContext(on: part, telling: other ?? log, stoppingWhen: stop).having(room: room)
        context.isMember = true
        return context
    }

    /// The same, of which each rank may take so many bytes.
    func having(room: Int?) -> RunContext {
        var context = self
        context.room = room
        return context
    }
}
