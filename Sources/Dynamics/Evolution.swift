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

    private let law: any ForceLaw<Scalar>
    // The force at the present positions, if it is known.
    private var force: (any Force<Scalar>)?

    /// Particles that stand before a stage of a schedule.
    public init(
        _ particles: consuming ParticleSet<Scalar>, along schedule: Schedule, from stage: Int = 0,
        under law: any ForceLaw<Scalar>
    ) {
        self.particles = particles
        self.schedule = schedule
        self.law = law
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
        case .force(let index):
            force = nil  // its memory serves the new one
            force = try law.solve(for: particles, at: index)
        case .kick:
            let coefficients = kicks(from: nextStage)
            let force = try presentForce()
            try agreeing { try force.kick(&$0.particles, by: coefficients) }
            nextStage += coefficients.count - 1
        case .drift(let coefficient):
            force = nil
            try particles.drift(by: coefficient.value)
            particles.route()
        case .observe(let scaleFactor):
            try observe(scaleFactor, particles)
        }
        nextStage += 1
    }

    /// Undoes the last stage executed, or a run of kicks with one force, to the last bit. Collective.
    public mutating func retreat() throws {
        switch schedule.stages[nextStage - 1] {
        case .kick:
            let coefficients = kicks(before: nextStage)
            let force = try presentForce()
            try agreeing { try force.kickBack(&$0.particles, by: coefficients) }
            nextStage -= coefficients.count
            return
        case .drift(let coefficient):
            force = nil
            try particles.driftBack(by: coefficient.value)
            particles.route()
        case .force, .observe: break
        }
        nextStage -= 1
    }

    /// Undoes the last stage executed and carries cotangents back through it. Collective.
    ///
    /// - Parameters:
    ///   - adjoint: cotangents of the particles, and derivatives with respect to the parameters so far.
    ///   - source: where the state comes from.
    ///   - observe: called at an observation, to add what was seen there to the cotangents.
    /// - Throws: `NotFiniteError` on all ranks, and what `observe` throws.
    public mutating func retreat(
        carrying adjoint: inout AdjointState<Scalar>,
        along source: borrowing some TrajectorySource<Scalar> & ~Copyable,
        observe: (Double, borrowing ParticleSet<Scalar>, inout CotangentSet<Scalar>) throws -> Void
    ) throws {
        switch schedule.stages[nextStage - 1] {
        case .kick:
            let coefficients = kicks(before: nextStage)
            let force = try presentForce()
            self.force = nil  // it is used up
            let derivatives = try law.decomposition.grid.phases.measure("agreement") {
                try force.kickAdjoint(&particles, by: coefficients, carrying: &adjoint.cotangents)
            }
            adjoint.add(derivatives.parameters)
            for index in nextStage - coefficients.count..<nextStage {
                if case .kick(let coefficient) = schedule.stages[index] {
                    adjoint.parameters += coefficient.scaled(by: derivatives.coefficient)
                }
            }
            nextStage -= coefficients.count
        case .drift(let coefficient):
            force = nil
            let derivative = try particles.driftAdjoint(
                by: coefficient.value, carrying: &adjoint.cotangents)
            adjoint.parameters += coefficient.scaled(by: derivative)
            particles.route(carrying: &adjoint.cotangents)
            nextStage -= 1
        case .observe(let scaleFactor):
            try observe(scaleFactor, particles, &adjoint.cotangents)
            nextStage -= 1
        case .force:
            nextStage -= 1
        }
        source.restore(&particles, before: nextStage)
    }

    /// The force at the present positions.
    private mutating func presentForce() throws -> any Force<Scalar> {
        if let force { return force }
        let found = try law.solve(for: particles, at: schedule.force(before: nextStage))
        force = found
        return found
    }

    /// Kicks, which end with all ranks agreeing that nobody overflowed: who is first waits there for the others,
    /// and that is neither of the kick's kernel nor of nothing.
    private mutating func agreeing(_ kick: (inout Evolution) throws -> Void) throws {
        try law.decomposition.grid.phases.measure("agreement") { try kick(&self) }
    }

    /// The particles, when the evolution is over.
    public consuming func takeParticles() -> ParticleSet<Scalar> { particles }

    /// The coefficients of the kicks that follow each other from a stage on.
    private func kicks(from stage: Int) -> [Double] {
        schedule.stages[stage...].prefix(while: \.isKick).compactMap(\.coefficient)
    }

    /// The coefficients of the kicks that follow each other up to a stage, in the order of the way forwards.
    private func kicks(before stage: Int) -> [Double] {
        schedule.stages[..<stage].reversed().prefix(while: \.isKick).compactMap(\.coefficient).reversed()
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

    /// No derivatives yet.
    ///
    /// - Parameter law: of gravity, on the way.
    public init(for particles: borrowing ParticleSet<Scalar>, under law: any ForceLaw<Scalar>) {
        cotangents = CotangentSet(for: particles)
        lawParameters = law.parameterNames.map { _ in 0 }
    }

    fileprivate mutating func add(_ derivatives: [Double]) {
        for (index, derivative) in derivatives.enumerated() { lawParameters[index] += derivative }
    }

    /// Takes the cotangents out.
    consuming func takeCotangents() -> CotangentSet<Scalar> { cotangents }
}

extension Stage {
    fileprivate var isKick: Bool {
        if case .kick = self { true } else { false }
    }

    fileprivate var coefficient: Double? {
        switch self {
        case .kick(let coefficient), .drift(let coefficient): coefficient.value
        case .force, .observe: nil
        }
    }
}
