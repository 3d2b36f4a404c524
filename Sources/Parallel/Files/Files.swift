internal import Glibc

/// Small files that one process reads and writes at once.
public enum Files {
    /// More than any small file that is read [bytes]; what follows is not asked for.
    private static let longest = 64 << 20

    /// The bytes of a file.
    ///
    /// - Throws: `UsageError` when there is no such file or it cannot be read.
    public static func read(_ path: String) throws(UsageError) -> [UInt8] {
        try RegularFile.read(path, upTo: longest)
    }

    /// A file as text (UTF-8).
    ///
    /// - Throws: `UsageError` when there is no such file or it cannot be read.
    public static func text(_ path: String) throws(UsageError) -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    /// Writes into a file where it is, as the system's own files must be; others are better replaced whole
    /// (``Communicator/writeFile(_:_:)``).
    ///
    /// - Throws: `EnvironmentError` when it cannot be written.
    public static func write(_ bytes: [UInt8], into path: String) throws(EnvironmentError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw unwritable(path) }
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes[done...].withUnsafeBytes { rest in
                unsafe Glibc.write(file, rest.baseAddress, rest.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let failure = unwritable(path)
                close(file)
                throw failure
            }
            done += count
        }
        guard close(file) == 0 else { throw unwritable(path) }
    }

    /// Whether there is something of that name.
    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Removes a file, if it is there.
    ///
    /// - Throws: `EnvironmentError` when it stays.
    public static func remove(_ path: String) throws(EnvironmentError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw EnvironmentError("\(path): cannot be removed (\(reason(errno))); remove it")
        }
    }

    private static func unwritable(_ path: String) -> EnvironmentError {
        EnvironmentError("\(path): cannot be written (\(reason(errno))); choose another directory")
    }

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
