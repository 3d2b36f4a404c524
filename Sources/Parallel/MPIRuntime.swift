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
        let line = Array("palindrome: \(message)\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
        palindrome_mpi_abort(code)
        exit(code)
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
