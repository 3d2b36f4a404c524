internal import CParallel

/// Signals that ask a run to stop at the next good moment: SIGTERM, SIGUSR1 (Slurm before its time limit)
/// and SIGINT.
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
