internal import Glibc
public import Parallel

/// A file that a run made, as it was when it was whole.
///
/// A record that lists them lets a later run tell finished work from what only has its name.
public struct KeptFile: Codable, Sendable, Equatable {
    /// Its name in the output directory.
    public var name: String
    /// Its length [bytes].
    public var bytes: Int

    /// A file.
    public init(name: String, bytes: Int) {
        self.name = name
        self.bytes = bytes
    }
}

extension OutputDirectory {
    /// The files of these names, which have just been written. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when one is not there.
    public static func inventory(
        of names: [String], in directory: String, over communicator: Communicator
    ) throws(StorageError) -> [KeptFile] {
        let sizes = sizes(of: names, in: directory, over: communicator)
        var files: [KeptFile] = []
        for (name, size) in zip(names, sizes) {
            guard let size else {
                throw .reading("\(directory)/\(name)", code: ENOENT, fault: .environment, over: communicator)
            }
            files.append(KeptFile(name: name, bytes: size))
        }
        return files
    }

    /// What is wrong with files that were whole once: one that is gone, has another length, or, of those in HDF5, no longer
    /// holds what its checksums say. Collective.
    ///
    /// - Returns: a sentence of the first one; nil if all are whole.
    public static func firstFault(
        in files: [KeptFile], of directory: String, over communicator: Communicator
    ) -> String? {
        let sizes = sizes(of: files.map(\.name), in: directory, over: communicator)
        for (file, size) in zip(files, sizes) {
            let path = "\(directory)/\(file.name)"
            guard let size else { return "\(path) is not there any more" }
            guard size == file.bytes else {
                return "\(path) has \(size) bytes, and had \(file.bytes) when it was written"
            }
            guard [".h5", ".hdf5"].contains(where: file.name.hasSuffix) else { continue }
            do {
                try InputFile(opening: path, fault: .environment, over: communicator).verify()
            } catch {
                return error.message
            }
        }
        return nil
    }

    /// Removes files; one that is not there is no error. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when one cannot be removed.
    public static func remove(
        _ names: [String], from directory: String, over communicator: Communicator
    ) throws(StorageError) {
        for name in names {
            let path = "\(directory)/\(name)"
            let code = communicator.systemCode { FileSystem.remove(path) }
            guard code == 0 else { throw .writing(path, bytes: 0, code: code) }
        }
    }

    /// The lengths of regular files; nil where there is none.
    private static func sizes(
        of names: [String], in directory: String, over communicator: Communicator
    ) -> [Int?] {
        let sizes = communicator.isRoot ? names.map { FileSystem.size(of: "\(directory)/\($0)") } : []
        return communicator.broadcast(sizes.map { "\($0 ?? -1)" }.joined(separator: " "))
            .split(separator: " ").map { Int($0)! }.map { $0 < 0 ? nil : $0 }
    }
}
