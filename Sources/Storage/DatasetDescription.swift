internal import CStorage
internal import Parallel

/// What a dataset is: the kind of its elements and its shape.
public struct DatasetDescription: Sendable, Equatable {
    /// Kinds of elements.
    public enum Kind: Sendable, Equatable {
        /// Signed integers.
        case signed
        /// Unsigned integers.
        case unsigned
        /// Floating-point numbers.
        case real
        /// Pairs of floating-point numbers.
        case complex
        /// 0 and 1, as numpy's `bool` or bits.
        case boolean
        /// Texts.
        case text
        /// Nothing here: a link into another file.
        case elsewhere
        /// Anything else.
        case other
    }

    /// Where it is in the file.
    public let path: String
    /// The kind of its elements.
    public let kind: Kind
    /// Bytes of an element.
    public let elementBytes: Int
    /// Points along each axis, slowest first; empty for a scalar.
    public let shape: [Int]

    /// What keeps its elements from being read; nil if nothing does.
    public let obstacle: Obstacle?

    /// What may keep elements from being read.
    public enum Obstacle: Sendable, Equatable {
        /// They were never written.
        case neverWritten
        /// They are a view of other datasets.
        case virtual
        /// They are in a file of their own.
        case external
        /// They are compressed by a filter of this name or number that is not known here.
        case filter(String)

        /// Completes "PATH: DATASET …", with what to do.
        public var phrase: String {
            switch self {
            case .neverWritten:
                "was never written, it is all fill value, with variance 0; write its numbers"
            case .virtual: "is a view of other datasets (virtual); copy its numbers into one dataset"
            case .external: "keeps its numbers in another file (external); copy them into one dataset"
            case .filter(let name):
                "is compressed by \(PlainText.excerpt(name)), a filter that is not installed here; "
                    + "decompress it, as with h5repack -f NONE"
            }
        }
    }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// More elements than any honest dataset has; products of them and their size stay far from the end of 64 bits.
    private static let mostElements = 1 << 48

    /// `float64`, `uint32` …, as numpy calls it.
    public var typeName: String {
        let bits = 8 * elementBytes
        return switch kind {
        case .signed: "int\(bits)"
        case .unsigned: "uint\(bits)"
        case .real: "float\(bits)"
        case .complex: "complex\(bits)"
        case .boolean: "bool"
        case .text: "text"
        case .elsewhere: "link to another file"
        case .other: "other"
        }
    }

    /// Nil for a group or nothing.
    init?(path: String, _ found: palindrome_description) {
        switch palindrome_kind(UInt32(found.kind)) {
        case palindrome_kind_none, palindrome_kind_group: return nil
        case palindrome_kind_signed: kind = .signed
        case palindrome_kind_unsigned: kind = .unsigned
        case palindrome_kind_real: kind = .real
        case palindrome_kind_complex: kind = .complex
        case palindrome_kind_boolean: kind = .boolean
        case palindrome_kind_text: kind = .text
        case palindrome_kind_elsewhere: kind = .elsewhere
        default: kind = .other
        }
        self.path = path
        elementBytes = Int(found.element_bytes)
        let axes = unsafe withUnsafeBytes(of: found.shape) { unsafe Array($0.bindMemory(to: Int64.self)) }
        let shape = axes.prefix(Int(found.axes)).map(Int.init)
        var count = 1
        for length in shape {
            guard length >= 0, length == 0 || count <= Self.mostElements / length else { return nil }
            count *= length
        }
        self.shape = shape
        obstacle =
            switch palindrome_obstacle(UInt32(found.obstacle)) {
            case palindrome_obstacle_never_written: .neverWritten
            case palindrome_obstacle_virtual: .virtual
            case palindrome_obstacle_external: .external
            case palindrome_obstacle_filter: .filter(Self.name(of: found))
            default: nil
            }
    }

    /// Where an element is along each axis, by its number: `[3, 0, 7]`.
    func place(of element: Int) -> [Int] {
        var rest = element
        var place: [Int] = []
        for length in shape.reversed() where length > 0 {
            place.insert(rest % length, at: 0)
            rest /= length
        }
        return place
    }

    private static func name(of found: palindrome_description) -> String {
        let bytes = unsafe withUnsafeBytes(of: found.filter_name) { unsafe Array($0) }
        let name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        return name.isEmpty ? "filter \(found.filter)" : name
    }
}
