internal import ArgumentParser
internal import Runs

/// `palindrome survey CONFIG`.
struct SurveyCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "survey",
        abstract: "Grid a catalogue of galaxies: counts, and the part that is seen, of each cell.",
        discussion: """
            The section observation names the catalogue, the mask and the radial selection; the cubes are what \
            objective.data and objective.selection take:

              palindrome survey run.yaml
              palindrome reconstruct run.yaml --set 'objective.data="out/survey.h5:/counts"' \
            --set 'objective.selection="out/survey.h5:/selection"'

            The same bytes on any number of ranks.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Replace a file that is there already.")
    var overwrite = false

    mutating func run(in context: RunContext) throws -> Ending {
        var run = SurveyRun()
        run.isReplacing = overwrite
        try run.run(options.load(on: context.world), in: context)
        return .finished
    }
}
