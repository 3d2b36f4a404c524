internal import CStorage
internal import Glibc
internal import Parallel

/// What rank 0 does to the file system for all. Every call returns 0 or the system's error code.
enum FileSystem {
    /// What a reservation holds beyond the data: HDF5's own records and the attributes.
    static let slack = 4 << 20

    /// Creates an empty file and makes sure that the disk has room for `bytes`; leaves nothing on failure.
    static func createTemporary(_ path: String, bytes: Int) -> Int32 {
        let file = unsafe open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
        guard file >= 0 else { return errno }
        let code = reserve(file, bytes: bytes)
        close(file)
        if code != 0 { remove(path) }
        return code
    }

    /// Makes sure that the disk has room for a file to grow to `bytes`.
    static func reserve(_ path: String, bytes: Int) -> Int32 {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return errno }
        defer { close(file) }
        return reserve(file, bytes: bytes)
    }

    private static func reserve(_ file: Int32, bytes: Int) -> Int32 {
        let wanted = bytes + slack
        let code = palindrome_reserve(file, Int64(wanted))
        guard code == EOPNOTSUPP || code == ENOSYS else { return code }
        // This file system cannot promise space, so look whether there is enough now.
        var space = statvfs()
        var status = stat()
        guard unsafe fstatvfs(file, &space) == 0, unsafe fstat(file, &status) == 0 else { return errno }
        let missing = wanted - Int(status.st_blocks) * 512
        let free = Int(space.f_bavail) * Int(space.f_frsize)
        return space.f_blocks == 0 || free >= missing ? 0 : ENOSPC
    }

    /// Gives back space reserved beyond the end, and waits until the contents are on the disk.
    static func settle(_ path: String) -> Int32 {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return errno }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { return errno }
        guard ftruncate(file, status.st_size) == 0, fsync(file) == 0 else { return errno }
        return 0
    }

    /// Gives a whole file its final name, for good.
    static func publish(_ temporary: String, as path: String) -> Int32 {
        guard unsafe rename(temporary, path) == 0 else { return errno }
        let directory = unsafe open(self.directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return errno }
        defer { close(directory) }
        // Some network file systems cannot sync a directory; the rename is then theirs to keep.
        return fsync(directory) == 0 || errno == EINVAL ? 0 : errno
    }

    /// Removes the lock that a killed run may have left closed on all files of this name.
    ///
    /// Open MPI guards the shared pointer of every open file, of which HDF5 makes no use, by a semaphore of the whole
    /// machine, `OMPIO_` and the last part of the path. Whoever is killed while he holds it leaves it at 0, and each
    /// later run that opens a file of that name would wait for ever. A run at work loses nothing: a semaphore that is
    /// open lives on without its name.
    static func removeStaleLock(of path: String) {
        let name = path.split(separator: "/").last ?? ""
        unsafe sem_unlink("OMPIO_\(name)")
    }

    /// Whether a regular file can be read and starts like HDF5, perhaps behind a block of the user's own.
    static func probe(_ path: String) -> Int32 {
        let (file, code) = RegularFile.attempt(path)
        guard code == 0 else { return code }
        defer { close(file) }
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
        var start = [UInt8](repeating: 0, count: signature.count)
        var offset = 0
        while true {
            let count = unsafe pread(file, &start, start.count, offset)
            guard count >= 0 else { return errno }
            guard count == start.count else { return notHDF5 }
            if start == signature { return rehearse(path, file, behind: offset + start.count) }
            // Where the format lets it begin.
            offset = offset == 0 ? 512 : 2 * offset
        }
    }

    /// Tries files of HDF5's older formats, whose metadata have no checksums: the library may not survive a damaged one.
    private static func rehearse(_ path: String, _ file: Int32, behind signature: Int) -> Int32 {
        var version: UInt8 = 0
        guard unsafe pread(file, &version, 1, signature) == 1, version < 2 else { return 0 }
        return unsafe palindrome_rehearse(path) == 0 ? 0 : unsound
    }

    /// The code of ``probe(_:)`` for a file that the library does not survive; not one of the system's.
    static let unsound: Int32 = 10_002

    /// The code of ``probe(_:)`` for a file of another format; not one of the system's.
    static let notHDF5: Int32 = 10_000

    /// Makes a directory and those above it.
    static func makeDirectories(_ path: String) -> Int32 {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += part
            if !made.isEmpty && made != "/", unsafe mkdir(made, 0o755) != 0, errno != EEXIST {
                // A directory may stand where none could be made.
                let code = errno
                guard unsafe access(made, F_OK) == 0 else { return code }
            }
            made += "/"
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return errno }
        return status.st_mode & S_IFMT == S_IFDIR ? 0 : ENOTDIR
    }

    /// Whether a directory is there and can be written, or could be made.
    static func probeMaking(_ path: String) -> Int32 {
        guard obstacle(to: path) == nil else { return ENOTDIR }
        var nearest = path
        while PathContents(at: nearest) == .nothing, nearest != ".", nearest != "/" {
            while nearest.last == "/", nearest != "/" { nearest.removeLast() }
            nearest = directory(of: nearest)
        }
        return unsafe access(nearest, W_OK | X_OK) == 0 ? 0 : errno
    }

    /// What on the way to a directory is none; nil if all is well as far as one can see.
    static func obstacle(to path: String) -> String? {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += part
            defer { made += "/" }
            guard !part.isEmpty else { continue }
            let subject = made == path ? "" : "\(PlainText.excerpt(made, upTo: 300)) "
            switch PathContents(at: made) {
            case .directory: continue
            case .nothing: return nil
            case let other: return "\(subject)\(other.phrase), where a directory must be"
            }
        }
        return nil
    }

    /// Whether the names in a directory can be read.
    static func probeDirectory(_ path: String) -> Int32 {
        guard let stream = unsafe opendir(path) else { return errno }
        unsafe closedir(stream)
        return 0
    }

    /// The names in a directory, sorted; none if it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            names.append(name)
        }
        return names.sorted()
    }

    /// Removes a file; one that is not there is no error.
    @discardableResult
    static func remove(_ path: String) -> Int32 {
        unsafe unlink(path) == 0 || errno == ENOENT ? 0 : errno
    }

    /// The length of a regular file; nil if there is none.
    static func size(of path: String) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Adds up the checksum of all bytes of a file.
    static func checksum(of path: String, _ checksum: inout UInt64) -> Int32 {
        guard size(of: path) != nil else { return ENOENT }  // and nothing that is no file is opened
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return errno }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var first = 0
        while true {
            let count = unsafe read(file, &bytes, bytes.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? 0 : errno }
            checksum &+= unsafe palindrome_content_checksum(bytes, Int64(count), 1, UInt64(first))
            first += count
        }
    }

    /// `"."` for a plain name.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension Communicator {
    /// Does something on rank 0 and tells all its system error code.
    func systemCode(_ body: () -> Int32) -> Int32 {
        Int32(maximum(isRoot ? Int(body()) : 0))
    }
}

extension StorageError {
    /// What the system said when a file was to be written.
    static func writing(_ path: String, bytes: Int, code: Int32) -> StorageError {
        let directory = FileSystem.directory(of: path)
        switch code {
        case ENOSPC, EDQUOT, EFBIG:
            let wanted = bytes + FileSystem.slack
            return StorageError(
                .diskFull, fault: .environment,
                "\(path): there is no room for \((wanted + 1 << 20 - 1) >> 20) MiB on this disk (\(reason(code))); "
                    + "free space or choose another directory")
        case ENOENT where PathContents(at: directory) != .directory:
            return StorageError(
                .system(code: code), fault: .environment,
                "\(path): directory \(directory) does not exist; create it or choose another")
        default:
            return StorageError(
                .system(code: code), fault: .environment,
                "\(path): cannot be written (\(reason(code))); choose a directory that can")
        }
    }

    /// Why no directory can be made or used. Collective.
    static func making(_ path: String, code: Int32, over communicator: Communicator) -> StorageError {
        let cause = communicator.broadcast(
            communicator.isRoot ? FileSystem.obstacle(to: path) ?? "cannot be written (\(reason(code)))" : "")
        return StorageError(
            .system(code: code), fault: .environment,
            "\(path): \(cause); choose another output.directory")
    }

    /// What the system said when a file was to be read. Collective.
    static func reading(
        _ path: String, code: Int32, fault: Fault, over communicator: Communicator
    ) -> StorageError {
        switch code {
        case RegularFile.notRegular, ENOENT, ENOTDIR, ELOOP:
            let contents = communicator.broadcast(
                communicator.isRoot ? PathContents(at: path).phrase : "")
            return StorageError(
                .missingFile, fault: fault,
                "\(path): \(contents)\(contents.hasPrefix("is a link") ? "; check the path" : "")")
        case FileSystem.unsound:
            return StorageError(
                .damaged, fault: fault,
                "\(path): is damaged: the HDF5 library cannot read it; use another copy")
        case FileSystem.notHDF5:
            return StorageError(.damaged, fault: fault, "\(path): is not an HDF5 file")
        default:
            return StorageError(
                .system(code: code), fault: fault, "\(path): cannot be read (\(reason(code)))")
        }
    }

    private static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}
