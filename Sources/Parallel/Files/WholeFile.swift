internal import Glibc

extension Communicator {
    /// Writes a file from rank 0, whole or not at all: a temporary name beside it, synced, renamed. Collective.
    ///
    /// - Parameters:
    ///   - path: the file; replaced if it is there.
    ///   - contents: its bytes, made on rank 0 only.
    /// - Throws: `AgreedFailure` on all ranks when the contents cannot be made or the file not be written.
    public func writeFile(_ path: String, _ contents: () throws -> [UInt8]) throws(AgreedFailure) {
        try onRoot { try WholeFile.write(contents(), to: path) }
    }

    /// Asks whether a file can be written, before its contents are made at some expense. Collective.
    ///
    /// - Throws: `AgreedFailure` on all ranks when it cannot, now.
    public func requirePlace(forFile path: String) throws(AgreedFailure) {
        try onRoot { try WholeFile.requirePlace(for: path) }
    }

    /// Writes a text file (UTF-8) from rank 0, whole or not at all. Collective.
    ///
    /// - Throws: `AgreedFailure` on all ranks when the file cannot be written.
    public func writeFile(_ path: String, text: () throws -> String) throws(AgreedFailure) {
        try writeFile(path) { Array(try text().utf8) }
    }
}

/// Small files of one rank.
enum WholeFile {
    static func write(_ bytes: [UInt8], to path: String) throws(EnvironmentError) {
        // Of the same kind as those of the storage: what a killed run leaves is removed when the next one begins.
        let temporary = path + ".partial-\(getpid())"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        do {
            try fill(descriptor, with: bytes, path: temporary)
        } catch {
            close(descriptor)
            unsafe unlink(temporary)
            throw error
        }
        guard close(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
            let error = failure("write", path)
            unsafe unlink(temporary)
            throw error
        }
        syncDirectory(of: path)
    }

    /// Makes the temporary file beside a path and removes it again.
    static func requirePlace(for path: String) throws(EnvironmentError) {
        let temporary = path + ".partial-\(getpid())"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("write", path) }
        close(descriptor)
        unsafe unlink(temporary)
        var status = stat()
        guard unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
            throw EnvironmentError("cannot write \(path): it is a directory; name a file")
        }
    }

    private static func fill(
        _ descriptor: Int32, with bytes: [UInt8], path: String
    ) throws(EnvironmentError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { pointer in
                unsafe Glibc.write(descriptor, pointer.baseAddress! + done, bytes.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    // The rename itself outlives a power cut once the directory is synced; some file systems cannot, and
    // then the file is there all the same.
    private static func syncDirectory(of path: String) {
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ action: String, _ path: String) -> EnvironmentError {
        EnvironmentError("cannot \(action) \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
