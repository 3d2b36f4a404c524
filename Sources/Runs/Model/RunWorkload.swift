internal import Configuration
internal import Cost
internal import Gravity

extension RunConfiguration {
    /// The problem on a grid of ranks, as far as its cost depends on it.
    func workload(on ranks: SIMD2<Int>) -> Workload {
        var workload = Workload(
            particles: box.particles, mesh: box.mesh, ranks: ranks,
            wordBytes: run.precision == .single ? 4 : 8,
            under: force.plan)
        workload.dealiasedOrder = initial.dealiases ? initial.lptOrder : 0
        // An integrator asks for a force more than there are steps at most.
        workload.keptForces = min(run.keptForces ?? workload.affordableForces, evolution.stepCount + 1)
        return workload
    }

    /// The vectors that the optimiser keeps from one step to the next; 0 without an objective.
    var keptVectors: Int {
        switch optimizer?.method {
        case .lbfgs: 2 * optimizer!.history
        case .adam: 2
        case .gradientDescent, nil: 0
        }
    }

    /// The point of a chain on a lattice, and position and momentum of its trajectory.
    fileprivate var latticeVectors: Int { sampler?.method == .hmc && sampler!.usesLattice ? 3 : 0 }

    /// Fields of data and weights on the force mesh.
    fileprivate var observedFields: Int { objectives.reduce(0) { $0 + $1.fieldsOfData } }

    /// What the most demanding objective takes while it is evaluated.
    fileprivate var observation: MemoryEstimate.Observation {
        MemoryEstimate.Observation(
            fields: objectives.map(\.fieldsHeld).max() ?? 2,
            gridFields: objectives.map { $0.bias == .lagrangian ? 4 : 0 }.max() ?? 0,
            cotangentSets: objectives.map(\.cotangentSetsHeld).max() ?? 0)
    }
}

extension ObjectiveSection {
    /// Of data and weights on the force mesh; a picture is next to nothing.
    fileprivate var fieldsOfData: Int {
        kind.traits.fieldsOfData + (weights == nil || kind.traits.isPicture ? 0 : 1)
            + (likelihood == .patches ? 1 : 0)
    }

    /// Fields on the force mesh: the prediction and its cotangent, the density that a bias was applied to, and the copy of
    /// those whose logarithm is taken.
    fileprivate var fieldsHeld: Int {
        let isCopied = kind != .haloes && likelihood != .gaussian && likelihood != .poisson
        return kind.traits.fieldsHeld + (bias == .none || bias == .lagrangian ? 0 : 1)
            + (isCopied ? 1 : 0)
    }

    /// Cotangents of all particles beside those that it adds to: those of the copy that is seen, the copy itself, and the sorted
    /// ones, when fields are free again.
    fileprivate var cotangentSetsHeld: Int {
        bias == .lagrangian || axis == .radial ? 3 : kind.traits.cotangentSetsHeld
    }
}

extension MemoryEstimate {
    /// The arrays of a run on a grid of ranks.
    init(_ configuration: RunConfiguration, on ranks: SIMD2<Int>, for purpose: Purpose = .simulation) {
        self.init(
            of: configuration.workload(on: ranks), for: purpose,
            holding: Holdings(
                observedFields: configuration.observedFields, keptVectors: configuration.keptVectors,
                latticeVectors: configuration.latticeVectors,
                observation: configuration.observation,
                linkingLength: configuration.output.haloes ? configuration.halo.linkingLength : nil))
    }
}
