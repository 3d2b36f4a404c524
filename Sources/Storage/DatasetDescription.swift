internal import CStorage

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
        /// Texts.
        case text
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

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// `float64`, `uint32` …, as numpy calls it.
    public var typeName: String {
        let bits = 8 * elementBytes
        return switch kind {
        case .signed: "int\(bits)"
        case .unsigned: "uint\(bits)"
        case .real: "float\(bits)"
        case .complex: "complex\(bits)"
        case .text: "text"
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
        case palindrome_kind_text: kind = .text
        default: kind = .other
        }
        self.path = path
        elementBytes = Int(found.element_bytes)
        let axes = unsafe withUnsafeBytes(of: found.shape) { unsafe Array($0.bindMemory(to: Int64.self)) }
        shape = axes.prefix(Int(found.axes)).map(Int.init)
    }
}
