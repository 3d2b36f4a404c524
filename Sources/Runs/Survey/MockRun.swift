internal import Background
public import Configuration
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage
internal import Survey
internal import Text

/// `palindrome mock`: what a telescope would see of a universe of ours, as a catalogue and as cubes.
public struct MockRun: Sendable {
    /// Whether a file that is there already is written over.
    public var isReplacing = false

    /// Mocks.
    public init() {}

    /// The name of the file in the output directory.
    public static let fileName = "mock.h5"

    /// Reads a snapshot or a catalogue of haloes, and writes galaxies, counts and selection of each tracer. Collective.
    ///
    /// - Throws: the same on all ranks when something that is read cannot be what it should be, no galaxy is seen, or the
    ///   file cannot be written.
    public func run(_ configuration: RunConfiguration, in context: RunContext) throws {
        let world = context.world
        let cubes = try SurveyCubes(of: configuration, for: "mock", over: world)
        RunSummary.begin(in: context)
        let observations = configuration.observations
        let functions = try observations.map { try $0.selectionFunction(over: world) }
        let mocks = observations.indices.map {
            configuration.mocks[configuration.mocks.count == 1 ? 0 : $0]
        }
        for (index, mock) in mocks.enumerated() where mock.tracers == .haloes {
            let largest = functions[index].radial?.values.max() ?? 0
            guard largest <= 1 else {
                throw UsageError(
                    "\(observations[index].section).radial reaches \(largest); it must be at most 1 for haloes, none of which "
                        + "is seen twice; divide it by \(largest)")
            }
        }
        cubes.introduction(configuration).forEach(context.say)
        let universes = MockUniverses(of: configuration, cubes, over: world)
        for mock in mocks { try universes.require(mock) }
        let directory = configuration.output.directory
        let claim = try context.claim(directory, for: [Self.fileName], replacing: isReplacing)
        let path = "\(directory)/\(Self.fileName)"
        var file = try cubes.file(path, configuration)
        for (index, observation) in observations.enumerated() {
            let tracer = MockTracer(
                observation: observation, mock: mocks[index], function: functions[index],
                random: SurveyRandom(seed: UInt64(mocks[index].seed), tracer: index), cubes: cubes,
                context: context)
            try tracer.write(of: universes, to: &file)
        }
        try file.finish()
        claim.release()
        let first = SurveyCubes.group(observations[0])
        context.say(
            "\(path): objective.data: \"\(path):\(first)/counts\", objective.selection: \"\(path):\(first)/selection\", "
                + "observation.catalogue: \"\(path):\(first)/sky\"")
        RunSummary(in: context).tell()
    }
}

/// The galaxies of one tracer, from the universe to the file.
struct MockTracer {
    let observation: ObservationSection
    let mock: MockSection
    let function: SelectionFunction
    let random: SurveyRandom
    let cubes: SurveyCubes
    let context: RunContext

    private var world: Communicator { context.world }
    private var group: String { SurveyCubes.group(observation) }

    /// Makes them and writes them. Collective.
    func write(of universes: MockUniverses, to file: inout OutputFile) throws {
        let selection = try cubes.selection(observation, by: function)
        switch mock.tracers {
        case .matter: try writeMatter(of: universes, selection, to: &file)
        case .haloes: try writeHaloes(of: universes, selection, to: &file)
        }
    }

    private func writeMatter(
        of universes: MockUniverses, _ selection: borrowing Field<Float>, to file: inout OutputFile
    ) throws {
        let tracers = MatterTracers(
            on: cubes.mesh, numberDensity: mock.numberDensity,
            bias: TracerBias(
                exponent: mock.biasExponent, threshold: mock.biasThreshold, steepness: mock.biasSteepness),
            random: random)
        let expected = try tracers.expectation(at: universes.density(for: mock), seen: selection)
        let values = expected.values.span
        let sum = try world.exactSum(count: values.count, of: "the expected counts") { values[$0] }
        let galaxies = tracers.draw(expecting: expected, by: function)
        try write(galaxies.positions, rows: galaxies.rows, expecting: sum, selection, to: &file)
        try file.write(
            expected, at: "\(group)/expected", labels: cubes.labels("galaxies that are expected in each cell")
        )
        context.say(
            "\(SurveyCubes.label(observation))truth: bias_amplitude \(tracers.numberPerCell), bias_exponent "
                + "\(mock.biasExponent)"
                + (mock.biasThreshold.map { ", bias_threshold \($0), bias_steepness \(mock.biasSteepness)" }
                    ?? ""))
        file.set("bias_amplitude", to: .real(tracers.numberPerCell), on: "\(group)/sky")
        file.set("bias_exponent", to: .real(mock.biasExponent), on: "\(group)/sky")
        if let threshold = mock.biasThreshold {
            file.set("bias_threshold", to: .real(threshold), on: "\(group)/sky")
            file.set("bias_steepness", to: .real(mock.biasSteepness), on: "\(group)/sky")
        }
    }

    private func writeHaloes(
        of universes: MockUniverses, _ selection: borrowing Field<Float>, to file: inout OutputFile
    ) throws {
        let haloes = try universes.haloes(for: mock)
        let seen = SeenHaloes(among: haloes.positions, of: cubes.mesh, by: function, random: random)
        let run = Decomposition.block(world.rank, of: world.size, length: seen.chosen.count)
        try write(
            Array(seen.positions[run]), rows: Array(run), expecting: seen.expected, selection, to: &file)
        try file.write(
            seen.chosen.map { haloes.rows[$0] }, at: "\(group)/haloes/row",
            labels: Labels(units: "1", description: "row of each galaxy's halo in the catalogue of haloes"))
        try file.write(
            seen.chosen.map { haloes.masses[$0] }, at: "\(group)/haloes/mass",
            labels: Labels(units: "1e10 Msun/h", description: "mass of each galaxy's halo"))
    }

    /// Writes a catalogue and its cubes. Collective.
    ///
    /// - Parameters:
    ///   - positions: of this rank's galaxies.
    ///   - rows: theirs, each once on all ranks.
    private func write(
        _ positions: [SIMD3<Double>], rows: [Int], expecting expected: Double,
        _ selection: borrowing Field<Float>, to file: inout OutputFile
    ) throws {
        let mesh = cubes.mesh
        let cells = positions.compactMap { mesh.cell(at: $0).map(mesh.number) }
        let total = world.sum(positions.count)
        guard total > 0 else {
            throw UsageError(
                "mock.number_density is \(mock.numberDensity); some galaxy must be seen, and \(significant(expected)) are "
                    + "expected; try a larger one")
        }
        let counts = mesh.counts(of: cells, over: cubes.decomposition)
        context.say(
            "\(SurveyCubes.label(observation))\(fixed(expected, 1)) galaxies are expected, \(total) are seen")
        context.say(try cubes.summary(selection, counted: total, of: observation))
        try cubes.write(counts, selection, of: observation, to: &file)
        let columns = (0..<3).map { axis in positions.map { $0[axis] } }
        let (run, sorted) = RowDelivery.runs(columns, rows: rows, of: total, over: cubes.decomposition.grid)
        try write(sorted, as: RowRun(run, of: total), to: &file)
        file.set("expected", to: .real(expected), on: "\(group)/sky")
        file.set("redshift_space", to: .text(mock.redshiftSpace.rawValue), on: "\(group)/sky")
    }

    /// Writes the columns of a catalogue. Collective.
    private func write(_ columns: [[Double]], as rows: RowRun, to file: inout OutputFile) throws {
        for (axis, name) in ["x", "y", "z"].enumerated() {
            try file.write(
                columns[axis], as: rows, at: "\(group)/box/\(name)",
                labels: Labels(units: "Mpc/h", description: "\(name) in the box, as redshifts show it"))
        }
        let distances = DistanceRedshift(observation.fiducial)
        var (alpha, delta, redshift): ([Double], [Double], [Double]) = ([], [], [])
        try world.agree {
            for index in columns[0].indices {
                let way =
                    SIMD3(columns[0][index], columns[1][index], columns[2][index]) - cubes.mesh.observer
                let sky = SkyCoordinates(of: way)
                guard let seen = distances.redshift(at: (way * way).sum().squareRoot()) else {
                    throw UsageError(
                        "observation.observer is so far from the box that its galaxies have no redshift; bring it nearer"
                    )
                }
                alpha.append(sky.rightAscension)
                delta.append(sky.declination)
                redshift.append(seen)
            }
        }
        let sky = [
            ("RA", alpha, "degrees", "right ascension"), ("Dec", delta, "degrees", "declination"),
            ("z", redshift, "1", "redshift, peculiar velocities included"),
        ]
        for (name, values, units, description) in sky {
            try file.write(
                values, as: rows, at: "\(group)/sky/\(name)",
                labels: Labels(units: units, description: description))
        }
    }
}
