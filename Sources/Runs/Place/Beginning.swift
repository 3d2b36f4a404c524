internal import Parallel

/// How a run treats what an earlier one left in its directory.
public enum Beginning: CaseIterable, Sendable {
    /// Start at the beginning; refuse if a run is there, finished or not.
    case fresh
    /// Continue from the newest checkpoint, or start if there is none; a finished run of the same is left as it is.
    case resume
    /// Remove what an earlier run of the same command left, and start at the beginning.
    case overwrite
}

/// How a run ended that did not fail.
public enum Ending: Sendable {
    /// All is done.
    case finished
    /// Asked to stop, with nothing lost: start it again with ``Beginning/resume``.
    case stopped
}

extension RunContext {
    /// Leaves what is being done if the run shall stop. Collective.
    ///
    /// - Throws: ``StopRequest`` on all ranks.
    func stopIfAsked() throws(StopRequest) {
        if isAskedToStop { throw StopRequest() }
    }
}
