internal import Mesh
internal import Parallel
internal import Records
internal import Storage

/// What lies in the output directory of a run, and the ranks that read it together.
///
/// Files that an earlier run with another configuration left there are passed over, and noted.
final class RunDirectory {
    /// An output time and its file.
    struct Output: Equatable {
        let scaleFactor: Double
        let path: String
    }

    let path: String
    let world: Communicator
    /// The names in it, sorted.
    let names: [String]
    /// What finished commands say of themselves, in the order of ``RunRecord/commands``.
    let records: [RunRecord]
    /// Where the forward run's files come from.
    let forward: Provenance?
    /// Densities on the force mesh, by time.
    let densities: [Output]
    /// Power spectra, by time.
    let powers: [Output]
    /// Mass functions of haloes, by time.
    let massFunctions: [Output]
    /// What telescopes saw, or would see: counts and selections.
    let surveys: [String]
    /// Where they come from.
    private let survey: Provenance?
    /// The reconstruction's file.
    let reconstructionPath: String?
    /// Where it comes from.
    let reconstruction: Provenance?
    /// What was measured, by the kind of study.
    let benches: [BenchRecord.Study: BenchRecord]
    /// What an ensemble says of its members, which lie in directories of their own.
    let ensemble: EnsembleRecord?
    /// What a reader should know before anything else.
    private(set) var notes: [String]
    /// Whether the page will lie in the directory, so that it can lead to the files.
    var isBesidePage = false

    private var grids: [SIMD2<Int>: RankGrid] = [:]
    private var slabs: [String: Slab] = [:]
    private var unreadable: Set<String> = []

    /// Looks into a directory. Collective.
    ///
    /// - Throws: on all ranks when it is missing, holds nothing of a run, or a file in it is damaged.
    init(_ path: String, over world: Communicator) throws {
        self.path = path
        self.world = world
        let names = try OutputDirectory.names(in: path, over: world)
        self.names = names
        let densityFiles = Self.outputs("density_a", ".h5", in: path, names)
        let powers = Self.outputs("power_a", ".txt", in: path, names)
        let snapshots = Self.outputs("snapshot_a", ".hdf5", in: path, names)
        let reconstructionPath = ["reconstruction.h5", Self.standardName]
            .first(where: names.contains).map { "\(path)/\($0)" }
        let recorded = RunRecord.commands.map { RunRecord.fileName(of: $0) }.filter(names.contains)
        let studies = BenchRecord.Study.allCases.filter { names.contains(BenchRecord.fileName(of: $0)) }
        guard
            !(densityFiles + powers + snapshots).isEmpty || reconstructionPath != nil || !recorded.isEmpty
                || !studies.isEmpty || names.contains(EnsembleRecord.fileName)
                || Self.surveyNames.contains(where: names.contains)
        else {
            if names.contains(where: { $0.hasSuffix(".unfinished") }) {
                throw UsageError(
                    "\(path): holds a run that is not finished, and nothing to be looked at yet; go on with --resume"
                )
            }
            throw UsageError(
                "\(path): holds nothing of a run (no \(RunRecord.fileName(of: "simulate")), density_a*.h5, "
                    + "power_a*.txt, reconstruction.h5, ensemble.json or bench.json); give the output.directory of a "
                    + "run, an ensemble or a bench")
        }
        var damage: [String] = []
        let records = try recorded.compactMap { name -> RunRecord? in
            do {
                return try Self.record("\(path)/\(name)", on: world)
            } catch let error as any ReportedError {
                damage.append(Self.leavingOut(error))
                return nil
            }
        }
        self.records = records
        benches = try Self.benches(studies, in: path, on: world)
        ensemble = try Self.ensemble(among: names, in: path, on: world)
        self.reconstructionPath = reconstructionPath
        reconstruction = try reconstructionPath.flatMap { try Self.provenance(of: $0, over: world) }

        let densities = try densityFiles.filter {
            try Self.isReadable($0.path, over: world, noting: &damage)
        }
        let origins = try densities.map { try Self.provenance(of: $0.path, over: world) }
        let ofRecord = records.first { $0.command == "simulate" }?.configuration
        let wanted = ofRecord ?? origins.last??.configuration
        let isOfRun = origins.map { $0 == nil || wanted == nil || $0!.configuration == wanted }
        self.densities = zip(densities, isOfRun).filter(\.1).map(\.0)
        surveys = try Self.surveyNames.filter(names.contains).map { "\(path)/\($0)" }.filter {
            try Self.isReadable($0, over: world, noting: &damage)
        }
        survey = try surveys.last.flatMap { try Self.provenance(of: $0, over: world) }
        massFunctions = Self.outputs("halo_mass_a", ".txt", in: path, names)
        let strangers = zip(densities, isOfRun).filter { !$0.1 }.map(\.0)
        self.powers = powers.filter { power in !strangers.contains { $0.scaleFactor == power.scaleFactor } }
        let ofDensities = zip(origins, isOfRun).filter(\.1).last?.0
        let snapshot =
            ofDensities == nil
            ? try snapshots.last { try Self.isReadable($0.path, over: world, noting: &damage) } : nil
        forward = try ofDensities ?? snapshot.flatMap { try Self.provenance(of: $0.path, over: world) }
        notes = damage
        notes +=
            (strangers.isEmpty
                ? []
                : [
                    "\(strangers.map { $0.path.split(separator: "/").last! }.joined(separator: ", ")): made by "
                        + "another configuration than the rest, and left out here."
                ])
            + Self.unfinished(
                recorded, isForward: !(densities + powers + snapshots).isEmpty,
                isReconstruction: reconstructionPath != nil)
            + (!self.densities.isEmpty && reconstructionPath != nil
                ? [
                    "The directory holds a forward run and a reconstruction: \u{201c}\(MatterPictures.name)\u{201d} "
                        + "and \u{201c}\(MatterPower.name)\u{201d} are of the forward run."
                ]
                : [])
    }

    /// A line for each command that left files but no record, of those there are.
    private static func unfinished(
        _ recorded: [String], isForward: Bool, isReconstruction: Bool
    ) -> [String] {
        [("simulate", isForward), ("reconstruct", isReconstruction)].compactMap { command, isThere in
            guard isThere, !recorded.contains(RunRecord.fileName(of: command)) else { return nil }
            return "There is no \(RunRecord.fileName(of: command)): the run has not finished, or not in this "
                + "directory."
        }
    }

    /// The record of what the page tells first.
    var record: RunRecord? {
        reconstructionPath == nil ? records.first : records.first { $0.command == "reconstruct" }
    }

    /// The configuration that the page tells, of the reconstruction if there is one.
    var configurationText: String? {
        reconstruction?.configuration ?? record?.configuration ?? forward?.configuration
            ?? bench?.configuration ?? ensemble?.configuration ?? survey?.configuration
    }

    /// Whether there is nothing of a run but an ensemble.
    var isOnlyEnsemble: Bool { ensemble != nil && record == nil && provenance == nil && bench == nil }

    /// Whether the reconstruction is one by the standard method, which has neither loss nor prior.
    var isStandard: Bool { reconstructionPath?.hasSuffix(Self.standardName) ?? false }

    private static let surveyNames = ["survey.h5", "mock.h5"]
    private static let standardName = "standard_reconstruction.h5"

    /// A record of what was measured, that of the most ordinary study.
    var bench: BenchRecord? { BenchRecord.Study.allCases.lazy.compactMap { self.benches[$0] }.first }

    /// Whether there is nothing of a run but what was measured.
    var isOnlyBench: Bool { bench != nil && record == nil && provenance == nil }

    /// Where the page's numbers come from.
    var provenance: Provenance? { reconstruction ?? forward }

    /// The content of a small text file. Collective.
    func text(of path: String) throws(AgreedFailure) -> String {
        try Self.text(of: path, on: world)
    }

    /// How the ranks share a mesh. Collective.
    ///
    /// - Throws: `UsageError` when it is too small for so many ranks.
    func decomposition(of shape: SIMD3<Int>) throws(UsageError) -> Decomposition {
        guard let ranks = RankGrid.shapes(for: world.size).first(where: { Decomposition.fits(shape, on: $0) })
        else {
            let most = (1...world.size).last {
                RankGrid.shapes(for: $0).contains { Decomposition.fits(shape, on: $0) }
            }
            throw UsageError(
                "\(path): a \(shape.x) x \(shape.y) x \(shape.z) mesh cannot be shared by \(world.size) ranks; "
                    + "start it on \(most.map { "at most \($0)" } ?? "one")")
        }
        let grid = grids[ranks] ?? RankGrid(world: world, shape: ranks)
        grids[ranks] = grid
        return try Decomposition(shape: shape, over: grid)
    }

    /// Matter as pictures show it, between its particles too; of a file without that, the mean of its density. Collective.
    func matter(in path: String) throws -> Slab? {
        try slab(of: "/slab", in: path) ?? slab(of: "/density", in: path)
    }

    /// A dataset averaged over the slab that pictures show, or a slab that is ready; read once. Collective.
    ///
    /// - Returns: nil if the file has no such dataset.
    func slab(of dataset: String, in path: String) throws -> Slab? {
        let key = "\(path):\(dataset)"
        if let known = slabs[key] { return known }
        guard !unreadable.contains(key) else { return nil }
        do {
            let file = try InputFile(opening: path, over: world)
            guard
                let slab = try Slab(ready: dataset, in: file) ?? Slab(of: dataset, in: file, for: self)
            else { return nil }
            slabs[key] = slab
            return slab
        } catch let error as StorageError where error.kind == .damaged || error.kind == .notFinite {
            notes.append(Self.leavingOut(error))
            unreadable.insert(key)
            return nil
        }
    }

    /// Says what the page does without; once of each file.
    func note(leavingOut error: any ReportedError) {
        let note = Self.leavingOut(error)
        if !notes.contains(note) { notes.append(note) }
    }

    private static func outputs(
        _ prefix: String, _ suffix: String, in path: String, _ names: [String]
    ) -> [Output] {
        names.compactMap { name -> Output? in
            guard name.hasPrefix(prefix), name.hasSuffix(suffix),
                let scaleFactor = Double(name.dropFirst(prefix.count).dropLast(suffix.count)), scaleFactor > 0
            else { return nil }
            return Output(scaleFactor: scaleFactor, path: "\(path)/\(name)")
        }.sorted { $0.scaleFactor < $1.scaleFactor }
    }

    private static func record(_ path: String, on world: Communicator) throws -> RunRecord {
        let json = try text(of: path, on: world)
        return try world.agree { try RunRecord(json: json, source: path) }
    }

    private static func benches(
        _ studies: [BenchRecord.Study], in path: String, on world: Communicator
    ) throws -> [BenchRecord.Study: BenchRecord] {
        var records: [BenchRecord.Study: BenchRecord] = [:]
        for study in studies {
            let file = "\(path)/\(BenchRecord.fileName(of: study))"
            let json = try text(of: file, on: world)
            records[study] = try world.agree { try BenchRecord(json: json, source: file) }
        }
        return records
    }

    private static func ensemble(
        among names: [String], in path: String, on world: Communicator
    ) throws -> EnsembleRecord? {
        guard names.contains(EnsembleRecord.fileName) else { return nil }
        let file = "\(path)/\(EnsembleRecord.fileName)"
        let json = try text(of: file, on: world)
        return try world.agree { try EnsembleRecord(json: json, source: file) }
    }

    /// Whether a file can be opened; if not, it is left out of the page, which says so. Collective.
    private static func isReadable(
        _ path: String, over world: Communicator, noting damage: inout [String]
    ) throws -> Bool {
        do {
            _ = try provenance(of: path, over: world)
            return true
        } catch let error as StorageError {
            damage.append(leavingOut(error))
            return false
        }
    }

    /// The note about a file that cannot be read.
    private static func leavingOut(_ error: any ReportedError) -> String {
        "\(error.message.replacing("; use another copy", with: "").replacing("; remove the file to leave it out", with: "")); it is left out here."
    }

    private static func provenance(of path: String, over world: Communicator) throws -> Provenance? {
        try Provenance(of: try InputFile(opening: path, over: world))
    }

    private static func text(of path: String, on world: Communicator) throws(AgreedFailure) -> String {
        let bytes = try world.fromRoot { try RegularFile.read(path) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
