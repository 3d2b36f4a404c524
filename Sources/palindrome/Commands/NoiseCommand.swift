internal import ArgumentParser
internal import Parallel
internal import Runs

/// `palindrome noise CONFIG`.
struct NoiseCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "noise",
        abstract: "Make the white noise of a universe for a finer or a coarser particle grid.",
        discussion: """
            A configuration's noise, from its seed or its file, on a grid with r times more or fewer points along \
            each side; all modes that both grids have are the same, the others are fresh:

              palindrome noise run.yaml --refine 2
              palindrome noise run.yaml --coarsen 4 --output low.h5
              palindrome simulate run.yaml --set box.particles=32 --set initial.white_noise=low.h5:/white_noise
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "r times more points along each side.")
    var refine: Double?

    @Option(help: "r times fewer points along each side.")
    var coarsen: Double?

    @Option(
        help:
            "The seed of the modes that only the new grid has; derived from the configuration's if not given."
    )
    var freshSeed: UInt64?

    @Option(help: "The file to write; in the configuration's output directory if not given.")
    var output: String?

    @Flag(help: "Replace a file that is there already.")
    var overwrite = false

    mutating func run(in context: RunContext) throws -> Ending {
        let change: MatchedNoiseRun.Change
        switch (refine, coarsen) {
        case (let factor?, nil): change = .refine(factor)
        case (nil, let factor?): change = .coarsen(factor)
        default: throw UsageError("palindrome noise: give one of --refine and --coarsen; try --refine 2")
        }
        var run = MatchedNoiseRun(change, freshSeed: freshSeed, path: output)
        run.isReplacing = overwrite
        try run.run(options.load(on: context.world), in: context)
        return .finished
    }
}
