internal import ArgumentParser
internal import Runs

/// `palindrome compare FIRST SECOND`.
struct CompareCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare the matter of two runs scale by scale: P(k), r(k), T(k).",
        discussion: """
            Of two output directories (at the latest time that both have) or two densities, in the same box but on \
            meshes of any size, over the modes that both meshes have:

              palindrome compare fine coarse --output compared
              palindrome compare out/density_a1.0000.h5 other/density_a1.0000.h5:/density

            Writes comparison_a1.0000.txt and .svg. r says whether structures are at the same places, T whether they \
            are as strong.
            """)

    @Argument(help: "A run's output.directory, or file.h5[:/dataset].", completion: .file())
    var first: String

    @Argument(help: "What it is compared with, in the same way.", completion: .file())
    var second: String

    @Option(help: "The directory to write to.", completion: .directory)
    var output = "."

    @Flag(help: "Replace files that are there already.")
    var overwrite = false

    mutating func run(in context: RunContext) throws -> Ending {
        var comparison = DensityComparison(of: first, with: second, directory: output)
        comparison.isReplacing = overwrite
        try comparison.run(in: context)
        return .finished
    }
}
