internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Report

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

            With --pattern it looks instead for initial conditions whose particles fall into a picture, seen along \
            one axis; the bright parts of the picture are the dense ones, or with --dark the dark ones:

              mpirun -n 2 palindrome demo --pattern logo.png --dark
            """)

    @Option(help: "Where to write.")
    var directory = "demo"

    @Option(help: ArgumentHelp("A PNG picture that the particles shall form.", valueName: "picture.png"))
    var pattern: String?

    @Flag(help: "The dark parts of the pattern are the dense ones, as in print.")
    var dark = false

    @Option(help: ArgumentHelp("Iterations for the pattern (default: 1000).", valueName: "n"))
    var iterations: Int?

    mutating func validate() throws {
        guard pattern != nil || (!dark && iterations == nil) else {
            throw ValidationError("--dark and --iterations go with --pattern")
        }
        guard iterations.map({ 1...1_000_000 ~= $0 }) ?? true else {
            throw ValidationError("--iterations is \(iterations!); it must be from 1 to 1000000; try 1000")
        }
    }

    mutating func run(on world: Communicator) throws -> Ending {
        if let pattern {
            let demo = PatternDemo(
                picture: pattern, ink: dark ? .dark : .bright, iterations: iterations ?? 1000,
                directory: directory)
            let ending = try demo.run(on: world)
            guard ending == .finished else { return ending }
            try report(directory, on: world)
            return .finished
        }
        let simulation = try load(try DemoFiles.write(to: directory, on: world), directory, on: world)
        let ending = try simulate(simulation, .overwrite, on: world)
        guard ending == .finished else { return ending }
        try report(directory, on: world)
        // The second run's record must not count the first one's time.
        world.phases.reset()

        let place = "\(directory)/reconstruction"
        let reconstruction = try load("\(directory)/reconstruct.yaml", place, on: world)
        try MockObservation.write(reconstruction, to: directory, on: world)
        let second = try reconstruct(reconstruction, .overwrite, on: world)
        guard second == .finished else { return second }
        try report(place, on: world)
        return .finished
    }

    private func load(_ file: String, _ output: String, on world: Communicator) throws -> RunConfiguration {
        try ConfigurationOptions(
            file: file, overrides: [RunConfiguration.override("output.directory", text: output)]
        ).load(on: world)
    }

    private func report(_ directory: String, on world: Communicator) throws {
        let page = "\(directory)/report.html"
        try RunReport.write(of: directory, to: page, over: world)
        if world.isRoot { Console.say("look at \(page)") }
    }
}
