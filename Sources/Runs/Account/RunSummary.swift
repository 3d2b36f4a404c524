internal import Configuration
internal import Parallel
internal import Records
internal import Storage
internal import Text

/// What a run took: the lines that end a log, and a ``RunRecord``.
struct RunSummary {
    private let table: PhaseTable
    private let largestPeak: Int
    private let totalPeak: Int
    private let context: RunContext

    /// Forgets what was before a run, so that what it took is its own.
    static func begin(in context: RunContext) {
        context.world.phases.reset()
        MachineMemory.forgetPeak()
    }

    /// Gathers it as it is now. Collective.
    init(in context: RunContext) {
        self.context = context
        let world = context.world
        table = PhaseTable(world.phases, on: world)
        let peak = MachineMemory.peak
        (largestPeak, totalPeak) = (world.maximum(peak), world.sum(peak))
    }

    /// Prints the phase table and the peak of memory.
    func tell() {
        context.say(table.text)
        context.say(
            "peak memory \(fixed(Double(largestPeak) / 1_048_576, 0)) MiB on the fullest rank, "
                + "\(fixed(Double(totalPeak) / 1_048_576, 0)) MiB in all")
    }

    /// Writes the record into the output directory of a run that is done. Collective.
    ///
    /// - Parameters:
    ///   - command: its name.
    ///   - configuration: what was run.
    ///   - complete: adds what only this command knows.
    /// - Throws: on all ranks when it cannot be written.
    func writeRecord(
        of command: String, _ configuration: RunConfiguration, complete: (inout RunRecord) -> Void = { _ in }
    ) throws(AgreedFailure) {
        let world = context.world
        let grid = configuration.rankGrid(for: world.size)
        var record = RunRecord(
            command: command, codeVersion: Provenance.currentVersion, build: Provenance.currentBuild,
            processor: Processor.name(over: world), finished: RunRecord.now, ranks: [grid.x, grid.y],
            seconds: table.seconds, peakBytesOfFullestRank: largestPeak, peakBytes: totalPeak,
            phases: table.phases, configuration: configuration.resolvedText)
        record.steps = configuration.evolution.scaleFactors.count - 1
        complete(&record)
        try world.writeFile(
            "\(configuration.output.directory)/\(RunRecord.fileName(of: command))", text: record.json)
    }
}
