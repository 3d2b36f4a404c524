internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Records
internal import Runs

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
              mpirun -n 6 palindrome bench run.yaml --strong --grids
              mpirun -n 8 palindrome bench share.yaml --weak
              mpirun -n 4 palindrome bench run.yaml --laws --forward-only

              palindrome bench --model default
              palindrome bench --model particles=2048 ranks=1024,4096 --machine latency_us=1.5 --times bench/bench.json

              palindrome bench run.yaml --plan wisdom.fftw

            A scaling study runs on some of the ranks while the others sleep, and writes bench-strong.json or \
            bench-weak.json. --laws runs the configuration under the single mesh and under every pyramid that fits, in \
            turn: seconds and bytes of each, and how far force and density at the end are from the single mesh's; it \
            writes bench-laws.json and laws.svg. --plan times nothing: FFTW measures the transforms of the configuration, \
            and what it learns is written for run.wisdom.
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

    @Flag(help: "Strong scaling: the same problem on 1, 2, 4 ... and all ranks.")
    var strong = false

    @Flag(
        help: "Weak scaling: the configuration is the share of one rank, and the box grows along x, y and z.")
    var weak = false

    @Flag(help: "The single mesh and the pyramids that fit, in turn: their time, and how exact they are.")
    var laws = false

    @Option(help: ArgumentHelp("The numbers of ranks of a scaling study, as in 1,6,12.", valueName: "N,N..."))
    var ranks: String?

    @Flag(help: "Every grid of ranks that fits, as in 6 x 1, 3 x 2, 2 x 3 and 1 x 6; not only the squarest.")
    var grids = false

    @Flag(help: "Keep what the file of the study holds of other grids of ranks.")
    var add = false

    @Option(
        name: .customLong("plan"),
        help: ArgumentHelp(
            "Time nothing; let FFTW measure the transforms of the configuration, and write what it learns, for run.wisdom.",
            valueName: "file"))
    var wisdomFile: String?

    @Option(help: ArgumentHelp("The directory of bench.json.", valueName: "directory"))
    var output = "bench"

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Measure nothing; predict seconds and memory from a model, of ranks=100,1000 particles=1024,4096 "
                + "mesh_factor= precision= kernel= levels= accuracy= steps= history= imbalance= displacement=, or default.",
            valueName: "key=value"))
    var model: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The model's machine: latency_us= node_bandwidth_gb_s= cores_per_node= node_memory_gib= core_speed=, "
                + "or a file of lines 'key: value'.", valueName: "key=value or file"))
    var machine: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            """
            Measured records for the model's times of a core, made with --set run.keep_forces=0; best two, with \
            different mesh_factor.
            """,
            valueName: "bench.json"))
    var times: [String] = []

    func validate() throws {
        guard !model.isEmpty || machine.isEmpty && times.isEmpty else {
            throw ValidationError(
                "--machine or --times is given; they must come with --model; try --model default")
        }
        guard repeats > 0 else {
            throw ValidationError("--repeats is \(repeats); it must be 1 or more; try 5")
        }
        guard [strong, weak, laws, wisdomFile != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError(
                "--strong, --weak, --laws and --plan: two are given; only one of them may be")
        }
        guard ranks == nil || strong || weak else {
            throw ValidationError("--ranks is given; it must come with --strong or --weak; add one of them")
        }
        if let ranks, Self.counts(ranks) == nil {
            throw ValidationError(
                "--ranks is '\(ranks)'; it must be numbers, each 1 or more; try --ranks 1,2,4")
        }
    }

    mutating func run(in context: RunContext) throws -> Ending {
        let world = context.world
        guard model.isEmpty else {
            let report = try CostReport(of: model, machine: machine, times: times, on: world)
            if world.isRoot { context.log.say(report.text) }
            return .finished
        }
        if let wisdomFile {
            try load(on: world, ranks: world.size).planTransforms(to: wisdomFile, in: context)
            return .finished
        }
        let kind: BenchRecord.Study = strong ? .strong : weak ? .weak : laws ? .laws : .single
        let counts = try counts(kind, of: world.size)
        var bench = Bench(BenchStudy(kind, on: counts, grids: grids ? .all : .squarest), to: output)
        bench.repeats = repeats
        bench.measuresGradient = !forwardOnly
        bench.earlier = add ? .kept : .replaced
        try bench.run(
            try load(on: world, ranks: [.single, .laws].contains(kind) ? world.size : 1), in: context)
        return .finished
    }

    /// The numbers of ranks to measure on.
    private func counts(_ kind: BenchRecord.Study, of size: Int) throws -> [Int] {
        guard kind == .strong || kind == .weak else { return [size] }
        guard let ranks, let counts = Self.counts(ranks) else { return BenchStudy.powersOfTwo(upTo: size) }
        guard let most = counts.max(), most <= size else {
            throw UsageError(
                "--ranks is '\(ranks)'; each number must be at most that of the ranks started (\(size)); "
                    + "start \(counts.max()!) ranks")
        }
        return counts
    }

    /// Numbers between commas or blanks, increasing; nil if one is none.
    private static func counts(_ text: String) -> [Int]? {
        let words = text.split { $0 == "," || $0 == " " }
        let counts = words.compactMap { Int($0) }.filter { $0 > 0 }
        return words.isEmpty || counts.count < words.count ? nil : Set(counts).sorted()
    }

    /// Without a file the configuration is this one.
    private static let standard = "box: {particles: 128}\nevolution: {steps: 10}\n"

    private func load(on world: Communicator, ranks: Int) throws(AgreedFailure) -> RunConfiguration {
        let bytes = try world.fromRoot { try file.map(Files.read) ?? Array(Self.standard.utf8) }
        return try world.agree {
            try RunConfiguration(
                bytes: bytes, name: file ?? "bench", overrides: overrides, ranks: ranks)
        }
    }
}
