internal import CStorage

/// A number that datasets can hold, little-endian in the file.
public protocol StorageElement: BitwiseCopyable, Sendable {
    /// Its name for the C layer; only this module's conformances are known to it.
    static var elementCode: UInt32 { get }
}

extension UInt8: StorageElement {
    /// An unsigned byte.
    public static var elementCode: UInt32 { palindrome_u8.rawValue }
}

extension Int32: StorageElement {
    /// A signed 32-bit integer.
    public static var elementCode: UInt32 { palindrome_i32.rawValue }
}

extension Int64: StorageElement {
    /// A signed 64-bit integer.
    public static var elementCode: UInt32 { palindrome_i64.rawValue }
}

extension Int: StorageElement {
    /// A signed 64-bit integer.
    public static var elementCode: UInt32 { palindrome_i64.rawValue }
}

extension UInt32: StorageElement {
    /// An unsigned 32-bit integer.
    public static var elementCode: UInt32 { palindrome_u32.rawValue }
}

extension UInt64: StorageElement {
    /// An unsigned 64-bit integer.
    public static var elementCode: UInt32 { palindrome_u64.rawValue }
}

extension Float: StorageElement {
    /// An IEEE 754 binary32.
    public static var elementCode: UInt32 { palindrome_f32.rawValue }
}

extension Double: StorageElement {
    /// An IEEE 754 binary64.
    public static var elementCode: UInt32 { palindrome_f64.rawValue }
}

extension StorageElement {
    static var element: palindrome_element { palindrome_element(rawValue: elementCode) }

    static var isFloatingPoint: Bool { element == palindrome_f32 || element == palindrome_f64 }

    /// Whether numbers of this kind in a file become `Self` without surprise: any number becomes a
    /// floating-point one, an integer only the integer it is.
    static func accepts(_ dataset: DatasetDescription) -> Bool {
        switch dataset.kind {
        case .real: isFloatingPoint
        case .boolean: isFloatingPoint || element == palindrome_u8
        case .signed: isFloatingPoint || isExactly(dataset, signed: true)
        case .unsigned: isFloatingPoint || isExactly(dataset, signed: false)
        default: false
        }
    }

    /// Whether the file holds `Self` itself.
    static func isStored(in dataset: DatasetDescription) -> Bool {
        switch dataset.kind {
        case .real: isFloatingPoint && dataset.elementBytes == MemoryLayout<Self>.size
        case .signed: isExactly(dataset, signed: true)
        case .unsigned: isExactly(dataset, signed: false)
        default: false
        }
    }

    private static func isExactly(_ dataset: DatasetDescription, signed: Bool) -> Bool {
        let isSigned = element == palindrome_i32 || element == palindrome_i64
        return !isFloatingPoint && isSigned == signed && dataset.elementBytes == MemoryLayout<Self>.size
    }
}
