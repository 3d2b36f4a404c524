internal import ArgumentParser
internal import Configuration
internal import Cost
internal import Parallel

/// `palindrome simulate CONFIG`.
struct SimulateCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a universe forwards; write snapshots, densities, power spectra and pictures.",
        discussion: """
            A configuration names what differs from the defaults:

              box: {particles: 256, spacing: 2.0}
              evolution: {steps: 30}
              output: {directory: out, snapshots: [0.5, 1.0]}

            jobscripts/example.yaml shows every key. --dry-run checks a configuration and its files, prints it \
            in full with the memory it needs, and starts nothing:

              palindrome simulate run.yaml --dry-run
              mpirun -n 8 palindrome simulate run.yaml --set box.mesh_factor=2

            SIGTERM, SIGINT and SIGUSR1 stop it after the step at hand, with a checkpoint and exit code 75. The \
            same command with --resume goes on, on any number of ranks, and arrives at the same bits.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Check everything, print the configuration and the memory estimate, and stop.")
    var dryRun = false

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    mutating func run(on world: Communicator) throws -> Ending {
        StopSignals.watch()  // from the start: one that comes while the model is set up counts too
        let configuration = try options.load(on: world)
        if dryRun {
            try DryRun.run(configuration, on: world)
            return .finished
        }
        return try simulate(configuration, beginning, on: world)
    }
}

extension Beginning: EnumerableFlag {
    static var allCases: [Beginning] { [.fresh, .resume, .overwrite] }

    static func name(for value: Beginning) -> NameSpecification {
        switch value {
        case .fresh: .customLong("fresh")
        case .resume: .customLong("resume")
        case .overwrite: .customLong("overwrite")
        }
    }

    static func help(for value: Beginning) -> ArgumentHelp? {
        switch value {
        case .fresh: "Start at the beginning; refuse if an unfinished run is in the output directory."
        case .resume: "Go on from the newest checkpoint, or start if there is none."
        case .overwrite: "Start at the beginning and forget the checkpoints of an unfinished run."
        }
    }
}

/// Runs a configuration in its precision.
func simulate(_ configuration: RunConfiguration, _ beginning: Beginning, on world: Communicator) throws
    -> Ending
{
    try MemoryEstimate(configuration, on: configuration.rankGrid(for: world.size))
        .requireRoom(available: MachineMemory.availablePerRank(on: world))
    return switch configuration.run.precision {
    case .single: try Simulation<Float>(configuration, on: world).run(beginning)
    case .double: try Simulation<Double>(configuration, on: world).run(beginning)
    }
}
