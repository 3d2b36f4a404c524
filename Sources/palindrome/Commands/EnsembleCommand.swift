public import ArgumentParser
internal import Parallel
public import Runs

/// `palindrome ensemble CONFIG`.
struct EnsembleCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "ensemble",
        abstract: "Run many universes in one job, side by side on groups of ranks.",
        discussion: """
            Members differ in the values of some keys, and are forward runs in directories of their own, \
            out/member_0001 and so on; out/ensemble.csv has a line for each:

              mpirun -n 8 palindrome ensemble run.yaml --vary initial.seed=1:100 --groups 4
              mpirun -n 8 palindrome ensemble run.yaml --vary initial.seed=1:3 --vary cosmology.Omega_m=0.29,0.31,0.33
              mpirun -n 8 palindrome ensemble run.yaml --table members.txt --resume
              mpirun -n 8 palindrome ensemble run.yaml --vary initial.seed=21:32 --make mocks

            Several --vary go together, value by value. A table has a line of keys and a line of values for each \
            member. A member that fails leaves the others be; --resume does what is missing. Mocks are universes \
            that are observed as the objective is, with its noise, and reconstructed: what reconstruct.response takes.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "What members differ in: initial.seed=1:100 or box.spacing=1,2,4; several go together.",
            valueName: "section.key=values"))
    var vary: [String] = []

    @Option(
        help: "The same as a file: a line of keys, and a line of values for each member.", completion: .file()
    )
    var table: String?

    @Option(help: "Groups of ranks that run members side by side.")
    var groups = 1

    @Option(help: "What becomes of a member: universes, mocks or noiseless-mocks.")
    var make = EnsembleMembers.Product.universes

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    mutating func run(in context: RunContext) throws -> Ending {
        StopSignals.watch()
        guard table == nil || vary.isEmpty else {
            throw UsageError("--vary and --table are both given; only one of them may be; remove one")
        }
        var members: EnsembleMembers
        if let table {
            let bytes = try context.world.fromRoot { try Files.read(table) }
            members = try EnsembleMembers(table: String(decoding: bytes, as: UTF8.self), source: table)
        } else {
            members = try EnsembleMembers(varying: vary)
        }
        members.product = make
        return try Ensemble(of: options.file, overrides: options.overrides, members: members, groups: groups)
            .run(beginning, in: context)
    }
}

/// Runs know no command line.
extension EnsembleMembers.Product: ExpressibleByArgument {}
