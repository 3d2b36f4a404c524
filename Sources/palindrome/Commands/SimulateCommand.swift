internal import ArgumentParser
internal import Configuration
internal import Cost
internal import Parallel
internal import Runs

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

            SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU and SIGHUP stop it after the step or the file at hand, with a \
            checkpoint and exit code 75 (under mpirun send SIGUSR1 to mpirun; it kills on SIGTERM and SIGINT). The same \
            command with --resume goes on, on any number of ranks, and arrives at the same bits; once all is done, \
            it does nothing. A finished run is replaced with --overwrite only.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Check everything, print the configuration and the memory estimate, and stop.")
    var dryRun = false

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    mutating func run(in context: RunContext) throws -> Ending {
        let configuration = try options.load(on: context.world)
        if dryRun {
            try configuration.rehearse(for: .simulation, in: context)
            return .finished
        }
        return try configuration.simulate(beginning, in: context)
    }
}
