internal import Parallel
internal import Runs

/// The log of a run on the console: a line of progress that is written over where a person watches, and now and then
/// one where nobody does.
final class ConsoleLog: RunLog {
    /// Seconds between two lines of progress where nobody watches.
    private static let interval = 60.0

    private let isWatched = Console.isTerminal
    private var lastLine: Double?

    func say(_ text: String) { Console.say(text) }

    func showProgress(_ line: String) {
        guard !isWatched else { return Console.overwrite(line) }
        let now = MPIRuntime.time
        guard let last = lastLine else {
            lastLine = now
            return
        }
        guard now - last >= Self.interval else { return }
        lastLine = now
        Console.say(line)
    }

    func endProgress() {
        lastLine = nil
        if isWatched { Console.overwrite("") }
    }
}
