internal import ArgumentParser
internal import Runs

/// `palindrome mock CONFIG`.
struct MockCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock",
        abstract: "Observe a universe: a catalogue of galaxies, their counts, and the part that is seen.",
        discussion: """
            Galaxies follow the matter of a snapshot, or are its haloes, as the section mock says; the section \
            observation says what is seen of them:

              palindrome simulate run.yaml
              palindrome mock run.yaml
              palindrome mock run.yaml --set mock.tracers=haloes --set output.directory=haloes \
            --set mock.universe=out/fof_subhalo_tab_a1.0000.hdf5

            The same bytes on any number of ranks.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Replace a file that is there already.")
    var overwrite = false

    mutating func run(in context: RunContext) throws -> Ending {
        var run = MockRun()
        run.isReplacing = overwrite
        try run.run(options.load(on: context.world), in: context)
        return .finished
    }
}
