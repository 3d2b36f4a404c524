/// What drives the particles: through which times, by which integrator, and when they are looked at.
public struct EvolutionPlan: Sendable {
    /// Start and end of every step, increasing; the first is the time of the initial conditions.
    public let scaleFactors: [Double]
    /// How steps become kicks and drifts.
    public let integrator: any Integrator
    /// When the state is looked at, each among ``scaleFactors``.
    public let observations: [Observation]

    /// A plan.
    ///
    /// - Parameter observed: scale factors at which the state is looked at; the number of an observation is its place
    ///   in this list.
    public init(through scaleFactors: [Double], by integrator: any Integrator, observing observed: [Double]) {
        precondition(zip(scaleFactors, scaleFactors.dropFirst()).allSatisfy { $0 < $1 })
        precondition(observed.allSatisfy(scaleFactors.contains))
        self.scaleFactors = scaleFactors
        self.integrator = integrator
        observations = Observation.at(observed)
    }

    /// The same steps, looked at at other times.
    public func observing(_ observed: [Double]) -> EvolutionPlan {
        EvolutionPlan(through: scaleFactors, by: integrator, observing: observed)
    }

    /// The time of the initial conditions.
    public var start: Double { scaleFactors.first! }
    /// The end of the last step.
    public var end: Double { scaleFactors.last! }
}
