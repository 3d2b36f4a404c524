internal import Configuration
internal import Cost
internal import Gravity

extension RunConfiguration {
    /// The problem on a grid of ranks, as far as its cost depends on it.
    func workload(on ranks: SIMD2<Int>) -> Workload {
        Workload(
            particles: box.particles, mesh: box.mesh, ranks: ranks,
            wordBytes: run.precision == .single ? 4 : 8,
            under: force.plan)
    }

    /// The vectors that the optimiser keeps from one step to the next; 0 without an objective.
    var keptVectors: Int {
        switch optimizer?.method {
        case .lbfgs: 2 * optimizer!.history
        case .adam: 2
        case .gradientDescent, nil: 0
        }
    }

    /// Fields of data and weights on the force mesh; a picture is next to nothing.
    fileprivate var observedFields: Int {
        objectives.filter { $0.kind != .projectedDensity }.reduce(0) { $0 + ($1.weights == nil ? 1 : 2) }
    }

    /// What the most demanding objective takes while it is evaluated.
    fileprivate var observation: MemoryEstimate.Observation {
        MemoryEstimate.Observation(
            fields: objectives.contains { $0.kind != .projectedDensity && $0.bias != .none } ? 3 : 2,
            cotangentSets: objectives.contains { $0.kind == .redshiftSpaceDensity } ? 1 : 0)
    }
}

extension MemoryEstimate {
    /// The arrays of a run on a grid of ranks.
    init(_ configuration: RunConfiguration, on ranks: SIMD2<Int>, for purpose: Purpose = .simulation) {
        self.init(
            of: configuration.workload(on: ranks), for: purpose,
            holding: Holdings(
                observedFields: configuration.observedFields, keptVectors: configuration.keptVectors,
                observation: configuration.observation))
    }
}
