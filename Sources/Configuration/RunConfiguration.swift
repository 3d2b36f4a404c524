public import Background
public import Parallel

/// What a run does: validated once, and passed by value from then on.
///
/// A section is one file in `Sections`: a struct that reads its keys from a ``SectionReader`` and lists them
/// for ``resolvedText``. A new section adds that file, and one line in ``init(bytes:name:overrides:ranks:)``
/// and in ``resolvedText``.
public struct RunConfiguration: Sendable, Equatable {
    /// `run`: how the program runs.
    public internal(set) var run: RunSection
    /// `box`: particles and mesh.
    public internal(set) var box: BoxSection
    /// `cosmology`: the eight parameters; they have no `problems`.
    public internal(set) var cosmology: CosmologyParameters
    /// `power`: the linear power spectrum.
    public internal(set) var power: PowerSection
    /// `initial`: the initial conditions.
    public internal(set) var initial: InitialSection
    /// `evolution`: the steps.
    public internal(set) var evolution: EvolutionSection
    /// `force`: gravity.
    public internal(set) var force: ForceSection
    /// `output`: what is written.
    public internal(set) var output: OutputSection
    /// `halo`: what a halo is.
    public internal(set) var halo: HaloSection
    /// `train`: how networks that make haloes are trained.
    public internal(set) var train: TrainSection
    /// `observation`: how what a telescope saw becomes numbers in cells, one section or a list of them; empty if not given.
    public internal(set) var observations: [ObservationSection]
    /// `mock`: how galaxies are made of a universe, one section for all observations or one for each.
    public internal(set) var mocks: [MockSection]
    /// `objective`: what the universe is compared with, one section or a list of them; empty if no data is named.
    public internal(set) var objectives: [ObjectiveSection]
    /// `optimizer`: how it is approached; nil without an objective.
    public internal(set) var optimizer: OptimizerSection?
    /// `reconstruct`: what is sought, and from where; nil without an objective.
    public internal(set) var reconstruct: ReconstructSection?
    /// `sampler`: how the posterior is sampled; nil if the section is not given.
    public internal(set) var sampler: SamplerSection?

    /// Reads and validates a configuration. Knows no MPI: the same on all ranks for the same bytes.
    ///
    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - name: the file's path as the user gave it; paths in the file are relative to its directory.
    ///   - overrides: `section.key=value`, each laid over the file, the last one first.
    ///   - environment: variables that `{NAME}` in `output.directory` stands for; the same on all ranks.
    ///   - ranks: the number of ranks that will run it.
    /// - Throws: `UsageError` with the first problem in the order of the file.
    public init(
        bytes: [UInt8], name: String, overrides: [String] = [], environment: [String: String] = [:],
        ranks: Int = 1
    ) throws(UsageError) {
        let reader = Reader(try Document(bytes: bytes, name: name, overrides: overrides))
        self.init(reader, Placeholders(environment: environment), ranks: ranks)
        try reader.finish()
    }

    private init(_ reader: Reader, _ placeholders: Placeholders, ranks: Int) {
        let runReader = reader.section("run")
        run = RunSection(runReader)
        box = BoxSection(reader.section("box"))
        let cosmologyReader = reader.section("cosmology")
        power = PowerSection(reader.section("power"))
        cosmology = CosmologySection.read(cosmologyReader, beside: power)
        let (initialReader, evolutionReader) = (reader.section("initial"), reader.section("evolution"))
        let listed = EvolutionSection.listed(evolutionReader)
        initial = InitialSection(initialReader, start: listed?.first ?? 0.0625)
        evolution = EvolutionSection(evolutionReader, listed: listed, start: initial.a, in: cosmology)
        initial.check(evolution.integrator, initialReader)
        let forceReader = reader.section("force")
        force = ForceSection(forceReader)
        let outputReader = reader.section("output")
        let times = OutputTimes(outputReader)
        evolution.cut(at: times.cuts, evolutionReader)
        output = OutputSection(
            outputReader, times, scaleFactors: evolution.scaleFactors, placeholders)
        halo = HaloSection(reader.section("halo"))
        train = TrainSection(reader.section("train"))
        observations = ObservationSection.all(reader.sections("observation"), box, cosmology)
        mocks = MockSection.all(reader.sections("mock"), for: observations)
        objectives = ObjectiveSection.all(
            reader.sections("objective"), scaleFactors: evolution.scaleFactors, mesh: box.mesh)
        let optimizer = OptimizerSection(reader.section("optimizer"), box, objectives)
        let reconstruct = ReconstructSection(reader.section("reconstruct"), (cosmology, power), objectives)
        let samplerReader = reader.section("sampler")
        let sampler = SamplerSection(samplerReader, (cosmology, power), objectives)
        self.sampler = samplerReader.isGiven ? sampler : nil
        self.optimizer = objectives.isEmpty ? nil : optimizer
        self.reconstruct = objectives.isEmpty ? nil : reconstruct
        run.check(ranks: ranks, particles: box.particles, runReader)
        let grid = run.ranks ?? Self.fittingGrid(for: ranks, particles: box.particles)
        force.check(mesh: box.mesh, ranks: grid ?? [1, 1], forceReader)
    }

    /// The same with other paths of the files that it reads.
    ///
    /// - Parameter change: gives a path, seen from the working directory, another.
    public func changingPaths(_ change: (String) -> String) -> RunConfiguration {
        var changed = self
        func move(_ address: DatasetAddress) -> DatasetAddress {
            var moved = address
            moved.file = change(address.file)
            return moved
        }
        func move(_ source: ObjectiveSection.Source) -> ObjectiveSection.Source {
            switch source {
            case .dataset(let address): .dataset(move(address))
            case .picture(let path): .picture(change(path))
            }
        }
        changed.power.table = power.table.map(change)
        if case .file(let address) = initial.noise { changed.initial.noise = .file(move(address)) }
        for index in objectives.indices {
            changed.objectives[index].data = move(objectives[index].data)
            changed.objectives[index].weights = objectives[index].weights.map(move)
            changed.objectives[index].patches = objectives[index].patches.map(move)
            if case .file(let path) = objectives[index].haloes?.network {
                changed.objectives[index].haloes?.network = .file(change(path))
            }
        }
        for index in observations.indices {
            changed.observations[index].mask = observations[index].mask.map(move)
            changed.observations[index].radial = observations[index].radial.map(change)
            switch observations[index].catalogue {
            case .text(let path): changed.observations[index].catalogue = .text(change(path))
            case .group(let address): changed.observations[index].catalogue = .group(move(address))
            case nil: break
            }
        }
        for index in mocks.indices { changed.mocks[index].universe = mocks[index].universe.map(change) }
        if case .file(let address) = sampler?.start { changed.sampler?.start = .file(move(address)) }
        if let address = sampler?.truth?.noise { changed.sampler?.truth?.noise = move(address) }
        guard let settings = reconstruct else { return changed }
        if case .file(let address) = settings.start { changed.reconstruct?.start = .file(move(address)) }
        if case .file(let address) = settings.truth { changed.reconstruct?.truth = .file(move(address)) }
        changed.reconstruct?.response = settings.response.map(move)
        return changed
    }

    /// The cosmological parameters that nothing depends on.
    public var idleParameters: [CosmologyParameter] {
        power.idleParameters(beside: cosmology) + cosmology.idleParameters
    }

    /// A text as YAML reads it back, whatever characters are in it.
    public static func quoted(_ text: String) -> String { Configuration.quoted(text) }

    /// An override that gives a key a text, whatever characters are in it.
    public static func override(_ path: String, text: String) -> String { "\(path)=\(quoted(text))" }

    /// The sections and the keys of each, in the order of the schema.
    public static var knownKeys: [(section: String, keys: [String])] {
        guard let document = try? Document(bytes: [], name: "", overrides: []) else { return [] }
        let reader = Reader(document)
        _ = RunConfiguration(reader, Placeholders(environment: [:]), ranks: 1)
        return reader.known
    }
}
