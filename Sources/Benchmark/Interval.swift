public import Parallel

/// What this rank booked between two moments.
public struct Interval: Sendable {
    /// Wall-clock time [s].
    public let seconds: Double
    /// What was booked, by phase; the seconds of all phases add up to ``seconds``.
    public let entries: [Phase: Phases.Entry]

    /// What lies between two moments of the same table.
    public init(from start: Moment, to end: Moment) {
        seconds = end.time - start.time
        entries = end.entries.reduce(into: [:]) { result, entry in
            let difference = start.entries[entry.key].map { entry.value - $0 } ?? entry.value
            // A phase that was not entered is none; `other` has no calls but may have taken time.
            if difference.calls > 0 || difference.seconds > 0 { result[entry.key] = difference }
        }
    }
}

/// A moment of a run, and what this rank had booked until then.
public struct Moment: Sendable {
    let time: Double
    let entries: [Phase: Phases.Entry]

    /// Now.
    public init(_ phases: Phases) {
        phases.settle()
        time = MPIRuntime.time
        entries = phases.entries
    }
}
