internal import CStorage
public import Parallel

/// A parallel HDF5 file that is being read, all ranks together.
///
/// Data that this program wrote carries a checksum, and reading it whole verifies it. Whatever is wrong with the file is thrown by
/// all ranks.
public struct InputFile: ~Copyable {
    /// Its name.
    public let path: String
    /// Who has to act when it cannot be read: the user who named it, or the environment that kept it.
    public let fault: Fault
    /// Bytes per rank that one collective transfer may move; below 2 GiB, the limit of MPI libraries.
    public var largestTransfer = 1 << 30

    let communicator: Communicator
    private let handle: palindrome_file

    /// More values than an attribute has that anybody reads.
    private static let mostValues = 1 << 20

    /// Opens a file. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when it is missing, cannot be read, is not HDF5 or is cut off.
    public init(opening path: String, fault: Fault = .user, over communicator: Communicator)
        throws(StorageError)
    {
        let code = communicator.systemCode {
            FileSystem.removeStaleLock(of: path)
            return FileSystem.probe(path)
        }
        guard code == 0 else { throw .reading(path, code: code, fault: fault, over: communicator) }
        var handle: palindrome_file = 0
        let status = unsafe palindrome_file_open(path, communicator.fortranHandle, &handle)
        let failures = communicator.sum(status == 0 ? 0 : 1)
        guard failures == 0 else {
            // Those that opened it could only close it together with those that did not.
            if failures < communicator.size { MPIRuntime.abort("\(path): some ranks cannot open it") }
            throw StorageError(
                .damaged, fault: fault,
                "\(path): is damaged or cut off (HDF5: \(libraryReason)); use another copy")
        }
        self.path = path
        self.fault = fault
        self.communicator = communicator
        self.handle = handle
    }

    deinit {
        _ = palindrome_file_close(handle)
    }

    /// The datasets, by path.
    public func datasets() throws(StorageError) -> [DatasetDescription] {
        var found: [DatasetDescription] = []
        for path in try objects("D") {
            if let dataset = try describe(path) { found.append(dataset) }
        }
        return found
    }

    /// The paths of the groups, `"/"` first.
    public func groups() throws(StorageError) -> [String] {
        try objects("G")
    }

    /// What a dataset is; nil if there is none of that name.
    public func describe(_ dataset: String) throws(StorageError) -> DatasetDescription? {
        var found = palindrome_description()
        try agree(unsafe palindrome_describe(handle, absolute(dataset), &found), dataset)
        return DatasetDescription(path: absolute(dataset), found)
    }

    /// What a dataset is.
    ///
    /// - Throws: ``StorageError`` with the names most like it if there is none of that name, or with what keeps its
    ///   elements from being read.
    public func dataset(_ path: String) throws(StorageError) -> DatasetDescription {
        if let found = try describe(path) {
            guard found.kind != .elsewhere else {
                throw StorageError(
                    .unreadable, fault: fault,
                    "\(self.path): \(found.path) is a link into another file; name that file")
            }
            if let obstacle = found.obstacle {
                throw StorageError(
                    .unreadable, fault: fault, "\(self.path): \(found.path) \(obstacle.phrase)")
            }
            return found
        }
        guard try !groups().contains(absolute(path)) else {
            throw StorageError(
                .missingDataset, fault: fault,
                "\(self.path): \(absolute(path)) is a group; name a dataset in it")
        }
        let nearest = Spelling.nearest(to: absolute(path), among: try objects("D"))
        throw StorageError(
            .missingDataset, fault: fault,
            "\(self.path): there is no dataset \(absolute(path)); "
                + (nearest.isEmpty
                    ? "the file has none" : "the nearest are \(nearest.joined(separator: ", "))"))
    }

    /// The value of an attribute of the file (`"/"`), of a dataset or of a group; nil if there is none, or none of a
    /// kind that ``AttributeValue`` knows.
    public func attribute(_ name: String, of object: String = "/") throws(StorageError) -> AttributeValue? {
        var found = palindrome_description()
        let object = absolute(object)
        if object != "/" {
            try agree(unsafe palindrome_describe(handle, object, &found), object)
            guard found.kind != palindrome_kind_none.rawValue else { return nil }
        }
        try agree(unsafe palindrome_attribute_describe(handle, object, name, &found), name)
        guard let value = DatasetDescription(path: name, found), value.count <= Self.mostValues else {
            return nil
        }
        switch value.kind {
        case .text:
            guard value.count == 1 else { return nil }
            return .text(
                try unsafe text { text in unsafe palindrome_attribute_read_text(handle, object, name, &text) }
            )
        case .signed, .unsigned, .boolean:
            if value.kind == .unsigned && value.elementBytes == 4 && value.shape.count == 1 {
                return .words(try numbers(name, of: object, count: value.count))
            }
            let integers: [Int] = try numbers(name, of: object, count: value.count)
            return value.shape.isEmpty ? .integer(integers[0]) : .integers(integers)
        case .real:
            let reals: [Double] = try numbers(name, of: object, count: value.count)
            return value.shape.isEmpty ? .real(reals[0]) : .reals(reals)
        case .complex, .other, .elsewhere:
            return nil
        }
    }

    /// The names of the attributes of the file (`"/"`), of a dataset or of a group, sorted.
    public func attributeNames(of object: String = "/") throws(StorageError) -> [String] {
        let object = absolute(object)
        return try unsafe text { text in unsafe palindrome_list_attributes(handle, object, &text) }
            .split(separator: "\n").map(String.init)
    }

    /// Reads this rank's part, nil for none, into a dense or larger array.
    func get<Element: StorageElement>(
        _ part: DatasetPart?, of path: String, into values: UnsafeMutablePointer<Element>?
    ) throws(StorageError) {
        try unsafe get(part, of: path, as: Element.element, into: UnsafeMutableRawPointer(values))
    }

    /// The same for memory of any type.
    func get(
        _ part: DatasetPart?, of path: String, as element: palindrome_element,
        into values: UnsafeMutableRawPointer?
    ) throws(StorageError) {
        var selection = DatasetPart.selection(part)
        try agree(unsafe palindrome_dataset_read(handle, path, element, &selection, values), path)
    }

    /// Throws on all ranks if a call failed on any.
    func agree(_ status: Int32, _ what: String) throws(StorageError) {
        guard communicator.any(status != 0) else { return }
        throw damaged("\(what) cannot be read (HDF5: \(communicator.broadcast(libraryReason)))")
    }

    /// The file is not what was written.
    func damaged(_ what: String) -> StorageError {
        StorageError(.damaged, fault: fault, "\(path): is damaged: \(what); use another copy")
    }

    private func numbers<Element: StorageElement & Numeric>(
        _ name: String, of object: String, count: Int
    ) throws(StorageError) -> [Element] {
        var values = [Element](repeating: 0, count: count)
        guard count > 0 else { return [] }
        try agree(unsafe palindrome_attribute_read(handle, object, name, Element.element, &values), name)
        return values
    }

    private func objects(_ kind: Character) throws(StorageError) -> [String] {
        try unsafe text { text in unsafe palindrome_list_objects(handle, &text) }
            .split(separator: "\n").filter { $0.first == kind }.map { String($0.dropFirst()) }
    }

    private func text(
        _ call: (inout UnsafeMutablePointer<CChar>?) -> Int32
    ) throws(StorageError) -> String {
        var text: UnsafeMutablePointer<CChar>?
        let status = unsafe call(&text)
        defer { unsafe palindrome_release(text) }
        try agree(status, "its directory")
        return unsafe text.map { unsafe String(cString: $0) } ?? ""
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "/" + path
    }
}
