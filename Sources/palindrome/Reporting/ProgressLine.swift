internal import Parallel

/// How far a run is: a line that is written over on a terminal, and now and then a line in a log.
///
///     step 12/40  a = 0.3438  0.84 s/step  23 s left
struct ProgressLine {
    private let world: Communicator
    private let steps: Int
    private let first: Int
    private let begin = MPIRuntime.time
    private var lastLine = MPIRuntime.time

    /// Seconds between two lines where nobody watches.
    private static let logInterval = 60.0

    /// - Parameters:
    ///   - steps: how many there are.
    ///   - first: how many were done before this process began.
    init(steps: Int, after first: Int = 0, on world: Communicator) {
        self.world = world
        self.steps = steps
        self.first = first
    }

    /// Tells that a step is done; costs nothing on ranks other than 0.
    mutating func update(step: Int, a: Double) {
        guard world.isRoot else { return }
        let now = MPIRuntime.time
        let perStep = (now - begin) / Double(max(1, step - first))
        let text =
            "step \(step)/\(steps)  a = \(fixed(a, 4))  \(fixed(perStep, 2)) s/step  "
            + "\(duration(perStep * Double(steps - step))) left"
        if Console.isTerminal {
            Console.overwrite(text)
        } else if now - lastLine >= Self.logInterval {
            lastLine = now
            Console.say(text)
        }
    }

    /// Clears the line, before anything else is printed.
    func clear() {
        if world.isRoot && Console.isTerminal { Console.overwrite("") }
    }
}

/// `12 s`, `3 min 20 s`, `2 h 5 min`.
func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return switch whole {
    case ..<60: "\(whole) s"
    case ..<3600: "\(whole / 60) min \(whole % 60) s"
    default: "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
