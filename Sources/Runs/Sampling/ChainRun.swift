internal import Configuration
internal import Dynamics
internal import Inference
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Records
internal import Storage
internal import Text

/// One chain on one group of ranks, from its start or a checkpoint to its last sample.
struct ChainRun<Scalar: StorableScalar> {
    private let universe: SampledUniverse<Scalar>
    private let number: Int
    private let context: RunContext
    private let transform: FourierTransform<Scalar>

    private var settings: SamplerSection { universe.settings }
    private var directory: String { universe.configuration.output.directory }
    private var chainPath: String { "\(directory)/\(settings.chainName(number))" }
    private var random: ChainRandom { ChainRandom(seed: settings.seed, chain: number) }
    private var total: Int { settings.warmUp + settings.samples }

    /// A chain, by its number from 0.
    init(_ universe: SampledUniverse<Scalar>, _ number: Int, in context: RunContext) {
        self.universe = universe
        self.number = number
        self.context = context
        transform = FourierTransform(universe.model.particleGrid)
    }

    /// Runs to the end, or to a signal. Collective over the group.
    func follow(isContinued: Bool, in place: borrowing RunPlace) throws -> Ending {
        var universe = universe
        let sampler = settings.instance
        let chain = MarkovChain(
            by: sampler,
            MarkovChain<Scalar>.Settings(
                warmUp: settings.warmUp, step: settings.step, length: settings.length,
                mass: settings.mass == .measured ? .measured : .identity,
                beginning: beginning),
            drawing: random, over: universe.space, transform)
        let restored = isContinued ? try restore(of: place, sampler) : nil
        var sampled: SampledChain<Scalar>
        if let restored {
            universe = try universe.inUnits(of: restored.momentumExponent, in: context)
            sampled = restored.take()
        } else {
            do {
                sampled = try start(chain, universe)
            } catch is StopRequest {
                context.say(
                    "stopped by a signal before chain \(number) began; the same command with --resume starts it"
                )
                return .stopped
            }
        }
        let checkpoints = checkpoints(of: universe)
        var saved = -1
        func save() throws {
            guard saved != sampled.state.chain.iteration else { return }
            try write(sampled, universe, of: place.identity)
            try checkpoints.write(sampled, of: place.identity)
            saved = sampled.state.chain.iteration
        }
        while sampled.state.chain.iteration < total {
            do {
                try chain.advance(&sampled.state, on: universe.density) { [context] in context.isAskedToStop }
            } catch is StopRequest {
                try save()
                context.say(
                    "stopped by a signal after iteration \(sampled.state.chain.iteration) of chain \(number); "
                        + "continue with --resume")
                return .stopped
            }
            tell(sampled.state.history.rows.last!, sampled.state.chain.iteration)
            let sample = sampled.state.chain.iteration - settings.warmUp
            if sample > 0 && sample % settings.thin == 0 {
                try keep(sample, &sampled, universe, place.identity)
            }
            if sampled.state.chain.iteration % settings.checkpointEvery == 0 { try save() }
        }
        try save()
        return .finished
    }

    private var beginning: MarkovChain<Scalar>.Beginning {
        switch settings.start {
        case .file: .mode
        case .noise: universe.configuration.objectives.isEmpty ? .draw : .descent
        }
    }

    private func checkpoints(of universe: SampledUniverse<Scalar>) -> ChainCheckpoints<Scalar> {
        ChainCheckpoints(
            store: RunKind.sample.stores(of: universe.configuration, in: directory)[number],
            chainPath: chainPath, transform: transform, mesh: universe.model.mesh,
            momentumExponent: universe.model.units.momentumExponent, provenance: universe.provenance)
    }

    private func restore(
        of place: borrowing RunPlace, _ sampler: any Sampler
    ) throws -> ChainCheckpoints<Scalar>.Restored? {
        let dimensions = universe.model.particleGrid.pointCount + universe.space.parameters.count
        return try checkpoints(of: universe).restore(
            of: place, over: universe.space, leavingOut: universe.density.leftOutParameters,
            sampler.stepSearch(dimensions: dimensions), tell: context.say)
    }

    private func start(
        _ chain: MarkovChain<Scalar>, _ universe: SampledUniverse<Scalar>
    ) throws -> SampledChain<Scalar> {
        let grid = universe.model.particleGrid
        let zeros = universe.space.parameters.map { _ in 0.0 }
        let noise: Field<Scalar>
        switch settings.start {
        case .file(let address): noise = try address.readNoise(over: grid)
        case .noise:
            noise = .whiteNoise(seed: random.key(.start, at: 0), over: grid)
            if beginning == .descent {
                context.say("chain \(number) goes downhill from a draw of the prior, then begins")
            }
        }
        let point = ParameterVector(noise: noise, parameters: zeros)
        guard
            let state = try chain.start(
                at: point, on: universe.density, stoppingWhen: { [context] in context.isAskedToStop })
        else {
            throw UsageError(
                "sampler.start: the posterior there is not finite, or a number of its noise is beyond 16; start from "
                    + "other noise, or check objective.data and cosmology")
        }
        return SampledChain(state, density: RunningMoments(over: universe.model.mesh))
    }

    private func tell(_ row: ChainHistory.Row, _ iteration: Int) {
        guard iteration % 10 == 0 || iteration == total else { return }
        let part =
            iteration <= settings.warmUp
            ? "warm-up \(iteration)/\(settings.warmUp)"
            : "sample \(iteration - settings.warmUp)/\(settings.samples)"
        context.say(
            "chain \(number)  \(part)  ln p \(scientific(row.logProbability, 5))  acceptance "
                + "\(fixed(row.draw.acceptance, 2))  step \(scientific(row.step, 2))  \(row.draw.steps) steps"
        )
    }

    /// Runs a sample forwards and writes it.
    private func keep(
        _ sample: Int, _ sampled: inout SampledChain<Scalar>, _ universe: SampledUniverse<Scalar>,
        _ run: RunIdentity
    ) throws {
        let scaled = sampled.state.chain.point.parameters
        guard let model = try universe.model(at: scaled) else { return }
        var evolution = try model.start(keeping: sampled.state.chain.point.noise)
        var checks = PredictiveChecks(
            of: universe, at: scaled, seed: random.key(.predictive, at: sampled.state.chain.iteration))
        try checks.begin(at: sampled.state.chain.point.noise, in: model)
        try evolution.finish(observe: { observation, particles in
            try checks.look(&particles, at: Moment(at: observation.scaleFactor, in: model.cosmology))
        })
        let density = try evolution.particles.relativeDensity()
        sampled.density.add(density)
        let box = model.box.size
        var file = try OutputFile(
            creating: "\(directory)/\(settings.sampleName(sample, of: number))",
            expectedBytes: (model.particleGrid.pointCount + model.mesh.pointCount)
                * MemoryLayout<Scalar>.size,
            provenance: universe.provenance, over: context.world)
        file.set("identity", to: .text(run.text))
        file.set("chain", to: .integer(number))
        file.set("sample", to: .integer(sample))
        let history = sampled.state.history
        for (name, value) in zip(history.parameters, history.rows.last?.parameters ?? []) {
            try file.write(
                [value], shape: [], at: "/parameters/\(name)",
                labels: Labels(units: "1", description: "sampled"))
        }
        try file.write(
            sampled.state.chain.point.noise, at: "/white_noise", box: box,
            "white noise on the particle grid")
        try file.write(
            density, at: "/final_density", box: box,
            "density / mean at a = \(universe.configuration.evolution.stop) on the force mesh")
        try checks.write(to: &file)
        try file.finish()
    }

    /// Writes the chain's file as it is now.
    private func write(
        _ sampled: borrowing SampledChain<Scalar>, _ universe: SampledUniverse<Scalar>, of run: RunIdentity
    ) throws {
        let history = sampled.state.history
        let model = universe.model
        var file = try OutputFile(
            creating: chainPath,
            expectedBytes: ChainHistory.bytes(
                rows: history.rows.count, history.sample, parameters: history.parameters.count)
                + 16 * (model.particleGrid.pointCount + model.mesh.pointCount) + 65536,
            provenance: universe.provenance, over: context.world)
        file.set("identity", to: .text(run.text))
        file.set("chain", to: .integer(number))
        file.set("step", to: .real(sampled.state.tuning.step))
        file.set("length", to: .real(sampled.state.tuning.length))
        try history.write(warmUp: settings.warmUp, to: &file)
        try file.write(
            sampled.state.tuning.mass.curvatures, at: "/tuning/curvatures",
            labels: Labels(units: "1", description: "C(k) at k = 0, 1, 2 ... fundamental wavenumbers"))
        try universe.truth?.write(to: &file)
        let box = model.box.size
        try file.write(sampled.state.moments.mean, at: "/noise/mean", box: box, "mean of the white noise")
        try file.write(
            sampled.state.moments.variance(), at: "/noise/variance", box: box, "variance of the white noise")
        try file.write(
            sampled.density.mean, at: "/density/mean", box: box,
            "mean of density / mean over written samples")
        try file.write(
            sampled.density.variance(), at: "/density/variance", box: box,
            "variance of density / mean over written samples")
        file.set("count", to: .integer(sampled.state.moments.count), on: "/noise")
        file.set("count", to: .integer(sampled.density.count), on: "/density")
        try file.finish()
    }
}
