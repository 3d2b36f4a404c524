/// Where a rank's time and traffic went, by what it was doing.
///
/// Phases nest: the time of an inner phase is not counted in the outer one, so the rows add up to the whole.
public final class Phases {
    /// What one phase took on this rank.
    public struct Entry: Sendable, Equatable {
        /// Wall-clock time [s].
        public var seconds = 0.0
        /// Bytes handed to MPI for other ranks.
        public var bytesSent = 0
        /// Messages sent to other ranks.
        public var messages = 0
        /// How many times the phase was entered.
        public var calls = 0

        /// What was added to an earlier state of the entry.
        public static func - (later: Entry, earlier: Entry) -> Entry {
            Entry(
                seconds: later.seconds - earlier.seconds, bytesSent: later.bytesSent - earlier.bytesSent,
                messages: later.messages - earlier.messages, calls: later.calls - earlier.calls)
        }
    }

    /// The entries of the phases that there were.
    public private(set) var entries: [Phase: Entry] = [:]
    /// The phases in the order of their first use.
    public private(set) var order: [Phase] = []

    private var open: [Phase] = []
    private var lastTime = MPIRuntime.time

    /// An empty table; time outside any phase is booked as ``Phase/other``.
    public init() {}

    /// Does something and books its time and traffic.
    public func measure<Result: ~Copyable, Failure: Error>(
        _ phase: Phase, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        settle()
        open.append(phase)
        entry(phase) { $0.calls += 1 }
        defer {
            settle()
            open.removeLast()
        }
        return try body()
    }

    /// Books the time since the last change to the phase that is open.
    public func settle() {
        let now = MPIRuntime.time
        let elapsed = now - lastTime
        lastTime = now
        entry(open.last ?? .other) { $0.seconds += elapsed }
    }

    /// Forgets everything booked so far, before a measurement.
    public func reset() {
        entries.removeAll()
        order.removeAll()
        lastTime = MPIRuntime.time
    }

    func book(bytesSent: Int, messages: Int) {
        entry(open.last ?? .other) {
            $0.bytesSent += bytesSent
            $0.messages += messages
        }
    }

    private func entry(_ phase: Phase, _ change: (inout Entry) -> Void) {
        if entries[phase] == nil { order.append(phase) }
        change(&entries[phase, default: Entry()])
    }
}
