public import Background
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

    /// Executes the next stage, or a run of kicks with one force in a single pass, or a run of drifts with one
    /// routing. Collective.
    ///
    /// - Parameter observe: called at an observation, with the particles as they are to be seen.
    /// - Throws: ``MomentumOverflow`` and the like on all ranks, and what `observe` throws.
    public mutating func advance(
        observe: (Observation, borrowing ParticleSet<Scalar>) throws -> Void
    ) throws {
        switch schedule.stages[nextStage] {
        case .force:
            force = nil  // its memory serves the new one
            force = try solver.solve(for: particles)
        case .kick:
            let coefficients = schedule.run(of: \.kick, from: nextStage).map(\.value)
            if force == nil { force = try solver.solve(for: particles) }
            try agreeing { try $0.solver.kick(&$0.particles, by: coefficients, with: $0.force!) }
            nextStage += coefficients.count - 1
        case .drift:
            let drifts = schedule.run(of: \.drift, from: nextStage)
            force = nil
            for drift in drifts { try particles.drift(by: drift.value) }
            particles.route()
            nextStage += drifts.count - 1
        case .observe(let observation):
            try particles.seen(withMomentaTimes: observation.momentumFactor.value) {
                try observe(observation, $0)
            }
        }
        nextStage += 1
    }

    /// Executes what is left of the schedule. Collective.
    ///
    /// - Parameters:
    ///   - observe: as for ``advance(observe:)``.
    ///   - before: called between stages with the number of the next one and the particles that stand before it.
    /// - Throws: as ``advance(observe:)``.
    public mutating func finish(
        observe: (Observation, borrowing ParticleSet<Scalar>) throws -> Void = { _, _ in },
        before: (Int, borrowing ParticleSet<Scalar>) -> Void = { _, _ in }
    ) throws {
        while !isFinished {
            before(nextStage, particles)
            try advance(observe: observe)
        }
    }

    /// Undoes the last stage executed, or a run of kicks or of drifts, to the last bit. Collective.
    public mutating func retreat() throws {
        switch schedule.stages[nextStage - 1] {
        case .kick:
            let coefficients = schedule.run(of: \.kick, before: nextStage).map(\.value)
            if force == nil { force = try solver.solve(for: particles) }
            try agreeing { try $0.solver.kickBack(&$0.particles, by: coefficients, with: $0.force!) }
            nextStage -= coefficients.count
        case .drift:
            let drifts = schedule.run(of: \.drift, before: nextStage)
            force = nil
            for drift in drifts.reversed() { try particles.driftBack(by: drift.value) }
            particles.route()
            nextStage -= drifts.count
        case .force, .observe:
            nextStage -= 1
        }
    }

    /// Undoes the last stage executed, or a run of kicks or of drifts, and carries cotangents back through it.
    /// Collective.
    ///
    /// - Parameters:
    ///   - adjoint: cotangents of the particles, and derivatives with respect to the parameters so far.
    ///   - source: where the state comes from.
    ///   - observe: called at an observation, to add to the cotangents of what is seen there.
    /// - Throws: `NotFiniteError` on all ranks, and what `observe` throws.
    public mutating func retreat(
        carrying adjoint: inout AdjointState<Scalar>,
        along source: borrowing some TrajectorySource<Scalar> & ~Copyable,
        observe: (Observation, borrowing ParticleSet<Scalar>, inout CotangentSet<Scalar>) throws -> Void
    ) throws {
        switch schedule.stages[nextStage - 1] {
        case .kick:
            let kicks = schedule.run(of: \.kick, before: nextStage)
            if force == nil { force = try solver.solve(for: particles) }
            let derivative = try solver.decomposition.grid.phases.measure("agreement") {
                try solver.kickAdjoint(
                    &particles, by: kicks.map(\.value), with: force.take()!, carrying: &adjoint.cotangents)
            }
            for kick in kicks { adjoint.parameters += kick.scaled(by: derivative) }
            nextStage -= kicks.count
        case .drift:
            let drifts = schedule.run(of: \.drift, before: nextStage)
            force = nil
            for drift in drifts.reversed() {
                let derivative = try particles.driftAdjoint(by: drift.value, carrying: &adjoint.cotangents)
                adjoint.parameters += drift.scaled(by: derivative)
            }
            particles.route(carrying: &adjoint.cotangents)
            nextStage -= drifts.count
        case .observe(let observation):
            try look(at: observation, carrying: &adjoint, observe)
            nextStage -= 1
        case .force:
            nextStage -= 1
        }
        source.restore(&particles, before: nextStage)
    }

    /// Kicks, which end with all ranks agreeing that nobody overflowed: who is first waits there for the others,
    /// and that is neither of the kick's kernel nor of nothing.
    private mutating func agreeing(_ kick: (inout Evolution) throws -> Void) throws {
        try solver.decomposition.grid.phases.measure("agreement") { try kick(&self) }
    }

    /// The particles, when the evolution is over.
    consuming func takeParticles() -> ParticleSet<Scalar> { particles }

    /// Lets somebody add to the cotangents of positions and of p = f p′, and carries them to p′ and f.
    private mutating func look(
        at observation: Observation, carrying adjoint: inout AdjointState<Scalar>,
        _ observe: (Observation, borrowing ParticleSet<Scalar>, inout CotangentSet<Scalar>) throws -> Void
    ) throws {
        // Cotangents are scaled to and fro only where there is need for it.
        guard !observation.hasOwnMomenta else {
            return try observe(observation, particles, &adjoint.cotangents)
        }
        let factor = observation.momentumFactor
        let derivative = try particles.seen(
            withMomentaTimes: factor.value, carrying: &adjoint.cotangents
        ) { try observe(observation, $0, &$1) }
        adjoint.parameters += factor.scaled(by: derivative)
    }
}

/// What travels back with the particles.
public struct AdjointState<Scalar: ParticleScalar>: ~Copyable {
    /// Derivatives of the loss with respect to the state of each particle.
    public var cotangents: CotangentSet<Scalar>
    /// Derivatives with respect to the cosmological parameters; the value part means nothing.
    public var parameters = Dual(0)

    /// No derivatives yet.
    public init(for particles: borrowing ParticleSet<Scalar>) {
        cotangents = CotangentSet(for: particles)
    }

    /// Takes the cotangents out.
    consuming func takeCotangents() -> CotangentSet<Scalar> { cotangents }
}
