internal import Text
public import Parallel

/// What a run read, as one number: the same file has the same, on any number of ranks.
///
/// The identity of a run holds it, so that a run is not continued on other data than it began with.
public enum InputChecksum {
    /// Of all bytes of a file. Collective.
    ///
    /// - Returns: sixteen hexadecimal digits.
    /// - Throws: ``StorageError``, the user's, on all ranks when it cannot be read.
    public static func ofFile(_ path: String, over communicator: Communicator) throws(StorageError) -> String
    {
        var checksum: UInt64 = 0
        let code = communicator.systemCode { FileSystem.checksum(of: path, &checksum) }
        guard code == 0 else { throw .reading(path, code: code, fault: .user, over: communicator) }
        return communicator.broadcast(hexadecimal(checksum))
    }

    /// Of the numbers of a dataset, whatever else is in its file; of the whole file where they are none. Collective.
    ///
    /// - Throws: ``StorageError``, the user's, on all ranks when it cannot be read.
    public static func ofDataset(
        _ dataset: String, in path: String, over communicator: Communicator
    ) throws(StorageError) -> String {
        let file = try InputFile(opening: path, over: communicator)
        let description = try file.dataset(dataset)
        switch description.kind {
        case .signed, .unsigned, .real, .boolean: return try file.contentChecksum(of: description)
        case .complex, .text, .elsewhere, .other: return try ofFile(path, over: communicator)
        }
    }
}
