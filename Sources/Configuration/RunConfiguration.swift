public import Background
public import Parallel

/// What a run does: validated once, and passed by value from then on.
///
/// A section is one file in `Sections`: a struct that reads its keys from a ``SectionReader`` and lists them
/// for ``resolvedText``. A new section adds that file, and one line in ``init(bytes:name:overrides:ranks:)``
/// and in ``resolvedText``.
public struct RunConfiguration: Sendable, Equatable {
    /// `run`: how the program runs.
    public var run: RunSection
    /// `box`: particles and mesh.
    public var box: BoxSection
    /// `cosmology`: the eight parameters; they have no `problems`.
    public var cosmology: CosmologyParameters
    /// `power`: the linear power spectrum.
    public var power: PowerSection
    /// `initial`: the initial conditions.
    public var initial: InitialSection
    /// `evolution`: the steps.
    public var evolution: EvolutionSection
    /// `force`: gravity.
    public var force: ForceSection
    /// `output`: what is written.
    public var output: OutputSection
    /// `objective`: what the end is compared with; nil if no data is named.
    public var objective: ObjectiveSection?
    /// `optimizer`: how it is approached; nil without an objective.
    public var optimizer: OptimizerSection?
    /// `reconstruct`: what is sought, and from where; nil without an objective.
    public var reconstruct: ReconstructSection?

    /// Reads and validates a configuration. Knows no MPI: the same on all ranks for the same bytes.
    ///
    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - name: the file's path as the user gave it; paths in the file are relative to its directory.
    ///   - overrides: `section.key=value`, each laid over the file, the last one first.
    ///   - ranks: the number of ranks that will run it.
    /// - Throws: `UsageError` with the first problem in the order of the file.
    public init(bytes: [UInt8], name: String, overrides: [String] = [], ranks: Int = 1) throws(UsageError) {
        let reader = Reader(try Document(bytes: bytes, name: name, overrides: overrides))
        self.init(reader, ranks: ranks)
        try reader.finish()
    }

    private init(_ reader: Reader, ranks: Int) {
        let runReader = reader.section("run")
        run = RunSection(runReader)
        box = BoxSection(reader.section("box"))
        cosmology = CosmologySection.read(reader.section("cosmology"))
        power = PowerSection(reader.section("power"))
        let (initialReader, evolutionReader) = (reader.section("initial"), reader.section("evolution"))
        let listed = EvolutionSection.listed(evolutionReader)
        initial = InitialSection(initialReader, start: listed?.first ?? 0.0625)
        evolution = EvolutionSection(evolutionReader, listed: listed, start: initial.a)
        let forceReader = reader.section("force")
        force = ForceSection(forceReader)
        output = OutputSection(reader.section("output"), scaleFactors: evolution.scaleFactors)
        objective = ObjectiveSection(reader.section("objective"))
        let optimizer = OptimizerSection(reader.section("optimizer"), box)
        let reconstruct = ReconstructSection(reader.section("reconstruct"), cosmology)
        self.optimizer = objective.map { _ in optimizer }
        self.reconstruct = objective.map { _ in reconstruct }
        run.check(ranks: ranks, particles: box.particles, runReader)
        let grid = run.ranks ?? Self.fittingGrid(for: ranks, particles: box.particles)
        force.check(mesh: box.mesh, ranks: grid ?? [1, 1], forceReader)
    }

    /// A text as YAML reads it back, whatever characters are in it.
    public static func quoted(_ text: String) -> String { Configuration.quoted(text) }

    /// An override that gives a key a text, whatever characters are in it.
    public static func override(_ path: String, text: String) -> String { "\(path)=\(quoted(text))" }

    /// The sections and the keys of each, in the order of the schema.
    public static var knownKeys: [(section: String, keys: [String])] {
        guard let document = try? Document(bytes: [], name: "", overrides: []) else { return [] }
        let reader = Reader(document)
        _ = RunConfiguration(reader, ranks: 1)
        return reader.known
    }
}
