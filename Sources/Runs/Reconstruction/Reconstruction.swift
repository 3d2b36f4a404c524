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
        if reconstruct!.method == .standard {
            return try StandardReconstructionRun(self, in: context).run(beginning)
        }
        try requireRoom(for: .reconstruction, on: context.world, having: context.room)
        announce(for: .reconstruction, in: context)
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
    private let context: RunContext
    private let model: ForwardModel<Scalar>
    private let transform: FourierTransform<Scalar>  // on the particle grid
    private let checkpoints: ReconstructionCheckpoints<Scalar>
    private let outputs: ReconstructionOutputs<Scalar>

    private var world: Communicator { context.world }

    /// Prepares a reconstruction. Collective.
    ///
    /// - Precondition: the configuration has an objective.
    init(_ configuration: RunConfiguration, in context: RunContext) throws {
        self.configuration = configuration
        self.context = context
        settings = configuration.reconstruct!
        model = try configuration.forwardModel(
            Scalar.self, observing: configuration.observedScaleFactors, on: context.world)
        var provenance = configuration.provenance(of: model)
        provenance.seed = nil  // initial.seed has no part in it
        transform = FourierTransform(model.particleGrid)
        checkpoints = ReconstructionCheckpoints(
            store: CheckpointStore(directory: configuration.output.directory), transform: transform,
            units: model.units, provenance: provenance)
        outputs = ReconstructionOutputs(
            configuration: configuration, provenance: provenance, context: context)
    }

    /// Runs to the end, or to a signal. Collective.
    func run(_ beginning: Beginning) throws -> Ending {
        (model.remarks + configuration.idleKeys(in: .reconstruction)).forEach(context.say)
        let place = try RunPlace(of: .reconstruct, configuration, promising: outputs.names, in: context)
        let ending: Ending
        do {
            let start = try place.find(beginning)
            let restored = start == .checkpoint ? try checkpoints.restore(of: place, tell: context.say) : nil
            if start == .nothingLeft {
                ending = .finished
            } else {
                ending = try follow(restored, from: start, in: place)
            }
        } catch is StopRequest {
            ending = place.stopBefore("the first iteration")
        }
        place.leave()
        return ending
    }

    private func follow(
        _ restored: consuming ReconstructionCheckpoints<Scalar>.Restored?, from beginning: RunPlace.Start,
        in place: borrowing RunPlace
    ) throws -> Ending {
        var model = model
        // On a machine that computes linear theory to other last bits the units might differ.
        if let exponent = restored?.momentumExponent, exponent != model.units.momentumExponent {
            model = model.inUnits(StateUnits(box: model.box.size, momentumExponent: exponent))
        }
        let last = restored?.state.history.rows.last
        let likelihood = try configuration.jointLikelihood(of: model)
        likelihood.remarks.forEach(context.say)
        try configuration.requireViews(of: likelihood)
        let posterior = Posterior(
            likelihood, configuration.whiteNoisePrior,
            over: configuration.parameterSpace, around: model,
            correction: try configuration.scoreCorrection(around: model, transform),
            after: last?.gradients ?? 0)
        var progress = ReconstructionProgress(
            configuration.optimizer!.stages, after: last?.seconds ?? 0, in: context)
        let annealing = annealing(clock: { [progress] in progress.seconds })
        var state: AnnealingState<Scalar>
        let isContinued = restored != nil
        if let restored {
            state = restored.take()
        } else {
            state = try start(annealing, on: posterior)
            progress.tell(state.history.rows.last!)
        }
        if !settings.vary.isEmpty && settings.response.isEmpty {
            context.say(
                "reconstruct.vary without reconstruct.response: what is found leans towards parameters with more "
                    + "power; see Cosmological parameters in the guide (Reconstruction)")
        }
        // Whatever could be wrong with what is read has been found.
        try place.open(for: beginning)
        let first = state.history.iterations
        guard try descend(&state, annealing, on: posterior, &progress, in: place) == .finished else {
            return .stopped
        }
        let results: [String: Double]
        do {
            results = try world.phases.measure(.output) {
                try outputs.write(state, posterior, of: place.identity)
            }
        } catch is StopRequest {
            // The last checkpoint is that of the end.
            context.say("stopped by a signal before the results were written; continue with --resume")
            return .stopped
        }
        let summary = RunSummary(in: context)
        try place.finish(summary) { record in
            record.continuedFrom = isContinued ? first : nil
            record.results = results
            record.results["iterations"] = Double(state.history.iterations)
            record.results["loss"] = state.history.rows.last?.loss
        }
        summary.tell()
        configuration.conclude(outputs.names, in: context)
        return .finished
    }

    private func annealing(clock: @escaping () -> Double) -> Annealing<Scalar> {
        let optimizer = configuration.optimizer!
        return Annealing(
            through: configuration.annealingStages, by: optimizer.instance,
            optimizer.preconditions ? .measured : .unknown, transform, clock: clock,
            isStopRequested: { [context] in context.isAskedToStop })
    }

    /// The first point of the first stage.
    private func start(
        _ annealing: Annealing<Scalar>, on posterior: Posterior<Scalar>
    ) throws -> AnnealingState<Scalar> {
        let parameters = [Double](repeating: 0, count: settings.vary.count)
        let noise: Field<Scalar> = try world.phases.measure(.preparation) {
            try configuration.startingNoise(in: model, telling: context.say)
        }
        let point = ParameterVector(noise: noise, parameters: parameters)
        try context.stopIfAsked()
        guard let state = try annealing.start(at: point, on: posterior) else {
            throw UsageError(
                "reconstruct.start: the loss there is not finite, a particle is displaced too far or moves too fast; "
                    + "start from less noise, or check cosmology and initial.a")
        }
        return state
    }

    /// Works through the stages. The last checkpoint is that of the end.
    private func descend(
        _ state: inout AnnealingState<Scalar>, _ annealing: Annealing<Scalar>,
        on posterior: Posterior<Scalar>,
        _ progress: inout ReconstructionProgress, in place: borrowing RunPlace
    ) throws -> Ending {
        var saved = MPIRuntime.time
        func save() throws {
            try checkpoints.write(state, of: place.identity)
            try outputs.write(state.history)
            saved = MPIRuntime.time
        }
        while state.stage < annealing.stages.count {
            do {
                switch try annealing.advance(&state, on: posterior) {
                case .measured(let curvature):
                    tell(of: curvature, in: state.stage, of: annealing.stages.count)
                    continue
                case .moved:
                    progress.tell(state.history.rows.last!)
                    try context.stopIfAsked()
                    if isCheckpointDue(state.iteration, saved: saved) { try save() }
                case .entered:
                    progress.tell(state.history.rows.last!)
                    try save()
                    try context.stopIfAsked()
                case .finished:
                    try save()
                }
            } catch is StopRequest {
                try save()
                context.say(
                    "stopped by a signal in stage \(state.stage + 1) after iteration \(state.iteration); "
                        + "continue with --resume")
                return .stopped
            }
        }
        return .finished
    }

    private func tell(of curvature: Preconditioner<Scalar>, in stage: Int, of stages: Int) {
        let curvatures = curvature.curvatures.dropFirst()
        context.say(
            "stage \(stage + 1)/\(stages)  curvature of the loss from "
                + "\(scientific(curvatures.first!, 1)) at the longest waves to "
                + "\(scientific(curvatures.last!, 1)) at the shortest")
    }

    /// The clock decides when a checkpoint is written, never what is in it; rank 0's clock decides for all.
    private func isCheckpointDue(_ iteration: Int, saved: Double) -> Bool {
        if settings.checkpointEvery > 0 && iteration % settings.checkpointEvery == 0 { return true }
        guard settings.checkpointMinutes > 0 else { return false }
        return world.any(world.isRoot && MPIRuntime.time - saved >= 60 * settings.checkpointMinutes)
    }
}

extension OptimizerSection {
    /// The method. To add one: a type in `Inference`, its name in `OptimizerSection`, and a line here.
    var instance: any Optimizer {
        switch method {
        case .lbfgs: LBFGS(history: history, firstLength: learningRate)
        case .adam: Adam(learningRate: learningRate)
        case .gradientDescent: GradientDescent(firstLength: learningRate)
        }
    }
}
