public import Configuration
internal import Dynamics
internal import Measurement
internal import Mesh
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
        try requireRoom(for: .simulation, on: context.world, having: context.room)
        announce(for: .simulation, in: context)
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
        let provenance = configuration.provenance(of: model)
        let halo = configuration.halo
        outputs = SimulationOutputs(
            settings: configuration.output,
            haloes: configuration.output.haloes
                ? FriendsOfFriends(
                    linkingLength: halo.linkingLength, minimumParticles: halo.minimumParticles) : nil,
            model: model, provenance: provenance, context: context)
        checkpoints = SimulationCheckpoints(
            store: CheckpointStore(directory: configuration.output.directory), model: model,
            provenance: provenance)
    }

    /// Runs to the end, or to a signal. Collective.
    func run(_ beginning: Beginning) throws -> Ending {
        (model.remarks + configuration.idleKeys(in: .simulation)).forEach(context.say)
        let place = try RunPlace(of: .simulate, configuration, promising: outputs.names, in: context)
        let ending: Ending
        do {
            if let evolution = try begin(beginning, in: place) {
                ending = try follow(evolution, in: place)
            } else {
                ending = .finished
            }
        } catch is StopRequest {
            ending = place.stopBefore("the first step")
        }
        place.leave()
        return ending
    }

    /// - Returns: nil if nothing is left to do.
    private func begin(_ beginning: Beginning, in place: borrowing RunPlace) throws -> Evolution<Scalar>? {
        let start = try place.find(beginning)
        switch start {
        case .nothingLeft:
            return nil
        case .checkpoint:
            let evolution = try checkpoints.restore(of: place, tell: context.say)
            try place.open(for: start)
            return evolution
        case .anew:
            try context.stopIfAsked()
            let noise: Field<Scalar> = try configuration.whiteNoise(over: model.particleGrid)
            try configuration.remarks(onNoise: noise).forEach(context.say)
            try context.stopIfAsked()
            let evolution = try model.start(from: noise)
            try context.stopIfAsked()
            // Whatever could be wrong with what is read has been found.
            try place.open(for: start)
            try outputs.writeBeginning(of: configuration)
            return evolution
        }
    }

    private func follow(
        _ start: consuming Evolution<Scalar>, in place: borrowing RunPlace
    ) throws -> Ending {
        var evolution = start
        let first = evolution.finishedSteps
        let ratio = model.schedule.largestMomentumRatio
        if ratio > 1 {
            context.say(
                "momenta are resolved \(Float(ratio)) times as coarsely on the way as at the end, at most")
        }
        let outputs = try outputs.knowingNoise(of: configuration)
        let progress = ProgressLine(steps: evolution.schedule.stepCount, after: first, in: context)
        do {
            while !evolution.isFinished {
                try advance(&evolution, writing: outputs, in: place, telling: progress)
            }
        } catch is StopRequest {
            progress.clear()
            try checkpoints.write(evolution, of: place.identity)
            context.say("stopped by a signal after step \(evolution.finishedSteps); continue with --resume")
            return .stopped
        }
        progress.clear()
        let checksum = hexadecimal(evolution.particles.checksum())
        let summary = RunSummary(in: context)
        try place.finish(summary) { record in
            record.continuedFrom = first > 0 ? first : nil
            record.stateChecksum = checksum
            record.results["sigma8"] = model.power.sigma8()
        }
        summary.tell()
        configuration.conclude(outputs.names, in: context)
        context.say("state_checksum \(checksum)")
        return .finished
    }

    /// One stage, and what is due after a step.
    ///
    /// - Throws: ``StopRequest`` on all ranks when the run shall stop; the evolution then stands between two stages.
    private func advance(
        _ evolution: inout Evolution<Scalar>, writing outputs: SimulationOutputs<Scalar>,
        in place: borrowing RunPlace, telling progress: ProgressLine
    ) throws {
        let step = evolution.finishedSteps
        try evolution.advance { observation, particles in
            try outputs.write(particles, at: observation.scaleFactor)
        }
        guard evolution.finishedSteps > step, !evolution.isFinished else { return }
        progress.update(
            step: evolution.finishedSteps,
            a: configuration.evolution.scaleFactors[evolution.finishedSteps])
        try context.stopIfAsked()
        let interval = configuration.run.checkpointEvery
        if interval > 0 && evolution.finishedSteps % interval == 0 {
            try checkpoints.write(evolution, of: place.identity)
        }
    }
}
