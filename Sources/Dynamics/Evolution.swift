public import Background
public import Gravity
public import Mesh
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

    private let law: any ForceLaw<Scalar>
    // The force at the present positions, if it is known.
    private var force: (any Force<Scalar>)?
    // The last ones, from a number on, for the way back; particles come back to where each was solved.
    private var kept: [ForceIndex: any Force<Scalar>] = [:]
    private let firstKept: Int

    /// Particles that stand before a stage of a schedule.
    ///
    /// - Parameter kept: how many of the last forces are remembered until the way back is through with them, which else solves
    ///   each again. Bits cannot tell.
    public init(
        _ particles: consuming ParticleSet<Scalar>, along schedule: Schedule, from stage: Int = 0,
        under law: any ForceLaw<Scalar>, keeping kept: Int = 0
    ) {
        precondition(kept >= 0)
        self.particles = particles
        self.schedule = schedule
        self.law = law
        nextStage = stage
        force = nil
        firstKept = schedule.forceCount - kept
    }

    /// Whether every stage has been executed.
    public var isFinished: Bool { nextStage == schedule.stages.count }

    /// The number of steps that are complete.
    public var finishedSteps: Int { schedule.stepsBefore[nextStage] }

    /// Executes the next stage, or a run of kicks with one force in a single pass, or a run of drifts with one
    /// routing. Collective.
    ///
    /// - Parameter observe: called at an observation, with the particles as they are to be seen; if it moves them, it
    ///   brings them back to the last bit.
    /// - Throws: ``MomentumOverflow`` and the like on all ranks, and what `observe` throws.
    public mutating func advance(
        observe: (Observation, inout ParticleSet<Scalar>) throws -> Void
    ) throws {
        switch schedule.stages[nextStage] {
        case .force(let index):
            (force, kept[index]) = (nil, nil)  // its memory serves the new one
            force = try law.solve(for: particles, at: index)
            if index.number >= firstKept { kept[index] = force }
        case .kick:
            let coefficients = schedule.run(of: \.kick, from: nextStage).map(\.value)
            let force = try presentForce()
            try agreeing { try force.kick(&$0.particles, by: coefficients) }
            nextStage += coefficients.count - 1
        case .drift:
            let drifts = schedule.run(of: \.drift, from: nextStage)
            force = nil
            for drift in drifts { try particles.drift(by: drift.value) }
            particles.route()
            nextStage += drifts.count - 1
        case .observe(let observation):
            try particles.seen(withMomentaTimes: observation.momentumFactor.value) {
                try observe(observation, &$0)
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
        observe: (Observation, inout ParticleSet<Scalar>) throws -> Void = { _, _ in },
        before: (Int, borrowing ParticleSet<Scalar>) -> Void = { _, _ in }
    ) throws {
        while !isFinished {
            before(nextStage, particles)
            try advance(observe: observe)
        }
    }

    /// Lets somebody look at the particles of the observation that was executed last, before anything else is.
    ///
    /// - Parameter look: as in ``advance(observe:)``.
    public mutating func look<Result: ~Copyable>(
        at observation: Observation, _ look: (inout ParticleSet<Scalar>) throws -> Result
    ) rethrows -> Result {
        try particles.seen(withMomentaTimes: observation.momentumFactor.value, by: look)
    }

    /// Undoes the last stage executed, or a run of kicks or of drifts, to the last bit. Collective.
    public mutating func retreat() throws {
        switch schedule.stages[nextStage - 1] {
        case .kick:
            let coefficients = schedule.run(of: \.kick, before: nextStage).map(\.value)
            let force = try presentForce()
            try agreeing { try force.kickBack(&$0.particles, by: coefficients) }
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
    ///   - observe: called at an observation, to add what was seen there to what travels back; if it moves the
    ///     particles, it carries their cotangents along and brings all back.
    /// - Throws: `NotFiniteError` on all ranks, and what `observe` throws.
    public mutating func retreat(
        carrying adjoint: inout AdjointState<Scalar>,
        along source: borrowing some TrajectorySource<Scalar> & ~Copyable,
        observe: (Observation, inout ParticleSet<Scalar>, inout AdjointState<Scalar>) throws -> Void
    ) throws {
        switch schedule.stages[nextStage - 1] {
        case .kick:
            let kicks = schedule.run(of: \.kick, before: nextStage)
            let force = try presentForce()
            forgetForce()  // it is used up
            let derivatives = try law.decomposition.grid.phases.measure(.agreement) {
                try force.kickAdjoint(&particles, by: kicks.map(\.value), carrying: &adjoint.cotangents)
            }
            adjoint.add(derivatives.parameters)
            for kick in kicks { adjoint.parameters += kick.scaled(by: derivatives.coefficient) }
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

    /// The force at the present positions.
    private mutating func presentForce() throws -> any Force<Scalar> {
        if let force { return force }
        let index = schedule.force(before: nextStage)
        let found = try kept[index] ?? law.solve(for: particles, at: index)
        force = found
        return found
    }

    private mutating func forgetForce() {
        force = nil
        kept[schedule.force(before: nextStage)] = nil
    }

    /// Kicks, which end with all ranks agreeing that nobody overflowed: who is first waits there for the others,
    /// and that is neither of the kick's kernel nor of nothing.
    private mutating func agreeing(_ kick: (inout Evolution) throws -> Void) throws {
        try law.decomposition.grid.phases.measure(.agreement) { try kick(&self) }
    }

    /// The particles, when the evolution is over.
    public consuming func takeParticles() -> ParticleSet<Scalar> { particles }

    /// Lets somebody add to the cotangents of positions and of p = f p′, and carries them to p′ and f.
    private mutating func look(
        at observation: Observation, carrying adjoint: inout AdjointState<Scalar>,
        _ observe: (Observation, inout ParticleSet<Scalar>, inout AdjointState<Scalar>) throws -> Void
    ) throws {
        // Cotangents are scaled to and fro only where there is need for it.
        guard !observation.hasOwnMomenta else {
            return try observe(observation, &particles, &adjoint)
        }
        let factor = observation.momentumFactor
        let before = try particles.express(&adjoint.cotangents, byMomentaTimes: factor.value)
        try particles.seen(withMomentaTimes: factor.value) { try observe(observation, &$0, &adjoint) }
        let derivative = try particles.expressBack(
            &adjoint.cotangents, fromMomentaTimes: factor.value, since: before)
        adjoint.parameters += factor.scaled(by: derivative)
    }
}

/// What travels back with the particles.
public struct AdjointState<Scalar: ParticleScalar>: ~Copyable {
    /// Derivatives of the loss with respect to the state of each particle.
    public var cotangents: CotangentSet<Scalar>
    /// Derivatives with respect to the cosmological parameters; the value part means nothing.
    public var parameters = Dual(0)
    /// Derivatives with respect to the parameters of the law of gravity, as many as it names.
    public private(set) var lawParameters: [Double]

    /// The transform of ∂L/∂δ(q), δ being the linear overdensity for D1 = 1 on the particle grid, if anything saw it.
    private var linear: FourierField<Scalar>?

    /// No derivatives yet.
    ///
    /// - Parameter law: of gravity, on the way.
    public init(for particles: borrowing ParticleSet<Scalar>, under law: any ForceLaw<Scalar>) {
        cotangents = CotangentSet(for: particles)
        lawParameters = law.parameterNames.map { _ in 0 }
    }

    /// Adds what the linear overdensity does beside the particles: the transform of ∂L/∂δ(q), for D1 = 1.
    public mutating func add(linear cotangent: consuming FourierField<Scalar>) {
        if var sum = linear.take() {
            sum.add(cotangent)
            linear = consume sum
        } else {
            linear = consume cotangent
        }
    }

    /// Takes out what ``add(linear:)`` left.
    mutating func takeLinear() -> FourierField<Scalar>? { linear.take() }

    fileprivate mutating func add(_ derivatives: [Double]) {
        for (index, derivative) in derivatives.enumerated() { lawParameters[index] += derivative }
    }

    /// Takes the cotangents out.
    consuming func takeCotangents() -> CotangentSet<Scalar> { cotangents }
}
