internal import ArgumentParser
internal import Runs

extension Ending {
    /// What the process returns: 0, or 75 for one that asks to be started again.
    var exitCode: Int32 {
        switch self {
        case .finished: 0
        case .stopped: 75
        }
    }
}

/// A command that all ranks run together.
protocol RankCommand: ParsableCommand {
    /// Does the work.
    ///
    /// - Throws: what all ranks throw together; an error that only some throw ends the job by force.
    mutating func run(in context: RunContext) throws -> Ending
}
