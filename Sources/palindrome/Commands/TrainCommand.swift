internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Runs

/// `palindrome train CONFIG`.
struct TrainCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the networks that make haloes of a run's density.",
        discussion: """
            For each seed it runs a universe with train.refine times as many particles along a side, finds its haloes, \
            and runs the configuration's own box from the same modes; or takes universes that you have. Two networks \
            learn to make the one of the other, and are tested on a universe that they have not seen:

              mpirun -n 8 palindrome train run.yaml --set "train.seeds=[101, 102]" --set train.test=100

            It writes network.h5, network_test.txt and the universes into output.directory. The weights are the same \
            bits on any number of ranks; stopped or killed, --resume goes on and arrives at the same.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    mutating func run(in context: RunContext) throws -> Ending {
        try options.load(on: context.world).trainNetworks(beginning, in: context)
    }
}
