internal import ArgumentParser
internal import Background
internal import Configuration
internal import Dynamics
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

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

    @Option(
        help: ArgumentHelp(
            "Compare N components, a direction and every parameter with central differences.", valueName: "N")
    )
    var check: Int?

    func validate() throws {
        if let check, check < 0 { throw ValidationError("--check is \(check); it must be 0 or more; try 3") }
    }

    mutating func run(on world: Communicator) throws -> Ending {
        let configuration = try options.load(on: world)
        guard let objective = configuration.objective else {
            throw UsageError(
                "\(options.file): objective.data is not given; it must name the data to compare with; "
                    + "try objective: {data: \"observed.h5:/density\"}")
        }
        if dryRun {
            try DryRun.run(configuration, for: .gradient, on: world)
            return .finished
        }
        switch configuration.run.precision {
        case .single: try Self.run(configuration, objective, check, Float.self, on: world)
        case .double: try Self.run(configuration, objective, check, Double.self, on: world)
        }
        return .finished
    }

    private static func run<Scalar: StorableScalar>(
        _ configuration: RunConfiguration, _ objective: ObjectiveSection, _ check: Int?, _: Scalar.Type,
        on world: Communicator
    ) throws {
        // Only the end is compared.
        var settings = configuration
        settings.output.snapshots = [configuration.evolution.stop]
        let model: ForwardModel<Scalar> = try settings.forwardModel(Scalar.self, on: world)
        if world.isRoot { model.remarks.forEach(Console.say) }
        let directory = configuration.output.directory
        for note in try OutputDirectory.prepare(directory, over: world) where world.isRoot {
            Console.say(note)
        }
        let loss = try LossFunction(objective, smoothing: objective.smoothing, of: model)
        let noise: Field<Scalar> = try settings.whiteNoise(over: model.particleGrid)
        for remark in try loss.objective.remarks + settings.remarks(onNoise: noise) where world.isRoot {
            Console.say(remark)
        }
        let gradient = try loss.gradient(at: noise)
        try RunSummary.removeRecord(of: "gradient", from: directory, on: world)
        try write(
            gradient, to: "\(directory)/gradient.h5", configuration.provenance(model.cosmology), configuration
        )
        let summary = RunSummary(on: world)
        try summary.writeRecord(of: "gradient", configuration) { $0.results["loss"] = gradient.value }
        summary.tell()
        if world.isRoot {
            Console.say("value \(gradient.value)")
            let words = gradient.differingWords
            Console.say(
                "reversal \(words == 0 ? "exact: the initial state was restored to the last bit" : "\(words) words differ")"
            )
        }
        if let check {
            try GradientCheck<Scalar>(configuration: settings, world: world, value: gradient.value)
                .run(loss, at: noise, gradient, components: check)
        }
    }

    private static func write<Scalar: StorableScalar>(
        _ gradient: borrowing Gradient<Scalar>, to path: String, _ provenance: Provenance,
        _ configuration: RunConfiguration
    ) throws {
        let grid = gradient.noise.decomposition
        var file = try OutputFile(
            creating: path, expectedBytes: grid.pointCount * MemoryLayout<Scalar>.size,
            provenance: provenance,
            over: grid.grid.world)
        file.set("reversal_words_differing", to: .integer(gradient.differingWords))
        try file.write(
            [gradient.value], shape: [], at: "/value", labels: Labels(units: "1", description: "the loss"))
        try file.write(
            gradient.noise, at: "/gradient/white_noise",
            labels: Labels(
                units: "1", description: "dL/ds of the white noise s on the particle grid, [x][y][z]"))
        for parameter in CosmologyParameter.allCases {
            let name = configuration.cosmology.name(of: parameter)
            try file.write(
                [gradient.parameters.derivatives[parameter.rawValue]], shape: [],
                at: "/gradient/cosmology/\(name)",
                labels: Labels(
                    units: "1", description: "dL/d\(name) at fixed white noise and fixed other parameters"))
        }
        try file.finish()
    }
}
