internal import ArgumentParser
internal import Runs

/// `palindrome demo`.
struct DemoCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "The whole story: a small universe, observed with noise, and its initial conditions found again.",
        discussion: """
            Writes configurations and a power spectrum from CAMB into a directory and simulates a universe; then \
            makes another one, observes it with noise, and reconstructs its initial conditions. Each leaves a \
            page of pictures and curves, report.html; in about a minute on two processes:

              mpirun -n 2 palindrome demo
              palindrome simulate demo/demo.yaml --set initial.seed=2 --set output.directory=demo/second
              palindrome reconstruct demo/reconstruct.yaml --set output.directory=demo/third

            One that was stopped goes on with --resume. Made anew it replaces what it has made before; where its \
            configurations were changed, with --overwrite only.

            With --pattern it looks instead for initial conditions whose particles fall into a picture, seen along \
            one axis; the bright parts of the picture are the dense ones, or with --dark the dark ones:

              mpirun -n 2 palindrome demo --pattern logo.png --dark

            With --haloes it observes haloes: those of a run with 128^3 particles, in a few minutes, and looks for the \
            initial conditions of 32^3 particles of which networks that come with the program make such haloes:

              mpirun -n 2 palindrome demo --haloes
            """)

    @Option(help: "Where to write.")
    var directory = "demo"

    @Flag(help: "Haloes are observed, not the density.")
    var haloes = false

    @Option(help: ArgumentHelp("A PNG picture that the particles shall form.", valueName: "picture.png"))
    var pattern: String?

    @Flag(help: "The dark parts of the pattern are the dense ones, as in print.")
    var dark = false

    @Option(help: ArgumentHelp("Iterations for the pattern (default: 1000).", valueName: "n"))
    var iterations: Int?

    @Flag(exclusivity: .exclusive)
    var beginning = Beginning.fresh

    mutating func validate() throws {
        guard pattern != nil || (!dark && iterations == nil) else {
            throw ValidationError("--dark and --iterations go with --pattern")
        }
        guard pattern == nil || !haloes else {
            throw ValidationError("--haloes and --pattern are two demonstrations; ask for one of them")
        }
        guard iterations.map({ 1...1_000_000 ~= $0 }) ?? true else {
            throw ValidationError("--iterations is \(iterations!); it must be from 1 to 1000000; try 1000")
        }
    }

    mutating func run(in context: RunContext) throws -> Ending {
        if haloes { return try HaloDemo(to: directory).run(beginning, in: context) }
        guard let pattern else { return try Demo(to: directory).run(beginning, in: context) }
        return try PatternDemo(
            of: pattern, in: dark ? .dark : .bright, iterations: iterations ?? 1000, to: directory
        ).run(beginning, in: context)
    }
}
