internal import Configuration
internal import Dynamics
internal import Mesh
internal import Parallel
internal import Particles
internal import Report
internal import Storage

/// How a run treats what an earlier one left in its directory.
enum Beginning {
    /// Start at the beginning; refuse if an unfinished run is there.
    case fresh
    /// Continue from the newest checkpoint, or start if there is none.
    case resume
    /// Start at the beginning and forget the checkpoints.
    case overwrite
}

extension CheckpointStore {
    /// Refuses to begin where a run has not come to its end. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when there is a checkpoint.
    func refuseUnfinishedRun(over world: Communicator) throws(UsageError) {
        guard let step = steps(over: world).last else { return }
        throw UsageError(
            "\(path(step: step)) is of a run that has not finished; continue it with --resume, or start anew "
                + "with --overwrite")
    }
}

/// `palindrome simulate`: from white noise to outputs, step by step, through any number of kills.
struct Simulation<Scalar: StorableScalar> {
    private let configuration: RunConfiguration
    private let world: Communicator
    private let model: ForwardModel<Scalar>
    private let outputs: SimulationOutputs<Scalar>
    private let checkpoints: SimulationCheckpoints<Scalar>

    /// Prepares a run. Collective.
    init(_ configuration: RunConfiguration, on world: Communicator) throws {
        self.configuration = configuration
        self.world = world
        model = try configuration.forwardModel(Scalar.self, on: world)
        let provenance = configuration.provenance(model.cosmology)
        outputs = SimulationOutputs(settings: configuration.output, model: model, provenance: provenance)
        checkpoints = SimulationCheckpoints(
            store: CheckpointStore(directory: configuration.output.directory), model: model,
            provenance: provenance, identity: configuration.identity)
    }

    /// Runs to the end, or to a signal. Collective.
    func run(_ beginning: Beginning) throws -> Ending {
        model.remarks.forEach(tell)
        guard let evolution = try begin(beginning) else { return .finished }
        return try follow(evolution)
    }

    /// - Returns: nil if nothing is left to do.
    private func begin(_ beginning: Beginning) throws -> Evolution<Scalar>? {
        let directory = configuration.output.directory
        for note in try OutputDirectory.prepare(directory, over: world) { tell(note) }
        switch beginning {
        case .fresh:
            try checkpoints.store.refuseUnfinishedRun(over: world)
        case .resume:
            if let evolution = try checkpoints.restore(tell: tell) { return evolution }
            if try isFinished() {
                tell("\(directory) holds this very run, finished: nothing is left to do")
                return nil
            }
            tell("no checkpoint in \(directory): starting at the beginning")
        case .overwrite:
            checkpoints.store.removeAll(over: world)
        }
        let noise: Field<Scalar> = try configuration.whiteNoise(over: model.particleGrid)
        try configuration.remarks(onNoise: noise).forEach(tell)
        return try model.start(from: noise)
    }

    /// Whether the record in the output directory is that of this very run, and its snapshots are there. Collective.
    private func isFinished() throws -> Bool {
        let directory = configuration.output.directory
        let names = try OutputDirectory.names(in: directory, over: world)
        let record = RunRecord.fileName(of: "simulate")
        guard names.contains(record), outputs.snapshotNames.allSatisfy(names.contains) else { return false }
        let json = try world.fromRoot { try TextFile.read("\(directory)/\(record)") }
        return try world.agree {
            try RunRecord(json: String(decoding: json, as: UTF8.self), source: "\(directory)/\(record)")
        }.configuration == configuration.resolvedText
    }

    private func follow(_ start: consuming Evolution<Scalar>) throws -> Ending {
        var evolution = start
        let first = evolution.finishedSteps
        try RunSummary.removeRecord(of: "simulate", from: configuration.output.directory, on: world)
        var progress = ProgressLine(steps: evolution.schedule.stepCount, after: first, on: world)
        while !evolution.isFinished {
            let step = evolution.finishedSteps
            try evolution.advance { scaleFactor, particles in
                try outputs.write(particles, at: scaleFactor)
            }
            guard evolution.finishedSteps > step else { continue }
            progress.update(
                step: evolution.finishedSteps,
                a: configuration.evolution.scaleFactors[evolution.finishedSteps])
            if StopSignals.isRaised(on: world) && !evolution.isFinished {
                progress.clear()
                try checkpoints.write(evolution)
                tell("stopped by a signal after step \(evolution.finishedSteps); continue with --resume")
                return .stopped
            }
            let interval = configuration.run.checkpointEvery
            if interval > 0 && evolution.finishedSteps % interval == 0 && !evolution.isFinished {
                try checkpoints.write(evolution)
            }
        }
        progress.clear()
        let checksum = hexadecimal(evolution.particles.checksum())
        let summary = RunSummary(on: world)
        try summary.writeRecord(of: "simulate", configuration) { record in
            record.continuedFrom = first > 0 ? first : nil
            record.stateChecksum = checksum
            record.results["sigma8"] = model.power.sigma8()
        }
        checkpoints.store.removeAll(over: world)
        summary.tell()
        tell("state_checksum \(checksum)")
        return .finished
    }

    private func tell(_ line: String) {
        if world.isRoot { Console.say(line) }
    }
}
