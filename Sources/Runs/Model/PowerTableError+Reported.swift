public import Background
public import Parallel

/// The background knows no ranks, so that its errors learn here who has to act.
extension PowerTableError: ReportedError {
    /// The table is the user's.
    public var fault: Fault { .user }
    /// The one line.
    public var message: String { description }
}
