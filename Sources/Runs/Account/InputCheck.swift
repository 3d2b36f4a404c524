internal import Configuration
internal import Cost
internal import Dynamics
internal import Inference
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

/// Opens every file that a run would read and holds it against the configuration, as the run would.
struct InputCheck {
    let configuration: RunConfiguration
    let purpose: MemoryEstimate.Purpose
    let world: Communicator

    /// Whether the table and the wisdom can be used, and the datasets are there and fit, without reading those. Collective.
    ///
    /// - Throws: the same on all ranks.
    func lookAtFiles() throws {
        _ = try configuration.linearPowerModel(on: world)
        _ = try configuration.transformPlanning(on: world)
        for (address, shape) in datasets {
            try address.requireField(of: shape, on: world)
        }
    }

    /// Reads everything, and says what a log should. Collective.
    ///
    /// - Returns: lines for the log.
    /// - Throws: what the run would throw before its first step, on all ranks.
    func readFiles() throws -> [String] {
        switch configuration.run.precision {
        case .single: try readFiles(as: Float.self)
        case .double: try readFiles(as: Double.self)
        }
    }

    private func readFiles<Scalar: StorableScalar>(as _: Scalar.Type) throws -> [String] {
        let model: ForwardModel<Scalar> = try configuration.forwardModel(
            Scalar.self, observing: observed,
            on: world)
        var remarks = model.remarks + configuration.idleKeys(in: use)
        if purpose == .simulation || purpose == .gradient {
            // The initial conditions themselves: a particle may be displaced too far.
            _ = try model.start(from: configuration.whiteNoise(over: model.particleGrid))
        }
        for address in noises {
            let noise: Field<Scalar> = try address.readNoise(over: model.particleGrid)
            remarks += try NoiseStatistics(of: noise)
                .remarks(named: address.description, count: noise.decomposition.pointCount)
        }
        if let settings = configuration.reconstruct, purpose == .reconstruction, settings.usesStandardMethod {
            try StandardEstimate(configuration, model, world).requireTracers()
            if settings.method == .standard { return remarks }
        }
        if purpose != .simulation, !configuration.objectives.isEmpty {
            let likelihood = try configuration.jointLikelihood(of: model)
            if purpose == .reconstruction { try configuration.requireViews(of: likelihood) }
            remarks += likelihood.remarks
        }
        if purpose == .reconstruction {
            _ = try configuration.scoreCorrection(around: model, FourierTransform(model.particleGrid))
        }
        return remarks
    }

    /// When a run looks at its particles.
    private var observed: [Double] {
        if purpose == .simulation { return [] }
        return configuration.objectives.isEmpty
            ? [configuration.evolution.stop] : configuration.observedScaleFactors
    }

    private var use: RunConfiguration.Use {
        switch purpose {
        case .simulation: .simulation
        case .gradient: .gradient
        case .reconstruction: .reconstruction
        case .sampling: .sampling
        }
    }

    /// White noise that is read.
    private var noises: [DatasetAddress] {
        var found: [DatasetAddress] = []
        if purpose == .reconstruction, let settings = configuration.reconstruct {
            if case .file(let address) = settings.start { found.append(address) }
            switch settings.truth {
            case .file(let address): found.append(address)
            case .initial: if case .file(let address) = configuration.initial.noise { found.append(address) }
            case nil: break
            }
        } else if purpose == .sampling {
            if case .file(let address) = configuration.sampler?.start { found.append(address) }
            if let address = configuration.sampler?.truth?.noise { found.append(address) }
        } else if case .file(let address) = configuration.initial.noise {
            found.append(address)
        }
        return found
    }

    /// Fields that are read, and their shapes; pictures are read whole by ``readFiles()``.
    private var datasets: [(DatasetAddress, SIMD3<Int>)] {
        var found = noises.map { ($0, configuration.box.particles) }
        guard purpose != .simulation else { return found }
        for objective in configuration.objectives where !objective.kind.traits.isPicture {
            let shape = configuration.box.mesh / SIMD3(repeating: objective.coarsen)
            for case .dataset(let address) in [objective.data, objective.weights, objective.patches]
                .compactMap(\.self)
            where !address.isCatalogue {
                found.append((address, shape))
            }
        }
        return found
    }
}
