internal import Background
public import Gravity
public import Particles

/// Particles on their way through a schedule.
///
/// The state between two stages is the particles' integers and the number of the next stage, nothing else:
/// a checkpoint may be taken there, and a run continued from it, on other ranks, arrives at the same bits.
public struct Evolution<Scalar: ParticleScalar>: ~Copyable {
    /// The particles, after the stages before ``nextStage``.
    public private(set) var particles: ParticleSet<Scalar>
    /// What happens, in order.
    public let schedule: Schedule
    /// The next stage's number.
    public private(set) var nextStage: Int

    private let solver: ForceSolver<Scalar>
    // The force at the present positions, if it is known.
    private var force: Force<Scalar>?

    /// Particles that stand before a stage of a schedule.
    public init(
        _ particles: consuming ParticleSet<Scalar>, along schedule: Schedule, from stage: Int = 0,
        under solver: ForceSolver<Scalar>
    ) {
        self.particles = particles
        self.schedule = schedule
        self.solver = solver
        nextStage = stage
        force = nil
    }

    /// Whether every stage has been executed.
    public var isFinished: Bool { nextStage == schedule.stages.count }

    /// The number of steps that are complete.
    public var finishedSteps: Int { schedule.stepsBefore[nextStage] }

    /// Executes the next stage, or a run of kicks with one force in a single pass. Collective.
    ///
    /// - Parameter observe: called at an observation, with its scale factor and the particles.
    /// - Throws: ``MomentumOverflow`` and the like on all ranks, and what `observe` throws.
    public mutating func advance(
        observe: (Double, borrowing ParticleSet<Scalar>) throws -> Void
    ) throws {
        switch schedule.stages[nextStage] {
        case .force:
            force = nil  // its memory serves the new one
            force = try solver.solve(for: particles)
        case .kick:
            let coefficients = kicks(from: nextStage)
            if force == nil { force = try solver.solve(for: particles) }
            try solver.kick(&particles, by: coefficients, with: force!)
            nextStage += coefficients.count - 1
        case .drift(let coefficient):
            force = nil
            try particles.drift(by: coefficient.value)
            particles.route()
            particles.order()
        case .observe(let scaleFactor):
            try observe(scaleFactor, particles)
        }
        nextStage += 1
    }

    /// The coefficients of the kicks that follow each other from a stage on.
    private func kicks(from stage: Int) -> [Double] {
        schedule.stages[stage...].prefix { if case .kick = $0 { true } else { false } }.map {
            if case .kick(let coefficient) = $0 { coefficient.value } else { 0 }
        }
    }
}
