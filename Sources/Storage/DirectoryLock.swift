internal import CStorage
internal import Glibc
public import Parallel

/// The right to write to a directory, which one run has at a time.
///
/// A file in the directory, ``fileName``, names its holder. Two things tell whether the holder still lives:
///
/// 1. the lock of that file, which the system releases however a process ends. Where the system says that it is
///    held, it is; nothing is ever taken from such a holder;
/// 2. a count in it that the holder raises every few seconds, for file systems whose locks are those of one machine only, or
///    that know none. A holder on another machine whose count stands still for ``Timing/patience`` is no more. (One that is
///    merely suspended so long, on such a file system, loses its directory.)
///
/// Where there are no locks at all, the last of those who come at the same moment wins: each writes its name, waits, and
/// looks whose it is.
///
/// A run that was killed therefore hinders nobody: on the same machine its directory is free at once, on another one at
/// once or after the patience.
public struct DirectoryLock: ~Copyable {
    /// The name of the file, there while a run writes to the directory, or after it was killed.
    public static let fileName = "palindrome.lock"

    /// Times that decide whether a holder lives [s].
    package struct Timing {
        /// Between two counts.
        package let interval: Double
        /// How long a count may stand still.
        package let patience: Double
        /// How long to wait for others who write at the same moment.
        package let settling: Double

        package init(interval: Double, patience: Double, settling: Double) {
            (self.interval, self.patience, self.settling) = (interval, patience, settling)
        }

        /// The patience is several counts long, and longer than a server of files is away when it only stutters.
        package static let usual = Timing(interval: 5, patience: 30, settling: 2)
    }

    /// What the system is asked for a lock of an open file: 0, EAGAIN when another has it, another code if there are none.
    package typealias SystemLock = @Sendable (Int32) -> Int32

    /// The run that had the directory before and did not give it back, if there was one.
    public let predecessor: LockHolder?
    private let held: HeldLock?  // on rank 0

    /// Takes the directory, which exists. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks: of kind `inUse`, the user's, when another run has it; the environment's when the
    ///   directory cannot be written.
    public init(of directory: String, over communicator: Communicator) throws(StorageError) {
        try self.init(of: directory, as: .thisProcess, .usual, over: communicator, Self.ofSystem)
    }

    /// The lock of an open file that POSIX knows, belonging to the file's description, not to the process.
    package static let ofSystem: SystemLock = { palindrome_lock($0) }

    package init(
        of directory: String, as holder: @autoclosure () -> LockHolder, _ timing: Timing,
        over communicator: Communicator, _ lock: SystemLock
    ) throws(StorageError) {
        let path = "\(directory)/\(Self.fileName)"
        var outcome = LockAttempt.Outcome.failed(0)
        if communicator.isRoot {
            outcome = LockAttempt(path: path, holder: holder(), timing: timing).make(lock)
        }
        var (held, code, other, before): (HeldLock?, Int, String, String) = (nil, 0, "", "")
        switch outcome {
        case .held(let lock, let predecessor): (held, before) = (lock, predecessor?.text ?? "")
        case .isOf(let holder): other = holder?.description ?? "that has not told its name"
        case .failed(let reason): code = Int(reason)
        }
        self.held = held
        predecessor = LockHolder(text: communicator.broadcast(before))
        code = communicator.maximum(code)
        other = communicator.broadcast(other)
        guard code == 0 else { throw .writing(path, bytes: 0, code: Int32(code)) }
        guard other.isEmpty else {
            throw StorageError(
                .inUse, fault: .user,
                "\(directory): another run is writing to this directory (\(other)); wait for its end, or choose "
                    + "another output.directory")
        }
    }

    /// Gives the directory back.
    public consuming func release() {}

    deinit { held?.release() }
}
