/// A small value that stands beside data in a file.
public enum AttributeValue: Sendable, Equatable {
    /// A text, of variable length in the file, UTF-8; it ends where it holds a zero.
    case text(String)
    /// An integer.
    case integer(Int)
    /// Integers.
    case integers([Int])
    /// Unsigned 32-bit integers, which some file formats ask for.
    case words([UInt32])
    /// A number.
    case real(Double)
    /// Numbers.
    case reals([Double])

    /// The text, if it is one.
    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The integer, if it is one.
    public var integer: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The number, if it is one.
    public var real: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The numbers, if it is one or several.
    public var reals: [Double]? {
        switch self {
        case .real(let value): [value]
        case .reals(let values): values
        case .integer(let value): [Double(value)]
        case .integers(let values): values.map(Double.init)
        case .words(let values): values.map(Double.init)
        case .text: nil
        }
    }

    /// The integers, if it is one or several.
    public var integers: [Int]? {
        switch self {
        case .integer(let value): [value]
        case .integers(let values): values
        case .words(let values): values.map(Int.init)
        default: nil
        }
    }
}

/// What a dataset means, for its reader.
public struct Labels: Sendable, Equatable {
    /// The unit, such as `"Mpc/h"`; `"1"` for pure numbers.
    public var units: String
    /// One sentence.
    public var description: String
    /// Further attributes.
    public var more: [String: AttributeValue]

    /// Labels of a dataset.
    public init(units: String, description: String, more: [String: AttributeValue] = [:]) {
        self.units = units
        self.description = description
        self.more = more
    }
}
