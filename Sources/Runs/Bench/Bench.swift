public import Configuration
internal import Figures
internal import Mesh
internal import Parallel
internal import Records
internal import Storage

/// `palindrome bench`: what force evaluations take, and what the machine could do.
public struct Bench: Sendable {
    /// What becomes of an earlier study of the same configuration in the directory.
    public enum Earlier: Sendable {
        /// It is replaced.
        case replaced
        /// What it holds of other grids of ranks is kept.
        case kept
    }

    /// The problems, and who works on them.
    public var study: BenchStudy
    /// Runs that count, after one that does not.
    public var repeats = 5
    /// Whether gradients are measured too.
    public var measuresGradient = true
    /// What becomes of an earlier study.
    public var earlier = Earlier.replaced
    /// Where the record is written.
    public var directory: String

    /// A bench with five repeats that measures gradients.
    public init(_ study: BenchStudy, to directory: String) {
        self.study = study
        self.directory = directory
    }

    private var path: String { "\(directory)/\(BenchRecord.fileName(of: study.kind))" }

    /// Measures one case after the other, and writes the record after each. Collective.
    ///
    /// - Parameters:
    ///   - configuration: validated for all ranks, or for one in a scaling study.
    ///   - context: the surroundings.
    /// - Throws: the same on all ranks when a case cannot be run or the record not be written.
    public func run(_ configuration: RunConfiguration, in context: RunContext) throws {
        let (world, kind) = (context.world, study.kind)
        guard configuration.evolution.stepCount > 0 else {
            throw UsageError("evolution.steps is 0; a bench must have a step to time; give steps")
        }
        let (cases, unfit) = try world.agree {
            kind == .laws ? ([], []) : try study.cases(of: configuration)
        }
        let claim = try ClaimedDirectory(directory, over: world)
        claim.notes.forEach(context.say)
        var record = BenchRecord(
            codeVersion: Provenance.currentVersion, build: Provenance.currentBuild,
            processor: Processor.name(over: world), mpi: MPIRuntime.library, finished: RunRecord.now,
            study: kind, measurements: try earlierMeasurements(of: configuration, on: world),
            configuration: configuration.resolvedText)
        let board = BenchBoard(of: world)
        for (number, problem) in cases.enumerated() {
            let plan = BenchPlan(
                repeats: repeats, measuresGradient: measuresGradient, isFirst: number == 0)
            let measurement = try board.measure(problem, plan)
            if let measurement, world.isRoot {
                let table = BenchTable(measurement)
                context.say(kind == .single ? table.text : table.line)
                record.add(measurement)
            }
            // After each, so that a later one that fails takes none with it.
            try world.writeFile(path, text: record.json)
        }
        if kind == .laws {
            let plan = BenchPlan(repeats: repeats, measuresGradient: measuresGradient, isFirst: true)
            for measurement in try configuration.measureLaws(plan, on: world) { record.add(measurement) }
            try world.writeFile(path, text: record.json)
            try world.writeFile("\(directory)/laws.svg") {
                Array((Plot.laws(record, title: "Pyramids against the single mesh")?.svg ?? "").utf8)
            }
        }
        for count in unfit {
            context.say(
                "\(count) ranks are left out: each would own fewer than \(Decomposition.widestGhostZone) planes"
            )
        }
        if world.isRoot {
            switch kind {
            case .single: break
            case .strong, .weak: context.say(ScalingTable(record).text)
            case .laws: context.say(LawTable(record).text)
            }
        }
        claim.release()
    }

    /// What the file of the study holds and is to be kept. Collective.
    private func earlierMeasurements(
        of configuration: RunConfiguration, on world: Communicator
    ) throws -> [BenchRecord.Measurement] {
        let name = BenchRecord.fileName(of: study.kind)
        guard earlier == .kept, try OutputDirectory.names(in: directory, over: world).contains(name) else {
            return []
        }
        let bytes = try world.fromRoot { try Files.read(path) }
        return try world.agree {
            let record = try BenchRecord(json: String(decoding: bytes, as: UTF8.self), source: path)
            guard record.configuration == configuration.resolvedText else {
                throw UsageError(
                    "\(path): is of another configuration; --add must be with the same; "
                        + "choose another --output or leave out --add")
            }
            return record.measurements
        }
    }
}
