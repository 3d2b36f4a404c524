/// When a log that nobody watches gets its lines: after 1, 2, 5, 10 … 500 s, and then every ten minutes.
public struct Rhythm: Sendable {
    private var next = 1.0
    private static let last = 500.0
    private static let interval = 600.0

    /// From the beginning of a run.
    public init() {}

    /// Whether a line is due after so many seconds; if it is, the next one is later.
    public mutating func isDue(after seconds: Double) -> Bool {
        guard seconds >= next else { return false }
        while next <= seconds { next = Self.following(next) }
        return true
    }

    private static func following(_ time: Double) -> Double {
        guard time < last else { return time + interval }
        var decade = 1.0
        while time >= 10 * decade { decade *= 10 }
        return time < 2 * decade ? 2 * decade : time < 5 * decade ? 5 * decade : 10 * decade
    }
}
