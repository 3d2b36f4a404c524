internal import CParallel
internal import Glibc

/// Start and end of the MPI library in this process.
public enum MPIRuntime {
    /// Starts MPI, once; later calls do nothing.
    public static func start() {
        guard palindrome_mpi_initialize() == 0 else {
            fatalError("MPI could not be initialised")
        }
    }

    /// Whether MPI has started and not ended.
    public static var isActive: Bool { palindrome_mpi_is_active() != 0 }

    /// Ends MPI. Every rank must come here.
    public static func finish() {
        _ = palindrome_mpi_finalize()
    }

    /// Ends every rank at once, when they can no longer agree on anything.
    public static func abort(_ message: String, code: Int32 = 1) -> Never {
        complain(message)
        palindrome_mpi_abort(code)
        exit(code)
    }

    /// Ends every rank with one line, though this one is in the middle of something: of ranks that all come here within
    /// some seconds the first one speaks, else whoever came.
    static func end(with message: String, at meeting: Meeting, of world: Communicator) -> Never {
        let isTogether = meeting.isComplete(within: 3)
        if world.size == 1 {
            complain(message)
            _exit(1)
        }
        // Rank 0 ends the others with itself.
        if isTogether && !world.isRoot { sleep(3) } else { complain(message) }
        palindrome_mpi_abort(1)
        _exit(1)
    }

    private static func complain(_ message: String) {
        let line = Array("palindrome: \(message)\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }

    /// Name and version of the MPI library.
    public static var library: String {
        unsafe String(cString: palindrome_mpi_library())
    }

    /// Seconds since some moment in the past.
    public static var time: Double { palindrome_mpi_time() }

    /// A failed MPI call leaves the ranks in no common state: the only way out is together, by abort.
    static func check(_ status: Int32, _ call: StaticString) {
        guard status != 0 else { return }
        let reason = unsafe String(cString: palindrome_mpi_error(status))
        abort("\(call) failed: \(reason)")
    }
}
