internal import CParallel

/// Signals that ask a run to stop at the next good moment.
///
/// They are the warnings of batch systems before the end, and what people send: SIGTERM, SIGINT, SIGUSR1 (Slurm, when
/// asked to), SIGUSR2 (Grid Engine), SIGXCPU (a limit of CPU time), and SIGHUP (a lost terminal) unless whoever
/// started the program ignores it, as nohup does.
public enum StopSignals {
    /// Notes the signals from now on instead of dying of them, and forgets earlier ones.
    public static func watch() {
        palindrome_watch_signals()
    }

    /// Whether any rank was asked to stop. Collective, so that all ranks stop at the same step.
    public static func isRaised(on communicator: Communicator) -> Bool {
        communicator.any(palindrome_signal() != 0)
    }
}

/// All ranks were asked to stop while something was under way: it is given up, and what was there before is whole.
public struct StopRequest: Error {
    /// A request.
    public init() {}
}
