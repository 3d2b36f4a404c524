internal import Analysis
internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Report
internal import Storage

/// `palindrome bench [CONFIG]`.
struct BenchCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time force evaluations, and hold them against what the machine can do.",
        discussion: """
            Runs a configuration several times as simulate and gradient do, without outputs, and prints where the \
            time of a force evaluation goes, from the first force to the end of the last step. In the same run it \
            measures the machine: memory bandwidth, FFTW's best transform, all-to-all exchange; and tells the \
            ratio to the floor that these set. Writes bench.json, which palindrome report draws:

              palindrome bench
              mpirun -n 2 palindrome bench --set box.particles=256 --set evolution.steps=5
            """)

    @Argument(
        help: ArgumentHelp(
            "The configuration, a YAML file; 128 x 128 x 128 particles and as many mesh cells, 10 steps, if not given.",
            valueName: "config"),
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Give a key another value; several are allowed.", valueName: "section.key=value"))
    var overrides: [String] = []

    @Option(help: ArgumentHelp("Runs that count, after one that does not.", valueName: "N"))
    var repeats = 5

    @Flag(help: "Leave the gradient out.")
    var forwardOnly = false

    @Option(help: ArgumentHelp("The directory of bench.json.", valueName: "directory"))
    var output = "bench"

    func validate() throws {
        guard repeats > 0 else {
            throw ValidationError("--repeats is \(repeats); it must be 1 or more; try 5")
        }
    }

    mutating func run(on world: Communicator) throws -> Ending {
        let configuration = try load(on: world)
        try OutputDirectory.prepare(output, over: world)
        let plan = BenchPlan(repeats: repeats, measuresGradient: !forwardOnly, isFirst: true)
        let measurement = try measure(configuration, plan, on: world)
        if world.isRoot { Console.say(BenchTable(measurement: measurement).text) }
        let record = BenchRecord(
            codeVersion: Provenance.currentVersion, build: Provenance.currentBuild,
            processor: Processor.name(over: world), mpi: MPIRuntime.library, finished: RunRecord.now,
            study: .single, measurements: [measurement], configuration: configuration.resolvedText)
        try world.writeFile("\(output)/\(BenchRecord.fileName)", text: record.json)
        return .finished
    }

    /// Without a file the configuration is this one.
    private static let standard = "box: {particles: 128}\nevolution: {steps: 10}\n"

    private func load(on world: Communicator) throws(AgreedFailure) -> RunConfiguration {
        let bytes = try world.fromRoot { try file.map(TextFile.read) ?? Array(Self.standard.utf8) }
        return try world.agree {
            try RunConfiguration(
                bytes: bytes, name: file ?? "bench", overrides: overrides, ranks: world.size)
        }
    }
}

/// Measures a configuration in its precision. Collective.
func measure(_ configuration: RunConfiguration, _ plan: BenchPlan, on world: Communicator) throws
    -> BenchRecord.Measurement
{
    switch configuration.run.precision {
    case .single: try BenchRun<Float>(configuration, on: world).measure(plan)
    case .double: try BenchRun<Double>(configuration, on: world).measure(plan)
    }
}
