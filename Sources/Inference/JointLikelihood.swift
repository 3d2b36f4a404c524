public import Dynamics
public import InitialConditions
public import Mesh
public import Observables
public import Particles

/// Everything that was observed of one universe: objectives, each at its time, whose losses add up.
///
/// Losses are added in the order of the objectives, whichever way the run goes.
public struct JointLikelihood<Scalar: ParticleScalar> {
    /// The objectives.
    public let objectives: [any Objective<Scalar>]

    /// All of them.
    ///
    /// - Precondition: at least one.
    public init(_ objectives: [any Objective<Scalar>]) {
        precondition(!objectives.isEmpty)
        self.objectives = objectives
    }

    /// When they look, increasing.
    public var scaleFactors: [Double] { Set(objectives.map(\.scaleFactor)).sorted() }

    /// The own parameters of all objectives, in their order.
    public var ownParameters: [OwnParameter] { objectives.flatMap(\.parameters) }

    /// The factors that objectives are integrated over: `bias_amplitude`, of several objectives `objective[1].bias_amplitude`.
    public var leftOutParameters: [String] {
        objectives.enumerated().flatMap { index, objective in
            objective.leftOutParameters.map { objectives.count > 1 ? "objective[\(index)].\($0)" : $0 }
        }
    }

    /// The data points that count, of all objectives.
    public var cellCount: Int { objectives.reduce(0) { $0 + $1.cellCount } }

    /// What a log should say of the data, a line each.
    public var remarks: [String] { objectives.flatMap(\.remarks) }

    /// From now on data are compared on scales above a radius R [Mpc/h].
    public func smooth(by radius: Double) { objectives.forEach { $0.smooth(by: radius) } }

    /// From now on masses of haloes are compared in another way. Collective.
    ///
    /// - Throws: the same on all ranks when an objective knows nothing of errors in that view.
    public func look(through view: HaloView) throws { try objectives.forEach { try $0.look(through: view) } }

    /// The loss of white noise. Collective.
    ///
    /// - Parameters:
    ///   - noise: on the particle grid.
    ///   - model: observes at ``scaleFactors``.
    ///   - own: the values of ``ownParameters``.
    public func value(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws -> Double {
        var losses = [Double](repeating: 0, count: objectives.count)
        try begin(at: noise, in: model, own)
        var evolution = try model.start(keeping: noise)
        try evolution.finish(observe: { observation, particles in
            let moment = Moment(at: observation.scaleFactor, in: model.cosmology)
            for (index, own) in seen(at: moment.scaleFactor, own) {
                losses[index] = try objectives[index].value(&particles, at: moment, own)
            }
        })
        return losses.reduce(0, +)
    }

    /// The loss of white noise and its derivatives by everything that made it. Collective.
    ///
    /// - Parameters:
    ///   - noise: on the particle grid.
    ///   - model: observes at ``scaleFactors``.
    ///   - own: the values of ``ownParameters``.
    ///   - extent: whether derivatives by cosmology are wanted; if not, those that are returned are not whole.
    public func gradient(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double],
        computing extent: GradientExtent = .everything
    ) throws -> LikelihoodGradient<Scalar> {
        try gradient(at: noise, in: model, own, computing: extent, along: ReversedTrajectory<Scalar>())
    }

    /// The same with states of the way back from another source. Collective.
    public func gradient(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double],
        computing extent: GradientExtent = .everything,
        along source: consuming some TrajectorySource<Scalar> & ~Copyable
    ) throws -> LikelihoodGradient<Scalar> {
        let phases = noise.decomposition.grid.phases
        var losses = [Double](repeating: 0, count: objectives.count)
        var slopes = objectives.map { $0.parameters.map { _ in 0.0 } }
        var factors = objectives.map { _ in [LeftOutFactor]() }
        try begin(at: noise, in: model, own)
        var gradient = try model.gradient(at: noise, along: source, computing: extent) {
            observation, particles, adjoint in
            let moment = Moment(at: observation.scaleFactor, in: model.cosmology)
            try phases.measure(.objective) {
                for (index, own) in seen(at: moment.scaleFactor, own) {
                    let found = try objectives[index].evaluate(
                        &particles, at: moment, own, addingTo: &adjoint)
                    losses[index] = found.loss
                    slopes[index] = found.parameters
                    factors[index] = found.leftOut
                }
            }
            return 0  // added below, in the order of the objectives
        }
        gradient.value = losses.reduce(0, +)
        return LikelihoodGradient(
            gradient, own: slopes.flatMap(\.self), leavingOut: factors.flatMap(\.self))
    }

    /// Shows all objectives the universe that is about to run. Collective.
    private func begin(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws {
        for time in scaleFactors {
            for (index, own) in seen(at: time, own) {
                try objectives[index].begin(at: noise, in: model, own)
            }
        }
    }

    /// The objectives that look at a time, with their own parameters.
    private func seen(at scaleFactor: Double, _ own: [Double]) -> [(index: Int, own: [Double])] {
        precondition(own.count == ownParameters.count)
        var first = 0
        var found: [(Int, [Double])] = []
        for (index, objective) in objectives.enumerated() {
            let next = first + objective.parameters.count
            if objective.scaleFactor == scaleFactor { found.append((index, Array(own[first..<next]))) }
            first = next
        }
        return found
    }
}

/// A loss with its derivatives by white noise, cosmology and the observations' own parameters.
public struct LikelihoodGradient<Scalar: ParticleScalar>: ~Copyable {
    /// By white noise and cosmology.
    public var universe: Gradient<Scalar>
    /// By the own parameters of all objectives.
    public let own: [Double]
    /// What is known of each of ``JointLikelihood/leftOutParameters``.
    public let leftOut: [LeftOutFactor]

    init(_ universe: consuming Gradient<Scalar>, own: [Double], leavingOut factors: [LeftOutFactor]) {
        self.own = own
        leftOut = factors
        self.universe = universe
    }

    /// Takes the derivatives by white noise and cosmology out.
    public consuming func takeUniverse() -> Gradient<Scalar> { universe }

    /// Takes the derivatives by the white noise out.
    public consuming func takeNoise() -> Field<Scalar> { universe.takeNoise() }
}
