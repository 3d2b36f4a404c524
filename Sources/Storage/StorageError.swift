internal import CStorage
public import Parallel

/// A file could not be written or read. All ranks throw the same.
public struct StorageError: ReportedError, Equatable {
    /// What went wrong, to act on.
    public enum Kind: Sendable, Equatable {
        /// There is no such file.
        case missingFile
        /// The file is not HDF5, is cut off, or its contents do not match their checksum.
        case damaged
        /// The file has no dataset of this name.
        case missingDataset
        /// The dataset has another shape than asked for.
        case wrongShape(expected: [Int], actual: [Int])
        /// The dataset holds another kind of values than asked for.
        case wrongType
        /// The numbers count another unit than asked for.
        case wrongUnit
        /// The values are where, or as, they cannot be read from, though nothing is damaged.
        case unreadable
        /// A value is NaN or infinite.
        case notFinite
        /// The file is of a version of the program that writes it in another form.
        case otherFormat
        /// Another run is writing there.
        case inUse
        /// The disk has no room for the file.
        case diskFull
        /// The directory or the file cannot be written, or read, for this reason of the system.
        case system(code: Int32)
    }

    /// What went wrong.
    public let kind: Kind
    /// Who has to act.
    public let fault: Fault
    /// The one line: file, what, remedy.
    public let message: String

    /// An error with its one line.
    public init(_ kind: Kind, fault: Fault, _ message: String) {
        self.kind = kind
        self.fault = fault
        self.message = message
    }
}

/// HDF5's words about the call that just failed on this rank.
var libraryReason: String { unsafe String(cString: palindrome_storage_reason()) }

/// `32 x 32 x 32`; a scalar is `1 value`.
func described(_ shape: [Int]) -> String {
    shape.isEmpty ? "1 value" : shape.map(String.init).joined(separator: " x ")
}
