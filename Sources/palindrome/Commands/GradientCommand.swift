internal import ArgumentParser
internal import Configuration
internal import Cost
internal import Parallel
internal import Runs

/// `palindrome gradient CONFIG`.
struct GradientCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "gradient",
        abstract: "The loss of a universe against data, and its gradient by every mode and parameter.",
        discussion: """
            Runs forwards, compares the final density with objective.data, and runs backwards to the last bit, \
            carrying the exact gradient. Memory does not grow with the number of steps. Writes gradient.h5 \
            into output.directory:

              objective: {data: "observed.h5:/density", sigma: 0.5, prior: false}

              mpirun -n 8 palindrome gradient run.yaml
              palindrome gradient run.yaml --check 3 --set run.precision=double

            --check ends with exit code 1 when a derivative disagrees with every difference by more than 1e-4 of it in \
            double precision, or 0.1 in single, where the loss is rounded more coarsely.

            gradient.h5 holds /value, /gradient/white_noise [nx][ny][nz] and /gradient/cosmology/<name>.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Check everything, print the configuration and the memory estimate, and stop.")
    var dryRun = false

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    @Option(
        help: ArgumentHelp(
            "Compare N components, a direction and every parameter with central differences.", valueName: "N")
    )
    var check: Int?

    func validate() throws {
        if let check, check < 0 { throw ValidationError("--check is \(check); it must be 0 or more; try 3") }
    }

    mutating func run(in context: RunContext) throws -> Ending {
        let configuration = try options.load(on: context.world)
        guard !configuration.objectives.isEmpty else {
            throw UsageError(
                "\(options.file): objective.data is not given; it must name the data to compare with; "
                    + "try objective: {data: \"observed.h5:/density\"}")
        }
        if dryRun {
            try configuration.rehearse(for: .gradient, in: context)
            return .finished
        }
        try configuration.differentiate(beginning, checking: check, in: context)
        return .finished
    }
}
