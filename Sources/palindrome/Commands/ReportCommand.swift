internal import ArgumentParser
internal import Parallel
internal import Report
internal import Runs

/// `palindrome report DIR`.
struct ReportCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make one page of a run: pictures, curves, times, configuration.",
        discussion: """
            Reads what a run left in its output.directory, finished or not, and writes one HTML page that needs \
            nothing else: no network, no other file. It can be sent, kept and printed.

              palindrome report out
              mpirun -n 8 palindrome report out --output universe.html
            """)

    @Argument(
        help: ArgumentHelp("The output.directory of a run.", valueName: "directory"), completion: .directory)
    var directory: String

    @Option(help: ArgumentHelp("The page; report.html in the directory if not given.", valueName: "file"))
    var output: String?

    mutating func run(in context: RunContext) throws -> Ending {
        let page = output ?? "\(directory)/report.html"
        try RunReport.write(of: directory, to: page, over: context.world)
        if context.world.isRoot { context.log.say(page) }
        return .finished
    }
}
