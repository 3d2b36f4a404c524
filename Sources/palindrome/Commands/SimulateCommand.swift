internal import ArgumentParser
internal import Configuration
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

            SIGTERM, SIGINT and SIGUSR1 stop it after the step at hand, with a checkpoint and exit code 75.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Check everything, print the configuration and the memory estimate, and stop.")
    var dryRun = false

    mutating func run(on world: Communicator) throws -> Ending {
        let configuration = try options.load(on: world)
        if dryRun {
            try DryRun.run(configuration, on: world)
            return .finished
        }
        return try Simulation.run(configuration, on: world)
    }
}
