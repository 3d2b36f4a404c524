internal import CParallel

/// A group of ranks that act together.
///
/// Every method is collective unless it says otherwise: all ranks of the group call it, in the same order.
/// A failure of MPI itself ends the job, so nothing here throws except what ranks agree on
/// (``agree(_:)``). There is no floating-point sum, because its result would depend on the ranks:
/// see ``sum(_:)-(Int128)`` and ``ExactSum``.
public final class Communicator {
    let handle: palindrome_communicator
    private let isOwned: Bool

    /// This process's number in the group, from 0.
    public let rank: Int
    /// The number of ranks in the group.
    public let size: Int
    /// Where time and traffic are booked; parts of a group share it.
    public let phases: Phases

    /// Rank 0, which speaks for the others.
    public var isRoot: Bool { rank == 0 }

    private init(handle: palindrome_communicator, isOwned: Bool, phases: Phases) {
        self.handle = handle
        self.isOwned = isOwned
        self.phases = phases
        var rank: Int32 = 0
        var size: Int32 = 0
        unsafe MPIRuntime.check(palindrome_rank(handle, &rank, &size), "MPI_Comm_rank")
        self.rank = Int(rank)
        self.size = Int(size)
    }

    /// All ranks of the job. Starts MPI if need be.
    public static func world() -> Communicator {
        MPIRuntime.start()
        return Communicator(handle: palindrome_world(), isOwned: false, phases: Phases())
    }

    /// A duplicate of a communicator of the program that this code is a guest of: MPI is theirs to start and to end.
    /// Collective.
    ///
    /// - Parameter fortranHandle: theirs (`MPI_Comm_c2f`).
    /// - Throws: `EnvironmentError` when MPI has not been started or has ended, `UsageError` when the handle is none of
    ///   a group of ranks.
    public static func adopting(fortranHandle: Int32) throws -> Communicator {
        guard MPIRuntime.isActive else {
            throw EnvironmentError(
                "MPI is not running; it must have been started, and not ended, by the program; call MPI_Init first"
            )
        }
        var handle: palindrome_communicator = 0
        let status = unsafe palindrome_adopt(fortranHandle, &handle)
        guard status == 0 else {
            throw UsageError(
                "the communicator cannot be used (\(unsafe String(cString: palindrome_mpi_error(status)))); it must be one "
                    + "of a group of ranks that this rank is in")
        }
        return Communicator(handle: handle, isOwned: true, phases: Phases())
    }

    /// The ranks that name the same colour, ordered by `key`.
    public func split(colour: Int, key: Int) -> Communicator {
        var part: palindrome_communicator = 0
        unsafe MPIRuntime.check(
            palindrome_split(handle, Int32(colour), Int32(key), &part), "MPI_Comm_split")
        return Communicator(handle: part, isOwned: true, phases: phases)
    }

    deinit {
        if isOwned { _ = palindrome_free(handle) }
    }

    /// The handle for C libraries that speak MPI (an MPI Fortran handle).
    public var fortranHandle: Int32 { handle }

    /// Waits until all ranks are here.
    public func barrier() {
        MPIRuntime.check(palindrome_barrier(handle), "MPI_Barrier")
    }

    /// Notes bytes and messages that this rank sent by other means (a library's exchange).
    public func book(bytesSent: Int, messages: Int) {
        phases.book(bytesSent: bytesSent, messages: messages)
    }
}
