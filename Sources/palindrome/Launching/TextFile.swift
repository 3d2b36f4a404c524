internal import Glibc
internal import Parallel

/// Small files that a user names.
enum TextFile {
    /// More than any text file that is read; what follows is not asked for.
    private static let longest = 64 << 20

    /// The bytes of a file.
    ///
    /// - Throws: `UsageError` when there is no such file or it cannot be read.
    static func read(_ path: String) throws(UsageError) -> [UInt8] {
        try RegularFile.read(path, upTo: longest)
    }

    /// Writes a file.
    ///
    /// - Throws: `EnvironmentError` when it cannot be written whole.
    static func write(_ bytes: [UInt8], to path: String) throws(EnvironmentError) {
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

    private static func unwritable(_ path: String) -> EnvironmentError {
        EnvironmentError("\(path): cannot be written (\(reason(errno))); choose another directory")
    }

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
