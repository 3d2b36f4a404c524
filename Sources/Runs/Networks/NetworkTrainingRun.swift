internal import Background
public import Configuration
internal import Inference
internal import Measurement
internal import Mesh
internal import Observables
internal import Parallel
internal import Records
internal import Storage
internal import Text

extension RunConfiguration {
    /// Trains the networks that make haloes of this run's density, and tests them. Collective.
    ///
    /// - Throws: the same on all ranks when something that it needs is missing, in the way or damaged.
    public func trainNetworks(_ beginning: Beginning, in context: RunContext) throws -> Ending {
        RunSummary.begin(in: context)
        return try NetworkTrainingRun(self, in: context).run(beginning)
    }
}

/// `palindrome train`: universes, two networks, their test on an unseen universe, and a file of them.
struct NetworkTrainingRun {
    private let configuration: RunConfiguration
    private let context: RunContext
    private let provenance: Provenance
    private let mesh: Decomposition
    private let transform: FourierTransform<Double>
    private let checkpoints: TrainingCheckpoints

    private var world: Communicator { context.world }
    private var settings: TrainSection { configuration.train }
    private var directory: String { configuration.output.directory }

    /// The networks' file.
    static let networkName = "network.h5"

    /// Prepares a training. Collective.
    init(_ configuration: RunConfiguration, in context: RunContext) throws {
        self.configuration = configuration
        self.context = context
        let world = context.world
        let power = try configuration.linearPowerModel(on: world)
        let grid = try configuration.makeRankGrid(on: world)
        provenance = configuration.provenance(
            Cosmology<Dual>(configuration.cosmology, power: power), grid.planning)
        let shape = configuration.box.mesh
        mesh = try world.agree { try Decomposition(shape: shape, over: grid) }
        transform = FourierTransform(mesh)
        checkpoints = TrainingCheckpoints(
            store: CheckpointStore(directory: configuration.output.directory), provenance: provenance,
            world: world)
    }

    /// Files of universes, the test's last.
    private var universes: [String] {
        if let test = settings.testUniverse { return settings.universes + [test] }
        return seeds.map { "\(directory)/\(UniverseMaker.name(seed: $0))" }
    }

    private var seeds: [Int] { settings.seeds + [settings.test] }
    private var isMaking: Bool { settings.testUniverse == nil }

    private var recipes: [NetworkTraining.Subject: NetworkRecipe] {
        func recipe(_ batch: Int, _ decay: Double) -> NetworkRecipe {
            NetworkRecipe(
                steps: settings.steps, batch: batch, learningRate: settings.learningRate, decay: decay,
                seed: UInt64(settings.seed))
        }
        return [.position: recipe(settings.batch, settings.decay), .mass: recipe(settings.massBatch, 0)]
    }

    /// Runs to the end, or to a signal. Collective.
    func run(_ beginning: Beginning) throws -> Ending {
        let made = isMaking ? seeds.map { UniverseMaker.name(seed: $0) } : []
        let place = try RunPlace(
            of: .train, configuration, promising: [Self.networkName, NetworkTestTable.name] + made,
            in: context)
        let start = try place.find(beginning)
        guard start != .nothingLeft else {
            place.leave()
            return .finished
        }
        var progress = TrainingProgress()
        if start == .checkpoint {
            progress = try checkpoints.restore(
                of: place, blank: { NetworkTraining.blank($0, recipes[$0]!) }, tell: context.say)
        } else if !isMaking {
            try universes.forEach { _ = try universe($0) }  // before anything is removed
        }
        try place.open(for: start)
        let ending: Ending
        do {
            try train(&progress, in: place)
            try finish(progress, in: place)
            ending = .finished
        } catch is StopRequest {
            try checkpoints.write(progress, of: place.identity)
            context.say("stopped by a signal; continue with --resume")
            ending = .stopped
        }
        place.leave()
        return ending
    }

    private func train(_ progress: inout TrainingProgress, in place: borrowing RunPlace) throws {
        if isMaking {
            let maker = UniverseMaker(
                configuration: configuration, provenance: provenance, context: context)
            for number in progress.universes..<max(seeds.count, progress.universes) {
                try maker.make(seed: seeds[number], to: universes[number])
                progress.universes += 1
                try checkpoints.write(progress, of: place.identity)
            }
        }
        let known = try universes.dropLast().map { try universe($0) }
        progress.position = try train(.position, on: known, progress.position) {
            progress.position = $0
            try checkpoints.write(progress, of: place.identity)
        }
        progress.mass = try train(.mass, on: known, progress.mass) {
            progress.mass = $0
            try checkpoints.write(progress, of: place.identity)
        }
    }

    private func train(
        _ subject: NetworkTraining.Subject, on universes: [TrainingUniverse],
        _ kept: NetworkTrainingState?, keep: (NetworkTrainingState) throws -> Void
    ) throws -> NetworkTrainingState {
        let training = try NetworkTraining(
            of: subject, on: universes, above: settings.threshold, by: recipes[subject]!)
        var state = try kept ?? training.start()
        while state.step < settings.steps {
            let loss = try training.advance(&state)
            if state.step % max(1, settings.steps / 10) == 0 {
                context.say("\(subject.rawValue): step \(state.step), loss \(fixed(loss, 4))")
            }
            let isAsked = context.isAskedToStop
            if isAsked || state.step % settings.checkpointEvery == 0 { try keep(state) }
            if isAsked { throw StopRequest() }
        }
        return state
    }

    /// Reads a universe. Collective.
    ///
    /// - Throws: on all ranks when it is missing or damaged, of another cell, time or density, or has no haloes.
    private func universe(_ path: String) throws -> TrainingUniverse {
        let file = try InputFile(opening: path, over: world)
        for (name, own) in [
            ("scale_factor", configuration.evolution.stop), ("cell", configuration.box.cell),
            ("number_density", settings.numberDensity),
        ] {
            if let found = try file.attribute(name)?.real, abs(found - own) > 1e-6 * abs(own) {
                throw UsageError(
                    "\(path): its \(name) is \(found); it must be that of the configuration (\(own)); use another "
                        + "universe, or change the configuration")
            }
        }
        func field(_ name: String) throws -> Field<Double> {
            try file.readField(at: name, over: mesh, for: "training")
        }
        let counts = try field("/counts")
        let total = try world.exactSum(count: counts.values.count, of: "haloes") { counts.values.span[$0] }
        guard total > 0 else {
            throw UsageError("\(path): /counts holds no haloes; networks need some; use another universe")
        }
        return TrainingUniverse(
            density: try field("/density"), counts: counts, mass: try field("/mass"),
            seenThrough: NeighbourFeatures(radii: (3, 3.6), on: transform, cell: configuration.box.cell))
    }

    private func finish(_ progress: TrainingProgress, in place: borrowing RunPlace) throws {
        let box = configuration.box
        var networks = HaloNetworks(
            position: progress.position!.network, mass: progress.mass!.network, cell: box.cell,
            meshFactor: box.meshFactor, scaleFactor: configuration.evolution.stop,
            numberDensity: settings.numberDensity)
        let known = try universes.dropLast().map { try universe($0) }
        networks = try networks.calibrated(on: known, transform)
        for softening in settings.softenings {
            for width in settings.widths {
                try context.stopIfAsked()
                networks.residuals.append(
                    try .measured(
                        of: networks, on: known, softening: softening, width: width, transform, box: box.size)
                )
            }
        }
        let test = try HaloNetworkTest(
            of: networks, on: universe(universes.last!), above: settings.threshold, transform, box: box.size)
        let table = NetworkTestTable(test)
        try world.writeFile("\(directory)/\(NetworkTestTable.name)", text: { table.text })
        var file = try OutputFile(
            creating: "\(directory)/\(Self.networkName)", provenance: provenance, over: world)
        try NetworkFile.write(networks, to: &file)
        file.set("threshold", to: .real(settings.threshold))
        if isMaking { file.set("seeds", to: .integers(settings.seeds)) }
        for (name, value) in table.numbers { file.set(name, to: .real(value), on: "/test") }
        try file.finish()
        context.say(table.summary)
        let summary = RunSummary(in: context)
        try place.finish(summary) { record in
            for (name, value) in table.numbers { record.results[name] = value }
        }
        summary.tell()
    }
}
