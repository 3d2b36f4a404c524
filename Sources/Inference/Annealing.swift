public import Mesh
public import Observables
internal import Parallel
public import Particles

/// A part of a search in which data are compared above one scale.
public struct AnnealingStage: Sendable, Equatable {
    /// The radius R of the Gaussian with which residuals are smoothed [Mpc/h].
    public let smoothing: Double
    /// Most iterations.
    public let iterations: Int
    /// The stage ends when the loss fell by less than this fraction over ten iterations; 0: never.
    public let tolerance: Double
    /// How masses of haloes are compared; as before if nil.
    public let haloes: HaloView?

    /// A stage.
    public init(smoothing: Double, iterations: Int, tolerance: Double, haloes: HaloView? = nil) {
        self.haloes = haloes
        self.smoothing = smoothing
        self.iterations = iterations
        self.tolerance = tolerance
    }
}

/// Where a search is, between two iterations: everything that the next one depends on.
public struct AnnealingState<Scalar: ParticleScalar>: ~Copyable {
    /// The stage at hand, from 0; the number of stages when all are done.
    public internal(set) var stage: Int
    /// Steps taken in it.
    public internal(set) var iteration: Int
    /// The course so far.
    public internal(set) var history: SearchHistory
    /// Point, loss and gradient under the smoothing of the stage at hand, and what the method remembers.
    public internal(set) var optimizer: OptimizerState<Scalar>

    /// A state that was kept.
    public init(
        stage: Int, iteration: Int, history: SearchHistory, optimizer: consuming OptimizerState<Scalar>
    ) {
        self.stage = stage
        self.iteration = iteration
        self.history = history
        self.optimizer = optimizer
    }

    /// Grows with every iteration and every stage.
    public var number: Int { history.rows.count + stage }
}

/// A search from coarse scales to fine ones: an optimiser, stage by stage. The parameters beside the modes are free in
/// the last stage.
public struct Annealing<Scalar: ParticleScalar> {
    /// What is done, in order.
    public let stages: [AnnealingStage]

    private let optimizer: any Optimizer
    private let curvature: Curvature
    /// On the particle grid.
    private let transform: FourierTransform<Scalar>
    private let clock: () -> Double
    private let isStopRequested: () -> Bool

    /// Whether the curvature of the loss is measured where a stage begins.
    public enum Curvature: Sendable {
        /// Measured, for methods that use it.
        case measured
        /// Not known.
        case unknown
    }

    /// A search.
    ///
    /// - Parameters:
    ///   - stages: at least one.
    ///   - optimizer: the method.
    ///   - curvature: whether it is measured.
    ///   - transform: on the particle grid.
    ///   - clock: seconds since the very beginning, for the history.
    ///   - isStopRequested: asked after each gradient; the same on all ranks.
    public init(
        through stages: [AnnealingStage], by optimizer: any Optimizer, _ curvature: Curvature,
        _ transform: FourierTransform<Scalar>, clock: @escaping () -> Double,
        isStopRequested: @escaping () -> Bool
    ) {
        precondition(!stages.isEmpty)
        self.stages = stages
        self.optimizer = optimizer
        self.curvature = curvature
        self.transform = transform
        self.clock = clock
        self.isStopRequested = isStopRequested
    }

    /// What a call of ``advance(_:on:)`` did.
    public enum Event {
        /// It measured the curvature of the loss.
        case measured(Preconditioner<Scalar>)
        /// It took a step; the history has a row more.
        case moved
        /// It ended a stage and stands at the start of the next, of which the history has a row.
        case entered
        /// It ended the last stage.
        case finished
    }

    /// The start of the first stage. Collective.
    ///
    /// - Returns: nil where there is no finite loss.
    public func start(
        at point: consuming ParameterVector<Scalar>, on posterior: Posterior<Scalar>
    ) throws -> AnnealingState<Scalar>? {
        try enter(0, posterior)
        guard let evaluation = try posterior.evaluate(at: point) else { return nil }
        var state = AnnealingState(
            stage: 0, iteration: 0, history: SearchHistory(), optimizer: OptimizerState(at: point, evaluation)
        )
        try note(&state, posterior)
        return state
    }

    /// Does the next thing: measures the curvature, takes a step, or goes to the next stage. Collective.
    ///
    /// - Throws: ``StopRequest`` on all ranks, with the state as it was; `UsageError` and `NotFiniteError`.
    public func advance(
        _ state: inout AnnealingState<Scalar>, on posterior: Posterior<Scalar>
    ) throws -> Event {
        precondition(state.stage < stages.count)
        try enter(state.stage, posterior)
        if let found = try measure(state, posterior) {
            state.optimizer.preconditioner = found
            return .measured(found)
        }
        let stage = stages[state.stage]
        if state.iteration < stage.iterations && !state.history.isSettled(to: stage.tolerance),
            try step(&state.optimizer, posterior) == .moved
        {
            state.iteration += 1
            try note(&state, posterior)
            return .moved
        }
        return try enterNextStage(&state, posterior)
    }

    /// The curvature of the loss where a stage begins, if it is wanted and not known.
    private func measure(
        _ state: borrowing AnnealingState<Scalar>, _ posterior: Posterior<Scalar>
    ) throws -> Preconditioner<Scalar>? {
        guard curvature == .measured, optimizer.usesPreconditioner, state.iteration == 0,
            state.optimizer.preconditioner == nil
        else { return nil }
        return try phases.measure(.optimizer) {
            try Preconditioner.measured(at: state.optimizer.point, state.optimizer.evaluation, transform) {
                try evaluate(at: $0, posterior)
            }
        }
    }

    private func step(
        _ state: inout OptimizerState<Scalar>, _ posterior: Posterior<Scalar>
    ) throws -> StepOutcome {
        try phases.measure(.optimizer) {
            try optimizer.step(&state) { try evaluate(at: $0, posterior) }
        }
    }

    /// A loss's own time is not the optimiser's.
    private func evaluate(
        at point: borrowing ParameterVector<Scalar>, _ posterior: Posterior<Scalar>
    ) throws -> Evaluation<Scalar>? {
        let evaluation = try phases.measure(.other) { try posterior.evaluate(at: point) }
        if isStopRequested() { throw StopRequest() }
        return evaluation
    }

    private func enterNextStage(
        _ state: inout AnnealingState<Scalar>, _ posterior: Posterior<Scalar>
    ) throws -> Event {
        let next = state.stage + 1
        guard next < stages.count else {
            state.stage = next
            state.iteration = 0
            return .finished
        }
        try enter(next, posterior)
        guard let evaluation = try posterior.evaluate(at: state.optimizer.point) else {
            throw UsageError(
                "optimizer.stages[\(next)]: the loss is not finite at the point that stage \(next) found; check "
                    + "objective.data and objective.sigma for numbers that are far too large")
        }
        state.optimizer = OptimizerState(at: state.optimizer.point.copy(), evaluation)
        state.stage = next
        state.iteration = 0
        try note(&state, posterior)
        return .entered
    }

    private var phases: Phases { transform.decomposition.grid.phases }

    private func enter(_ stage: Int, _ posterior: Posterior<Scalar>) throws {
        try posterior.enter(
            smoothing: stages[stage].smoothing, haloes: stages[stage].haloes,
            stage == stages.count - 1 ? .joint : .modes)
    }

    private func note(_ state: inout AnnealingState<Scalar>, _ posterior: Posterior<Scalar>) throws {
        let values = posterior.space.values(at: state.optimizer.point.parameters)
        state.history.add(
            SearchHistory.Row(
                stage: state.stage, iteration: state.iteration, loss: state.optimizer.evaluation.value,
                gradientNorm: try phases.measure(.optimizer) { try state.optimizer.gradientNorm() },
                gradients: posterior.gradients,
                smoothing: stages[state.stage].smoothing, seconds: clock()),
            zip(posterior.space.parameters, values).map { ($0.name, $1) })
    }
}
