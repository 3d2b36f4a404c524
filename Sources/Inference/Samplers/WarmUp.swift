/// When the mass is estimated in a warm-up: of W iterations an eighth for the step alone, a quarter and a half with a
/// window whose end estimates the mass, and an eighth for the step again.
///
/// Of 240: 30, 60, 120 and 30. Nothing adapts afterwards.
public struct WarmUp: Sendable, Equatable {
    /// W.
    public let iterations: Int

    /// A warm-up.
    public init(iterations: Int) { self.iterations = iterations }

    /// Iterations at whose end something happens, ascending.
    private var ends: [Int] { [iterations / 8, iterations * 3 / 8, iterations * 7 / 8] }

    /// What happens when some iterations are done.
    public enum Event: Sendable {
        /// A window begins.
        case windowBegins
        /// A window ends and gives the mass, and another begins.
        case windowEnds
        /// The last window ends and gives the mass.
        case lastWindowEnds
        /// Everything is frozen.
        case ends
    }

    /// What happens now.
    public func event(after count: Int) -> Event? {
        if count == iterations { return .ends }
        guard let index = ends.lastIndex(of: count), count > 0 else { return nil }
        switch index {
        case 0: return .windowBegins
        case 1: return .windowEnds
        default: return .lastWindowEnds
        }
    }

    /// Whether an iteration, counted from 0, is one of a warm-up.
    public func contains(_ iteration: Int) -> Bool { iteration < iterations }
}
