internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Runs

/// `palindrome sample CONFIG`.
struct SampleCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Sample the initial conditions of an observed universe.",
        discussion: """
            Draws white noise (and cosmological parameters, if asked) in proportion to its probability given \
            objective.data, or from the prior if there is no objective. Writes chain_0.h5 (names as ArviZ has them) and \
            every sampler.thin iterations sample_000010.h5 into output.directory:

              sampler: {method: hmc, start: "reconstruction.h5:/white_noise", warmup: 240, samples: 1000}

              mpirun -n 8 palindrome sample run.yaml

            sampler.chains chains run side by side on equal groups of ranks. SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU \
            and SIGHUP stop it with a checkpoint and exit code 75. The same command with --resume goes on, on any \
            number of ranks, and draws the same bits; with more sampler.samples than before it adds what is missing.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Check everything, print the configuration and the memory estimate, and stop.")
    var dryRun = false

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    mutating func run(in context: RunContext) throws -> Ending {
        let configuration = try options.load(on: context.world)
        if dryRun {
            try configuration.requireSampler()
            try configuration.rehearse(for: .sampling, in: context)
            return .finished
        }
        return try configuration.sample(beginning, in: context)
    }
}
