/// Who has to act when a run cannot go on; the raw value is the exit code.
public enum Fault: Int32, Sendable {
    /// The machine, the file system or the library.
    case environment = 1
    /// The user's configuration or files.
    case user = 2
}

/// An error that ends a run with one line: where, key, value, rule, remedy.
public protocol ReportedError: Error, CustomStringConvertible, Sendable {
    /// Who has to act.
    var fault: Fault { get }
    /// The one line.
    var message: String { get }
}

extension ReportedError {
    /// The one line.
    public var description: String { message }
}

/// A mistake in what the user gave.
public struct UsageError: ReportedError, Equatable {
    /// The one line.
    public let message: String
    /// Always the user.
    public var fault: Fault { .user }

    /// An error with its one line.
    public init(_ message: String) {
        self.message = message
    }
}

/// A fault of the machine, the file system or a library.
public struct EnvironmentError: ReportedError, Equatable {
    /// The one line.
    public let message: String
    /// Always the environment.
    public var fault: Fault { .environment }

    /// An error with its one line.
    public init(_ message: String) {
        self.message = message
    }
}
