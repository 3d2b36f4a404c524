internal import Parallel
internal import Storage

/// How a run treats what an earlier one left in its directory.
public enum Beginning: CaseIterable, Sendable {
    /// Start at the beginning; refuse if an unfinished run is there.
    case fresh
    /// Continue from the newest checkpoint, or start if there is none.
    case resume
    /// Start at the beginning and forget the checkpoints.
    case overwrite
}

/// How a run ended that did not fail.
public enum Ending: Sendable {
    /// All is done.
    case finished
    /// Asked to stop, with a checkpoint written: start it again with ``Beginning/resume``.
    case stopped
}

extension CheckpointStore {
    /// Refuses to begin where a run has not come to its end. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when there is a checkpoint.
    func refuseUnfinishedRun(over world: Communicator) throws(UsageError) {
        guard let step = steps(over: world).last else { return }
        throw UsageError(
            "\(path(step: step)) is of a run that has not finished; continue it with --resume, or start anew "
                + "with --overwrite")
    }
}
