internal import ArgumentParser
internal import Configuration
internal import Cost
internal import Parallel
internal import Runs

/// `palindrome reconstruct CONFIG`.
struct ReconstructCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconstruct",
        abstract: "Find the initial conditions of an observed density.",
        discussion: """
            Looks for the white noise (and cosmological parameters, if asked) whose universe resembles \
            objective.data, from coarse scales to fine ones, and writes reconstruction.h5 and history.csv into \
            output.directory:

              objective: {data: "observed.h5:/density", sigma: 0.5}
              optimizer: {stages: [{smoothing: 2.0, iterations: 50}, {smoothing: 0.0, iterations: 100}]}
              reconstruct: {truth: "truth.h5:/white_noise"}

              mpirun -n 8 palindrome reconstruct run.yaml

            SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU and SIGHUP stop it with a checkpoint and exit code 75 (under \
            mpirun send SIGUSR1 to mpirun; it kills on SIGTERM and SIGINT). The same command with --resume goes on, on \
            any number of ranks, and arrives at the same bits; once all is done, it does nothing. A finished \
            reconstruction is replaced with --overwrite only.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Check everything, print the configuration and the memory estimate, and stop.")
    var dryRun = false

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    mutating func run(in context: RunContext) throws -> Ending {
        let configuration = try options.load(on: context.world)
        guard !configuration.objectives.isEmpty else {
            throw UsageError(
                "\(options.file): objective.data is not given; it must name the data to compare with; "
                    + "try objective: {data: \"observed.h5:/density\"}")
        }
        if dryRun {
            try configuration.rehearse(for: .reconstruction, in: context)
            return .finished
        }
        return try configuration.reconstruct(beginning, in: context)
    }
}
