public import Background
public import Parallel

/// The background knows no ranks, so that its errors learn here who has to act.
extension PowerTableError: ReportedError {
    public var fault: Fault { .user }
    public var message: String { description }
}
