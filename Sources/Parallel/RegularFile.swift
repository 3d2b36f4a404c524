internal import Glibc

/// What stands at a path that a user named.
public enum PathContents: Sendable, Equatable {
    /// A regular file, also behind a link.
    case file
    /// A directory, also behind a link.
    case directory
    /// Something else that can be opened, but waits for somebody or never ends: its name.
    case special(String)
    /// A link, and where it leads: to nothing.
    case danglingLink(to: String)
    /// Nothing, or nothing that this process may look at.
    case nothing

    /// What is there now. Not collective.
    public init(at path: String) {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            self = Self(mode: status.st_mode)
        } else if errno == ELOOP {
            self = .special("a link that leads in a circle")
        } else if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
            var target = [CChar](repeating: 0, count: 256)
            let length = unsafe readlink(path, &target, target.count)
            let bytes = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
            self = .danglingLink(to: String(decoding: bytes, as: UTF8.self))
        } else {
            self = .nothing
        }
    }

    private init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFIFO: .special("a pipe (FIFO)")
            case S_IFSOCK: .special("a socket")
            default: .special("a device")
            }
    }

    /// Completes "PATH: …".
    public var phrase: String {
        switch self {
        case .file: "is a file"
        case .directory: "is a directory"
        case .special(let name): "is \(name)"
        case .danglingLink(let target):
            "is a link to \(PlainText.excerpt(target, upTo: 200)), which does not exist"
        case .nothing: "there is no such file"
        }
    }
}

/// Regular files, and nothing else: whoever opens a pipe waits for its other end, for ever if need be.
public enum RegularFile {
    /// Opens a file to read. Not collective.
    ///
    /// - Returns: the descriptor, which the caller closes.
    /// - Throws: ``UsageError`` when there is no such file, it is no regular one, or it cannot be opened.
    public static func open(_ path: String) throws(UsageError) -> Int32 {
        let (descriptor, code) = attempt(path)
        guard code == 0 else { throw error(path, code) }
        return descriptor
    }

    /// The code of ``attempt(_:)`` for what can be opened but is no regular file; not one of the system's.
    public static let notRegular: Int32 = 10_001

    /// Opens a file to read, or says why not: 0, ``notRegular``, or the system's error code. Not collective.
    public static func attempt(_ path: String) -> (descriptor: Int32, code: Int32) {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { return (-1, errno) }
        var status = stat()
        let code = unsafe fstat(file, &status) == 0 ? 0 : errno
        guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            return (-1, code == 0 ? notRegular : code)
        }
        return (file, 0)
    }

    /// The bytes of a file, of one that is longer than some limit a few more than that. Not collective.
    ///
    /// - Throws: ``UsageError`` when there is no such file, it is no regular one, or it cannot be read.
    public static func read(_ path: String, upTo limit: Int = .max) throws(UsageError) -> [UInt8] {
        let file = try open(path)
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = unsafe Glibc.read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw error(path, errno) }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func error(_ path: String, _ code: Int32) -> UsageError {
        let contents = PathContents(at: path)
        switch (code, contents) {
        case (ENOENT, _), (ENOTDIR, _):
            return UsageError("\(path): \(contents.phrase); check the path")
        case (_, .special), (_, .directory):
            return UsageError("\(path): \(contents.phrase); give a file")
        default:
            return UsageError(
                "\(path): cannot be read (\(unsafe String(cString: strerror(code)))); check the file")
        }
    }
}
