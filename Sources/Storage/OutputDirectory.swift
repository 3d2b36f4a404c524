internal import Glibc
public import Parallel

/// The directory that a run writes to.
public enum OutputDirectory {
    /// What marks a file that is being written.
    private static let temporarySuffix = ".partial"

    /// The name of a file while it is being written. Collective.
    ///
    /// The number of a process makes it one of its kind on this machine: Open MPI locks open files of one name together,
    /// in whatever directories and whoever's they are (see ``FileSystem/removeStaleLock(of:)``).
    static func temporaryPath(of path: String, over communicator: Communicator) -> String {
        path + temporarySuffix + "-\(communicator.maximum(communicator.isRoot ? Int(getpid()) : 0))"
    }

    /// Makes the directory if need be, checks that it can be written, and removes what a killed run left half
    /// written. Collective; to be done before anything is computed.
    ///
    /// - Returns: the names of the temporaries removed.
    /// - Throws: ``StorageError`` on all ranks.
    @discardableResult
    public static func prepare(_ path: String, over communicator: Communicator) throws(StorageError)
        -> [String]
    {
        let probe = "\(path)/.palindrome" + temporarySuffix
        let code = communicator.systemCode {
            let code = FileSystem.makeDirectories(path)
            guard code == 0 else { return code }
            let file = unsafe open(probe, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
            guard file >= 0 else { return errno }
            close(file)
            return FileSystem.remove(probe)
        }
        guard code == 0 else { throw .making(path, code: code, over: communicator) }
        return removeStaleTemporaries(in: path, over: communicator)
    }

    /// Finds out whether ``prepare(_:over:)`` can succeed, as far as one can see without making anything. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks.
    public static func foresee(_ path: String, over communicator: Communicator) throws(StorageError) {
        let code = communicator.systemCode { FileSystem.probeMaking(path) }
        guard code == 0 else { throw .making(path, code: code, over: communicator) }
    }

    /// The names in a directory that somebody wants to read, sorted. Collective.
    ///
    /// - Throws: ``StorageError``, the user's, on all ranks when it is missing, is no directory or cannot be read.
    public static func names(in path: String, over communicator: Communicator) throws(StorageError)
        -> [String]
    {
        let code = communicator.systemCode { FileSystem.probeDirectory(path) }
        guard code == 0 else {
            let contents = communicator.broadcast(
                communicator.isRoot && (code == ENOENT || code == ENOTDIR)
                    ? PathContents(at: path).phrase : "")
            switch contents {
            case "": throw .reading(path, code: code, fault: .user, over: communicator)
            case PathContents.nothing.phrase:
                throw StorageError(
                    .missingFile, fault: .user, "\(path): there is no such directory; check the path")
            default:
                throw StorageError(
                    .missingFile, fault: .user, "\(path): \(contents); give the output.directory of a run")
            }
        }
        return communicator.broadcast(
            communicator.isRoot ? FileSystem.names(in: path).joined(separator: "\n") : ""
        ).split(separator: "\n").map(String.init)
    }

    /// Removes the temporaries of files that were never finished. No other run may be writing there.
    ///
    /// - Returns: their names.
    @discardableResult
    public static func removeStaleTemporaries(in path: String, over communicator: Communicator) -> [String] {
        let removed =
            communicator.isRoot
            ? FileSystem.names(in: path).filter { $0.contains(".h5" + temporarySuffix) } : []
        for name in removed {
            FileSystem.removeStaleLock(of: name)
            FileSystem.remove("\(path)/\(name)")
        }
        return communicator.broadcast(removed.joined(separator: "\n")).split(separator: "\n").map(String.init)
    }
}
