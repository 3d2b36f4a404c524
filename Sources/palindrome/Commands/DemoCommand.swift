internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Report

/// `palindrome demo`.
struct DemoCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "The first run: a small universe from a CAMB power spectrum, with a report.",
        discussion: """
            Writes a configuration and a power spectrum into a directory, simulates them, and leaves a page of \
            pictures and curves, report.html; in less than a minute on two processes:

              mpirun -n 2 palindrome demo
              palindrome simulate demo/demo.yaml --set initial.seed=2 --set output.directory=demo/second
            """)

    @Option(help: "Where to write.")
    var directory = "demo"

    mutating func run(on world: Communicator) throws -> Ending {
        let options = ConfigurationOptions(
            file: try DemoFiles.write(to: directory, on: world),
            overrides: [RunConfiguration.override("output.directory", text: directory)])
        let ending = try simulate(try options.load(on: world), .overwrite, on: world)
        guard ending == .finished else { return ending }
        let page = "\(directory)/report.html"
        try RunReport.write(of: directory, to: page, over: world)
        if world.isRoot { Console.say("look at \(page)") }
        return ending
    }
}
