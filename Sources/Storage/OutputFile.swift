internal import CStorage
public import Parallel
internal import Text

/// A parallel HDF5 file that is being written, all ranks together.
///
/// It grows under a temporary name in the directory of the final one, with its space on the disk reserved, and
/// gets the final name only when it is whole and on the disk (``finish(_:)``). A file that is dropped before leaves
/// nothing. Its contents do not depend on the number of ranks.
///
/// A write that fails in spite of the reservation ends the job, since ranks inside a collective write cannot
/// agree on anything any more.
public struct OutputFile: ~Copyable {
    /// The final name.
    public let path: String
    /// Bytes per rank that one collective transfer may move; below 2 GiB, the limit of MPI libraries.
    public var largestTransfer = 1 << 30

    let communicator: Communicator
    private var handle: palindrome_file?
    private var isPublished = false
    private var written = 0
    private var reserved: Int
    private let temporaryPath: String

    /// Starts a file. Collective.
    ///
    /// - Parameters:
    ///   - path: the final name.
    ///   - expectedBytes: the size of all its datasets, so that a full disk is found out now, not halfway.
    ///   - provenance: what every file of a run says of its origin; without it, which code wrote it.
    ///   - communicator: the ranks that write it.
    /// - Throws: ``StorageError`` on all ranks when the directory cannot be written or the disk is full.
    public init(
        creating path: String, expectedBytes: Int = 0, provenance: Provenance?,
        over communicator: Communicator
    ) throws(StorageError) {
        let temporary = OutputDirectory.temporaryPath(of: path, over: communicator)
        // First without HDF5: a library that meets a full disk inside a collective call hangs.
        let code = communicator.systemCode {
            FileSystem.removeStaleLock(of: temporary)
            return FileSystem.createTemporary(temporary, bytes: expectedBytes)
        }
        guard code == 0 else { throw .writing(path, bytes: expectedBytes, code: code) }
        var handle: palindrome_file = 0
        let status = unsafe palindrome_file_create(temporary, communicator.fortranHandle, &handle)
        if status != 0 { MPIRuntime.abort("\(path): cannot be created (HDF5: \(libraryReason))") }
        // Creating the file emptied it, so its space has to be taken again.
        let again = communicator.systemCode { FileSystem.reserve(temporary, bytes: expectedBytes) }
        guard again == 0 else {
            _ = palindrome_file_close(handle)
            if communicator.isRoot { FileSystem.remove(temporary) }
            throw .writing(path, bytes: expectedBytes, code: again)
        }
        self.path = path
        temporaryPath = temporary
        self.communicator = communicator
        self.handle = handle
        reserved = expectedBytes
        if let provenance { provenance.write(to: self) } else { Provenance.writeCode(to: self) }
    }

    deinit {
        if let handle { _ = palindrome_file_close(handle) }
        if !isPublished && communicator.isRoot { FileSystem.remove(temporaryPath) }
    }

    /// How far ``finish(_:)`` goes before the file gets its name.
    public enum Completion: Sendable {
        /// The contents are on the disk.
        case synced
        /// They are, and have been read back whole and compared with their checksums.
        case verified
    }

    /// Makes the file whole and gives it its name. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks; then there is no file, and an older one of that name is untouched.
    public consuming func finish(_ completion: Completion = .synced) throws(StorageError) {
        require(palindrome_file_flush(open), "flushing")
        require(palindrome_file_close(open), "closing")
        handle = nil
        let (path, temporary) = (path, temporaryPath)
        let settled = communicator.systemCode { FileSystem.settle(temporary) }
        guard settled == 0 else { throw .writing(path, bytes: written, code: settled) }
        if completion == .verified {
            try InputFile(opening: temporary, fault: .environment, over: communicator).verify()
        }
        let published = communicator.systemCode { FileSystem.publish(temporary, as: path) }
        guard published == 0 else { throw .writing(path, bytes: written, code: published) }
        isPublished = true
    }

    /// Sets an attribute of the file (`"/"`), of a dataset or of a group; a group that is not there is made. Collective.
    public func set(_ name: String, to value: AttributeValue, on object: String = "/") {
        func numbers<Element: StorageElement>(_ values: [Element], count: Int) {
            unsafe require(
                palindrome_attribute_write(open, object, name, Element.element, Int64(count), values),
                "attribute \(name)")
        }
        switch value {
        case .text(let text):
            unsafe require(
                palindrome_attribute_write_text(open, object, name, text, Int64(text.utf8.count)),
                "attribute \(name)")
        case .integer(let number): numbers([number], count: -1)
        case .integers(let values): numbers(values, count: values.count)
        case .words(let values): numbers(values, count: values.count)
        case .real(let number): numbers([number], count: -1)
        case .reals(let values): numbers(values, count: values.count)
        }
    }

    /// Makes a dataset with room on the disk.
    mutating func create<Element: StorageElement>(
        _ path: String, shape: [Int], of type: Element.Type
    ) throws(StorageError) {
        written += shape.reduce(1, *) * MemoryLayout<Element>.size
        try reserve(written)
        unsafe require(
            palindrome_dataset_create(open, path, Element.element, Int32(shape.count), shape.map(Int64.init)),
            path)
    }

    /// Writes this rank's part, nil for none, from a dense or larger array.
    func put<Element: StorageElement>(
        _ part: DatasetPart?, of path: String, from values: UnsafePointer<Element>?
    ) {
        var selection = DatasetPart.selection(part)
        unsafe require(palindrome_dataset_write(open, path, Element.element, &selection, values), path)
    }

    /// Says what a dataset is, and the checksum of its contents.
    func label(_ path: String, _ labels: Labels, checksum: UInt64) {
        set("units", to: .text(labels.units), on: path)
        set("description", to: .text(labels.description), on: path)
        for (name, value) in labels.more.sorted(by: { $0.key < $1.key }) { set(name, to: value, on: path) }
        set(
            ContentChecksum.attribute, to: .text(hexadecimal(communicator.wrappingSum(checksum))),
            on: path)
    }

    private var open: palindrome_file { handle! }

    private mutating func reserve(_ bytes: Int) throws(StorageError) {
        guard bytes > reserved else { return }
        let temporary = temporaryPath
        let code = communicator.systemCode { FileSystem.reserve(temporary, bytes: bytes) }
        guard code == 0 else { throw .writing(path, bytes: bytes, code: code) }
        reserved = bytes
    }

    private func require(_ status: Int32, _ what: String) {
        guard status != 0 else { return }
        MPIRuntime.abort(
            "\(path): \(what) could not be written (HDF5: \(libraryReason)); the file is incomplete")
    }
}
