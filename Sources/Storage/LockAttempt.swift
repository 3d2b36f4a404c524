internal import CStorage
internal import Glibc

/// A file that is locked and counts on. Rank 0 only.
@safe struct HeldLock {
    let path: String
    let file: Int32
    private let beat: OpaquePointer?

    /// Begins to count.
    init(path: String, file: Int32, countingAt offset: Int, every interval: Double) {
        self.path = path
        self.file = file
        unsafe beat = palindrome_beat_start(file, Int64(offset), interval)
    }

    /// Removes the file, if it is still this one, and lets the lock go.
    func release() {
        unsafe palindrome_beat_stop(beat)
        if LockAttempt.isStillNamed(file, path) { FileSystem.remove(path) }
        close(file)
    }
}

/// What rank 0 does to take a directory.
struct LockAttempt {
    enum Outcome {
        /// The directory is ours; what it was before, if that run left without a word.
        case held(HeldLock, predecessor: LockHolder?)
        /// It is another's; nil if that one has not told its name.
        case isOf(LockHolder?)
        /// The system's code.
        case failed(Int32)
    }

    let path: String
    let holder: LockHolder
    let timing: DirectoryLock.Timing

    /// Digits of the count.
    private static let digits = 20

    /// Takes it, or finds out whose it is.
    func make(_ lock: DirectoryLock.SystemLock) -> Outcome {
        while true {
            let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o644)
            guard file >= 0 else { return .failed(errno) }
            var isKept = false
            defer { if !isKept { close(file) } }
            var status = stat()
            guard unsafe fstat(file, &status) == 0 else { return .failed(errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { return .failed(EEXIST) }

            let code = lock(file)
            if code == EAGAIN || code == EACCES { return .isOf(nameOfHolder()) }
            // Whoever had it may have removed the file between our opening and locking it.
            guard Self.isStillNamed(file, path) else { continue }
            let isLocked = code == 0
            let before = contents()
            if let other = LockHolder(text: before) {
                let isDead = isLocked && other.machine == holder.machine
                if !isDead && counts(on: before) { return .isOf(LockHolder(text: contents()) ?? other) }
                // Somebody else may have come to the same end while this one waited.
                guard contents() == before, Self.isStillNamed(file, path) else { continue }
            }
            let written = write(to: file)
            guard written == 0 else {
                FileSystem.remove(path)
                return .failed(written)
            }
            if !isLocked {
                pause(timing.settling)
                if let winner = LockHolder(text: contents()), winner.token != holder.token {
                    return .isOf(winner)
                }
            }
            isKept = true
            let held = HeldLock(
                path: path, file: file, countingAt: holder.text.utf8.count, every: timing.interval)
            return .held(held, predecessor: LockHolder(text: before))
        }
    }

    /// Whether a path still names an open file.
    static func isStillNamed(_ file: Int32, _ path: String) -> Bool {
        var (open, named) = (stat(), stat())
        guard unsafe fstat(file, &open) == 0, unsafe stat(path, &named) == 0 else { return false }
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }

    /// Who holds a lock that another has. One that has only just taken it tells its name in a moment; until then the
    /// file may name a predecessor who is dead.
    private func nameOfHolder() -> LockHolder? {
        for _ in 0..<20 {
            if let other = LockHolder(text: contents()),
                other.machine != holder.machine || kill(pid_t(other.process), 0) == 0 || errno != ESRCH
            {
                return other
            }
            pause(0.05)
        }
        return LockHolder(text: contents())
    }

    /// Whether the file changes within the time that a living holder may take.
    private func counts(on before: String) -> Bool {
        var waited = 0.0
        let look = min(timing.interval, timing.patience) / 5
        while waited < timing.patience {
            pause(look)
            waited += look
            if contents() != before { return true }
        }
        return false
    }

    /// The file, opened anew: network file systems then ask whether what they remember still holds.
    private func contents() -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private func write(to file: Int32) -> Int32 {
        let bytes = Array((holder.text + String(repeating: "0", count: Self.digits) + "\n").utf8)
        guard ftruncate(file, 0) == 0 else { return errno }
        let written = unsafe pwrite(file, bytes, bytes.count, 0)
        guard written == bytes.count else { return written < 0 ? errno : ENOSPC }
        return fsync(file) == 0 ? 0 : errno
    }

    private func pause(_ seconds: Double) { usleep(UInt32(seconds * 1e6)) }
}
