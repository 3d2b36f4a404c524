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

    /// What the files of a run end with.
    private static let kinds = ["h5", "json", "csv", "txt", "png", "svg", "html", "yaml"]

    /// Whether a file of this name is one of ours that was being written: `power.txt.partial` or `a.h5.partial-1234`.
    static func isTemporary(_ name: String) -> Bool {
        var stem = name[...]
        if let dash = stem.lastIndex(of: "-"), !stem[dash...].dropFirst().isEmpty,
            stem[dash...].dropFirst().allSatisfy(\.isNumber)
        {
            stem = stem[..<dash]
        }
        return kinds.contains { stem.hasSuffix(".\($0)\(temporarySuffix)") }
    }

    /// Makes a directory if need be, and those above it. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks.
    public static func make(_ path: String, over communicator: Communicator) throws(StorageError) {
        let code = communicator.systemCode { FileSystem.makeDirectories(path) }
        guard code == 0 else { throw .making(path, code: code, over: communicator) }
    }

    /// Finds out whether ``make(_:over:)`` can succeed, as far as one can see without making anything. Collective.
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

    /// Removes the temporaries of files that were never finished. The directory must have been claimed. Collective.
    ///
    /// - Returns: their names.
    @discardableResult
    static func removeLeftovers(in path: String, over communicator: Communicator) -> [String] {
        let removed = communicator.isRoot ? FileSystem.names(in: path).filter(isTemporary) : []
        for name in removed {
            FileSystem.removeStaleLock(of: name)
            FileSystem.remove("\(path)/\(name)")
        }
        return communicator.broadcast(removed.joined(separator: "\n")).split(separator: "\n").map(String.init)
    }
}
