internal import Background
internal import Configuration
internal import Dynamics
internal import Gravity
internal import Inference
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

extension InitialSection {
    /// How far perturbation theory goes.
    var perturbationOrder: PerturbationOrder {
        switch lptOrder {
        case 1: .first
        case 2: dealiases ? .dealiasedSecond : .second
        default: .third
        }
    }
}

extension RunConfiguration {
    /// The box.
    var simulationBox: Box {
        Box(particles: box.particles, spacing: box.spacing, mesh: box.mesh)
    }

    /// Times and integrator.
    ///
    /// - Parameter observed: the scale factors, ends of steps, at which the state is looked at.
    func plan(observing observed: [Double]) -> EvolutionPlan {
        let midpoint: Midpoint =
            switch evolution.midpoint {
            case .arithmetic: .arithmetic
            case .geometric: .geometric
            }
        let integrator: any Integrator =
            switch evolution.integrator {
            case .fastpm: FastPM(midpoint: midpoint)
            case .quinn: Quinn(midpoint: midpoint)
            case .fastpmDriftKickDrift: FastPMDriftKickDrift(midpoint: midpoint)
            case .bullfrog: BullFrog()
            }
        return EvolutionPlan(
            through: evolution.scaleFactors, by: integrator, observing: observed)
    }

    /// The model that this configuration describes. Collective.
    ///
    /// - Parameter observed: the scale factors, ends of steps, at which the state is looked at.
    /// - Throws: the same on all ranks when a table cannot be read or does not cover the box.
    func forwardModel<Scalar: StorableScalar>(
        _ scalar: Scalar.Type, observing observed: [Double], on world: Communicator
    ) throws -> ForwardModel<Scalar> {
        try forwardModel(
            scalar, observing: observed, over: makeRankGrid(on: world))
    }

    /// The model that this configuration describes, on a grid of ranks that others may share. Collective.
    ///
    /// - Precondition: the grid's shape is that of ``rankGrid(for:)``.
    func forwardModel<Scalar: StorableScalar>(
        _: Scalar.Type, observing observed: [Double], over grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try grid.phases.measure(.preparation) {
            let power = try linearPowerModel(on: grid.world)
            return try grid.world.agree {
                try ForwardModel(
                    simulationBox, in: (cosmology, power),
                    startingWith: initial.perturbationOrder, following: plan(observing: observed),
                    under: force.plan, on: grid
                ).keepingForces(workload(on: grid.shape).keptForces)
            }
        }
    }

    /// The white noise, from the seed or from a file. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when the file cannot be read or has another shape.
    func whiteNoise<Scalar: StorableScalar>(over particleGrid: Decomposition) throws -> Field<Scalar> {
        switch initial.noise {
        case .seed(let seed):
            return .whiteNoise(seed: seed, over: particleGrid)
        case .file(let address):
            return try address.readNoise(over: particleGrid)
        }
    }

    /// What a log should say of the white noise, if it comes from a file. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    func remarks<Scalar: StorableScalar>(onNoise noise: borrowing Field<Scalar>) throws -> [String] {
        guard case .file(let address) = initial.noise else { return [] }
        return try NoiseStatistics(of: noise)
            .remarks(named: address.description, count: noise.decomposition.pointCount)
    }

    /// What every file of this run says of its origin.
    func provenance<Scalar: StorableScalar>(of model: ForwardModel<Scalar>) -> Provenance {
        provenance(model.cosmology, model.mesh.grid.planning)
    }

    /// What every file says of its origin that is made with this cosmology and these plans.
    func provenance(_ cosmology: Cosmology<Dual>, _ planning: TransformPlanning) -> Provenance {
        var values: [String: Double] = [:]
        for parameter in CosmologyParameter.allCases {
            values[self.cosmology.name(of: parameter)] = self.cosmology[parameter]
        }
        values["A_s"] = cosmology.scalarAmplitude.value
        // By this name Pylians looks for it.
        values["Omega_lambda"] = cosmology.omegaDarkEnergy.value
        // A table has neither, or not as far as is known.
        if power.model == .table {
            values["n_s"] = nil
            if power.scalarAmplitude == nil { values["A_s"] = nil }
        }
        let seed: Int? = if case .seed(let seed) = initial.noise { Int(bitPattern: UInt(seed)) } else { nil }
        var provenance = Provenance(
            precision: run.precision.rawValue, seed: seed, configuration: resolvedText, cosmology: values)
        if planning.wisdom != TransformWisdom() { provenance.wisdom = planning.wisdom.text }
        return provenance
    }
}
