internal import ArgumentParser
internal import Parallel
internal import Runs

/// Runs the command on every rank, and turns what comes of it into at most one line and an exit code.
///
/// 0 done; 2 the user's mistake; 1 the environment's; 75 stopped on a signal with a checkpoint written.
enum Launcher {
    /// Seconds that a rank with an error waits for the others to come with theirs.
    private static let patience = 10.0

    /// Those that a signal asks to stop; it ends all others, which have nothing to keep.
    private static let stoppable: [any RankCommand.Type] = [SimulateCommand.self, ReconstructCommand.self]

    static func run() -> Int32 {
        Console.ignoreBrokenPipes()
        // Before MPI starts, which may take its time: a signal that comes then counts too.
        let name = CommandLine.arguments.dropFirst().first
        if stoppable.contains(where: { $0.configuration.commandName == name }) { StopSignals.watch() }
        let code = execute(on: Communicator.world())
        MPIRuntime.finish()
        return code
    }

    private static func execute(on world: Communicator) -> Int32 {
        let meeting = Meeting(of: world)
        do {
            if let mistake = UnknownCommand(CommandLine.arguments) { throw mistake }
            var command = try Palindrome.parseAsRoot()
            guard var rankCommand = command as? any RankCommand else {
                try command.run()
                return Ending.finished.exitCode
            }
            let context = RunContext(
                on: world, telling: ConsoleLog(), stoppingWhen: StopSignals.isRaised(on:))
            return try rankCommand.run(in: context).exitCode
        } catch {
            let outcome = Outcome(of: error)
            // The command line and an agreement are the same everywhere; of other errors nobody knows.
            if !outcome.isEverywhere, !meeting.isComplete(within: patience) {
                MPIRuntime.abort("rank \(world.rank): \(outcome.text)", code: outcome.code)
            }
            if world.isRoot { outcome.tell() }
            return outcome.code
        }
    }

    /// What an error comes to.
    private struct Outcome {
        let text: String
        let code: Int32
        let isEverywhere: Bool

        /// The longest line that is said of an error, whatever was quoted in it.
        private static let longest = 1000

        init(of error: any Error) {
            let (text, code, isEverywhere) = Self.parts(of: error)
            self.code = code
            self.isEverywhere = isEverywhere
            self.text = code == 0 ? text : PlainText.excerpt(text, upTo: Self.longest)
        }

        private static func parts(of error: any Error) -> (text: String, code: Int32, isEverywhere: Bool) {
            switch error {
            case let error as AgreedFailure:
                return (error.message, error.fault.rawValue, true)
            case let error as any ReportedError:
                return (error.message, error.fault.rawValue, false)
            default:
                switch Palindrome.exitCode(for: error) {
                case .success:
                    return (Palindrome.fullMessage(for: error), 0, true)
                case .validationFailure:
                    let message = Palindrome.message(for: error)
                    // What was typed may be quoted at any length.
                    let text = PlainText.excerpt(message, upTo: longest / 2)
                    return ("\(text); see 'palindrome --help'", Fault.user.rawValue, true)
                default:
                    return ("\(error)", Fault.environment.rawValue, false)
                }
            }
        }

        func tell() {
            if code == 0 { Console.say(text) } else { Console.complain(text) }
        }
    }
}
