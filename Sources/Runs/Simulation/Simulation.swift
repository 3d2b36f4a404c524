public import Configuration
internal import Dynamics
internal import Measurement
internal import Parallel
internal import Particles
internal import Records
internal import Storage
internal import Text

extension RunConfiguration {
    /// Runs forwards, from white noise to outputs, in the configured precision. Collective.
    ///
    /// - Throws: the same on all ranks when something that it needs is missing, in the way or damaged, or there is too
    ///   little memory.
    public func simulate(_ beginning: Beginning, in context: RunContext) throws -> Ending {
        RunSummary.begin(in: context)
        try requireRoom(for: .simulation, on: context.world)
        return switch run.precision {
        case .single: try Simulation<Float>(self, in: context).run(beginning)
        case .double: try Simulation<Double>(self, in: context).run(beginning)
        }
    }
}

/// `palindrome simulate`: from white noise to outputs, step by step, through any number of kills.
struct Simulation<Scalar: StorableScalar> {
    private let configuration: RunConfiguration
    private let context: RunContext
    private let model: ForwardModel<Scalar>
    private let outputs: SimulationOutputs<Scalar>
    private let checkpoints: SimulationCheckpoints<Scalar>

    private var world: Communicator { context.world }

    /// Prepares a run. Collective.
    init(_ configuration: RunConfiguration, in context: RunContext) throws {
        self.configuration = configuration
        self.context = context
        model = try configuration.forwardModel(
            Scalar.self, observing: configuration.output.snapshots, on: context.world)
        let provenance = configuration.provenance(model.cosmology)
        let halo = configuration.halo
        outputs = SimulationOutputs(
            settings: configuration.output,
            haloes: configuration.output.haloes
                ? FriendsOfFriends(
                    linkingLength: halo.linkingLength, minimumParticles: halo.minimumParticles) : nil,
            model: model, provenance: provenance, context: context)
        checkpoints = SimulationCheckpoints(
            store: CheckpointStore(directory: configuration.output.directory), model: model,
            provenance: provenance, identity: configuration.identity)
    }

    /// Runs to the end, or to a signal. Collective.
    func run(_ beginning: Beginning) throws -> Ending {
        guard let evolution = try begin(beginning) else { return .finished }
        return try follow(evolution)
    }

    /// - Returns: nil if nothing is left to do.
    private func begin(_ beginning: Beginning) throws -> Evolution<Scalar>? {
        let directory = configuration.output.directory
        for note in try OutputDirectory.prepare(directory, over: world) { context.say(note) }
        switch beginning {
        case .fresh:
            try checkpoints.store.refuseUnfinishedRun(over: world)
        case .resume:
            if let evolution = try checkpoints.restore(tell: context.say) { return evolution }
            if try isFinished() {
                context.say("\(directory) holds this very run, finished: nothing is left to do")
                return nil
            }
            context.say("no checkpoint in \(directory): starting at the beginning")
        case .overwrite:
            checkpoints.store.removeAll(over: world)
        }
        return try model.start(from: configuration.whiteNoise(over: model.particleGrid))
    }

    /// Whether the record in the output directory is that of this very run, and its files of particles are there.
    /// Collective.
    private func isFinished() throws -> Bool {
        let directory = configuration.output.directory
        let names = try OutputDirectory.names(in: directory, over: world)
        let record = RunRecord.fileName(of: "simulate")
        guard names.contains(record), outputs.particleFiles.allSatisfy(names.contains) else { return false }
        let json = try world.fromRoot { try Files.read("\(directory)/\(record)") }
        return try world.agree {
            try RunRecord(json: String(decoding: json, as: UTF8.self), source: "\(directory)/\(record)")
        }.configuration == configuration.resolvedText
    }

    private func follow(_ start: consuming Evolution<Scalar>) throws -> Ending {
        var evolution = start
        let first = evolution.finishedSteps
        try RunSummary.removeRecord(of: "simulate", from: configuration.output.directory, on: world)
        let progress = ProgressLine(steps: evolution.schedule.stepCount, after: first, in: context)
        while !evolution.isFinished {
            let step = evolution.finishedSteps
            try evolution.advance { scaleFactor, particles in
                try outputs.write(particles, at: scaleFactor)
            }
            guard evolution.finishedSteps > step else { continue }
            progress.update(
                step: evolution.finishedSteps,
                a: configuration.evolution.scaleFactors[evolution.finishedSteps])
            if context.isAskedToStop && !evolution.isFinished {
                progress.clear()
                try checkpoints.write(evolution)
                context.say(
                    "stopped by a signal after step \(evolution.finishedSteps); continue with --resume")
                return .stopped
            }
            let interval = configuration.run.checkpointEvery
            if interval > 0 && evolution.finishedSteps % interval == 0 && !evolution.isFinished {
                try checkpoints.write(evolution)
            }
        }
        progress.clear()
        let checksum = hexadecimal(evolution.particles.checksum())
        let summary = RunSummary(in: context)
        try summary.writeRecord(of: "simulate", configuration) { record in
            record.continuedFrom = first > 0 ? first : nil
            record.stateChecksum = checksum
            record.results["sigma8"] = model.power.sigma8()
        }
        checkpoints.store.removeAll(over: world)
        summary.tell()
        context.say("state_checksum \(checksum)")
        return .finished
    }
}
