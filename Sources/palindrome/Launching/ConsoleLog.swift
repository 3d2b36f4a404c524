internal import Parallel
internal import Runs

/// The log of a run on the console: a line of progress that is written over where a person watches, and now and then
/// one where nobody does.
final class ConsoleLog: RunLog {
    private let isWatched = Console.isTerminal
    private let begin = MPIRuntime.time
    private var rhythm = Rhythm()

    func say(_ text: String) { Console.say(text) }

    func showProgress(_ line: String) {
        guard !isWatched else { return Console.overwrite(line) }
        if rhythm.isDue(after: MPIRuntime.time - begin) { Console.say(line) }
    }

    func endProgress() {
        if isWatched { Console.overwrite("") }
    }
}
