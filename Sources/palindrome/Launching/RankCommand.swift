internal import ArgumentParser
internal import Parallel

/// How a command ended that did not fail; the raw value is the exit code.
enum Ending: Int32 {
    /// All is done.
    case finished = 0
    /// Asked to stop by a signal, with a checkpoint written: start me again.
    case stopped = 75
}

/// A command that all ranks run together.
protocol RankCommand: ParsableCommand {
    /// Does the work.
    ///
    /// - Throws: what all ranks throw together; an error that only some throw ends the job by force.
    mutating func run(on world: Communicator) throws -> Ending
}
