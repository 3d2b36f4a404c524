internal import CParallel

/// A place where ranks find out whether all of them came, when some may never.
///
/// It has its own communicator, so that a rank waiting here does not disturb those still at work.
public struct Meeting {
    private let ranks: Communicator

    /// Prepares a meeting of all ranks of a group. Collective.
    public init(of communicator: Communicator) {
        ranks = communicator.split(colour: 0, key: communicator.rank)
    }

    /// Whether all ranks come here within some seconds. If they do not, the only way out is ``MPIRuntime/abort(_:code:)``.
    public func isComplete(within seconds: Double) -> Bool {
        var met: Int32 = 0
        unsafe MPIRuntime.check(palindrome_meet(ranks.handle, seconds, &met), "MPI_Ibarrier")
        return met != 0
    }
}
