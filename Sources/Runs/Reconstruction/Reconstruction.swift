public import Configuration
internal import Dynamics
internal import Inference
internal import Mesh
internal import Parallel
internal import Particles
internal import Records
internal import Storage
internal import Text

extension RunConfiguration {
    /// Looks for the initial conditions of the observed universe in the configured precision. Collective.
    ///
    /// - Precondition: there is an objective.
    /// - Throws: the same on all ranks when something that it needs is missing, in the way or damaged, or there is too
    ///   little memory.
    public func reconstruct(_ beginning: Beginning, in context: RunContext) throws -> Ending {
        RunSummary.begin(in: context)
        if reconstruct!.method == .standard { return try StandardReconstructionRun(self, in: context).run() }
        try requireRoom(for: .reconstruction, on: context.world)
        return switch run.precision {
        case .single: try Reconstruction<Float>(self, in: context).run(beginning)
        case .double: try Reconstruction<Double>(self, in: context).run(beginning)
        }
    }
}

/// `palindrome reconstruct`: from an observed density to the white noise that made it, stage by stage, through
/// any number of kills.
struct Reconstruction<Scalar: StorableScalar> {
    private let configuration: RunConfiguration
    private let settings: ReconstructSection
    private let stages: [OptimizerSection.Stage]
    private let optimizer: any Optimizer
    private let context: RunContext
    private let model: ForwardModel<Scalar>
    private let transform: FourierTransform<Scalar>  // on the particle grid
    private let checkpoints: ReconstructionCheckpoints<Scalar>
    private let outputs: ReconstructionOutputs<Scalar>

    private var world: Communicator { context.world }
    private var directory: String { configuration.output.directory }

    /// Prepares a reconstruction. Collective.
    ///
    /// - Precondition: the configuration has an objective.
    init(_ configuration: RunConfiguration, in context: RunContext) throws {
        self.configuration = configuration
        self.context = context
        settings = configuration.reconstruct!
        stages = configuration.optimizer!.stages
        optimizer = configuration.optimizer!.instance
        // Only the end is compared.
        model = try configuration.forwardModel(
            Scalar.self, observing: [configuration.evolution.stop], on: context.world)
        var provenance = configuration.provenance(model.cosmology)
        provenance.seed = nil  // initial.seed has no part in it
        transform = model.layout.perturbation.transform
        checkpoints = ReconstructionCheckpoints(
            store: CheckpointStore(directory: configuration.output.directory), transform: transform,
            units: model.units, provenance: provenance, identity: configuration.reconstructionIdentity)
        outputs = ReconstructionOutputs(
            configuration: configuration, provenance: provenance,
            identity: configuration.reconstructionIdentity,
            context: context)
    }

    /// Runs to the end, or to a signal. Collective.
    func run(_ beginning: Beginning) throws -> Ending {
        for note in try OutputDirectory.prepare(directory, over: world) { context.say(note) }
        let restored: ReconstructionCheckpoints<Scalar>.Restored?
        switch beginning {
        case .fresh:
            try checkpoints.store.refuseUnfinishedRun(over: world)
            restored = nil
        case .resume:
            restored = try checkpoints.restore(tell: context.say)
            if restored == nil {
                if try outputs.areWritten() {
                    context.say("\(outputs.path) is already there: nothing is left to do")
                    return .finished
                }
                context.say("no checkpoint in \(directory): starting at the beginning")
            }
        case .overwrite:
            checkpoints.store.removeAll(over: world)
            restored = nil
        }
        return try follow(restored)
    }

    private func follow(_ restored: consuming ReconstructionCheckpoints<Scalar>.Restored?) throws -> Ending {
        try RunSummary.removeRecord(of: "reconstruct", from: directory, on: world)
        var model = model
        // On a machine that computes linear theory to other last bits the units might differ.
        if let exponent = restored?.momentumExponent, exponent != model.units.momentumExponent {
            model = model.inUnits(StateUnits(box: model.box.size, momentumExponent: exponent))
        }
        var universe = try SoughtUniverse(
            try LossFunction(configuration.objective!, smoothing: smoothing(of: 0), of: model), configuration,
            after: restored?.state.history.rows.last?.gradients ?? 0, transform, in: context)
        var state: ReconstructionState<Scalar>
        var progress: ReconstructionProgress
        let isContinued = restored != nil
        if let restored {
            state = restored.take()
            progress = ReconstructionProgress(
                stages, after: state.history.rows.last?.seconds ?? 0, in: context)
        } else {
            progress = ReconstructionProgress(stages, after: 0, in: context)
            universe.enter(smoothing: smoothing(of: 0), isJoint: stages.count == 1)
            state = try start(universe)
            try note(&state, universe, &progress)
        }
        if !settings.vary.isEmpty && settings.response.isEmpty {
            context.say(
                "reconstruct.vary without reconstruct.response: what is found leans towards parameters with more "
                    + "power; see Cosmological parameters in README.md")
        }
        let first = state.history.iterations
        let ending = try descend(&state, &universe, &progress)
        guard ending == .finished else { return ending }
        let results = try outputs.write(state, &universe)
        let summary = RunSummary(in: context)
        try summary.writeRecord(of: "reconstruct", configuration) { record in
            record.continuedFrom = isContinued ? first : nil
            record.results = results
            record.results["iterations"] = Double(state.history.iterations)
            record.results["loss"] = state.history.rows.last?.loss
        }
        checkpoints.store.removeAll(over: world)
        summary.tell()
        return .finished
    }

    /// The first point of the first stage.
    private func start(_ universe: borrowing SoughtUniverse<Scalar>) throws -> ReconstructionState<Scalar> {
        let parameters = [Double](repeating: 0, count: settings.vary.count)
        let point = ParameterVector(noise: try startingNoise(), parameters: parameters)
        guard let evaluation = try universe.evaluate(at: point) else {
            throw UsageError(
                "reconstruct.start: the loss there is not finite, a particle is displaced too far or moves too fast; "
                    + "start from less noise, or check cosmology and initial.a")
        }
        return ReconstructionState(
            stage: 0, iteration: 0, history: ReconstructionHistory(),
            optimizer: OptimizerState(at: point, evaluation))
    }

    private func startingNoise() throws -> Field<Scalar> {
        let grid = model.particleGrid
        switch settings.start {
        case .file(let address):
            let file = try InputFile(opening: address.file, over: world)
            return try file.readField(at: address.dataset, over: grid, ghosts: .none, for: "white noise")
        case .noise:
            var noise = Field<Scalar>.whiteNoise(seed: settings.startSeed, over: grid)
            let amplitude = settings.startAmplitude
            noise.mapPoints { _, _, _, value in Scalar(amplitude * Double(value)) }
            return noise
        case .zero:
            var noise = Field<Scalar>(grid, ghosts: .none, for: "white noise")
            noise.mapPoints { _, _, _, _ in 0 }
            return noise
        }
    }

    /// Works through the stages. The last checkpoint is that of the end.
    private func descend(
        _ state: inout ReconstructionState<Scalar>, _ universe: inout SoughtUniverse<Scalar>,
        _ progress: inout ReconstructionProgress
    ) throws -> Ending {
        var saved = MPIRuntime.time
        while state.stage < stages.count {
            universe.enter(smoothing: smoothing(of: state.stage), isJoint: state.stage == stages.count - 1)
            do {
                try precondition(&state, universe)
                while try iterate(&state, universe, &progress) {
                    if context.isAskedToStop { throw StopRequest() }
                    if isCheckpointDue(state.iteration, saved: saved) {
                        try save(state)
                        saved = MPIRuntime.time
                    }
                }
                try enterNextStage(&state, &universe, &progress)
                try save(state)
                saved = MPIRuntime.time
                if context.isAskedToStop && state.stage < stages.count { throw StopRequest() }
            } catch is StopRequest {
                try save(state)
                context.say(
                    "stopped by a signal in stage \(state.stage + 1) after iteration \(state.iteration); "
                        + "continue with --resume")
                return .stopped
            }
        }
        return .finished
    }

    /// Measures the curvature of the loss where a stage begins.
    private func precondition(
        _ state: inout ReconstructionState<Scalar>, _ universe: borrowing SoughtUniverse<Scalar>
    ) throws {
        guard configuration.optimizer!.preconditions, optimizer.usesPreconditioner, state.iteration == 0,
            state.optimizer.preconditioner == nil
        else { return }
        let found = try Preconditioner.measured(
            at: state.optimizer.point, state.optimizer.evaluation, transform
        ) { point in try universe.evaluateUnlessStopped(at: point) }
        state.optimizer.preconditioner = found
        let curvatures = found.curvatures.dropFirst()
        context.say(
            "stage \(state.stage + 1)/\(stages.count)  curvature of the loss from "
                + "\(scientific(curvatures.first!, 1)) at the longest waves to "
                + "\(scientific(curvatures.last!, 1)) at the shortest")
    }

    /// One step of the optimiser.
    ///
    /// - Returns: whether the stage goes on.
    private func iterate(
        _ state: inout ReconstructionState<Scalar>, _ universe: borrowing SoughtUniverse<Scalar>,
        _ progress: inout ReconstructionProgress
    ) throws -> Bool {
        let stage = stages[state.stage]
        guard state.iteration < stage.iterations, !state.history.isSettled(to: stage.tolerance) else {
            return false
        }
        let outcome = try optimizer.step(&state.optimizer) { point in
            try universe.evaluateUnlessStopped(at: point)
        }
        guard outcome == .moved else { return false }
        state.iteration += 1
        try note(&state, universe, &progress)
        return true
    }

    private func enterNextStage(
        _ state: inout ReconstructionState<Scalar>, _ universe: inout SoughtUniverse<Scalar>,
        _ progress: inout ReconstructionProgress
    ) throws {
        let next = state.stage + 1
        if next < stages.count {
            universe.enter(smoothing: smoothing(of: next), isJoint: next == stages.count - 1)
            guard let evaluation = try universe.evaluate(at: state.optimizer.point) else {
                preconditionFailure("a point that had a loss has none under another smoothing")
            }
            state.optimizer = OptimizerState(at: state.optimizer.point.copy(), evaluation)
        }
        state.stage = next
        state.iteration = 0
        if next < stages.count { try note(&state, universe, &progress) }
    }

    private func note(
        _ state: inout ReconstructionState<Scalar>, _ universe: borrowing SoughtUniverse<Scalar>,
        _ progress: inout ReconstructionProgress
    ) throws {
        let row = ReconstructionHistory.Row(
            stage: state.stage, iteration: state.iteration, loss: state.optimizer.evaluation.value,
            gradientNorm: try state.optimizer.gradientNorm(), gradients: universe.gradients,
            smoothing: smoothing(of: state.stage),
            seconds: progress.seconds)
        state.history.add(row)
        for (varied, value) in zip(settings.vary, state.optimizer.point.parameters) {
            let name = configuration.cosmology.name(of: varied.parameter)
            let place = configuration.cosmology[varied.parameter] + varied.scale * value
            state.history.add(place, of: name)
        }
        progress.tell(row)
    }

    /// The clock decides when a checkpoint is written, never what is in it; rank 0's clock decides for all.
    private func isCheckpointDue(_ iteration: Int, saved: Double) -> Bool {
        if settings.checkpointEvery > 0 && iteration % settings.checkpointEvery == 0 { return true }
        guard settings.checkpointMinutes > 0 else { return false }
        return world.any(world.isRoot && MPIRuntime.time - saved >= 60 * settings.checkpointMinutes)
    }

    private func save(_ state: borrowing ReconstructionState<Scalar>) throws {
        try checkpoints.write(state)
        try outputs.write(state.history)
    }

    /// R of a stage [Mpc/h].
    private func smoothing(of stage: Int) -> Double {
        stages[min(stage, stages.count - 1)].smoothing * model.box.cell
    }
}

extension OptimizerSection {
    /// The method.
    var instance: any Optimizer {
        switch method {
        case .lbfgs: LBFGS(history: history, firstLength: learningRate)
        case .adam: Adam(learningRate: learningRate)
        case .gradientDescent: GradientDescent(firstLength: learningRate)
        }
    }
}
