public import Parallel

/// The output directory of a run, that run's alone until it ends.
///
/// Whoever writes files claims their directory first, before anything is computed, and keeps the claim until the last one is
/// whole.
public struct ClaimedDirectory: ~Copyable {
    /// Where it is.
    public let path: String
    /// What the log should tell: one sentence each.
    public let notes: [String]
    private let lock: DirectoryLock

    /// Makes the directory if need be, checks that it can be written, takes it, and removes what a killed run left
    /// half-written there. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks; of kind `inUse`, the user's, when another run is writing there.
    public init(_ path: String, over communicator: Communicator) throws(StorageError) {
        try OutputDirectory.make(path, over: communicator)
        lock = try DirectoryLock(of: path, over: communicator)
        self.path = path
        var notes: [String] = []
        if let before = lock.predecessor {
            notes.append("\(path) was left by a run that did not come to its end (\(before))")
        }
        let leftovers = OutputDirectory.removeLeftovers(in: path, over: communicator)
        if !leftovers.isEmpty {
            notes.append("removed what it left half-written: \(leftovers.joined(separator: ", "))")
        }
        self.notes = notes
    }

    /// Gives the directory back.
    public consuming func release() { lock.release() }
}
