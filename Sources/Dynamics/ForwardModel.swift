public import Background
public import Gravity
public import InitialConditions
public import Mesh
public import Parallel
public import Particles

/// What drives the particles: through which times, by which integrator, and when they are looked at.
public struct EvolutionPlan: Sendable {
    /// Start and end of every step, increasing; the first is the time of the initial conditions.
    public let scaleFactors: [Double]
    /// How steps become kicks and drifts.
    public let integrator: any Integrator
    /// The scale factors, among ``scaleFactors``, at which the state is looked at.
    public let observed: [Double]

    /// A plan.
    public init(through scaleFactors: [Double], by integrator: any Integrator, observing observed: [Double]) {
        precondition(zip(scaleFactors, scaleFactors.dropFirst()).allSatisfy { $0 < $1 })
        precondition(observed.allSatisfy(scaleFactors.contains))
        self.scaleFactors = scaleFactors
        self.integrator = integrator
        self.observed = observed
    }
}

/// The map from white noise and cosmology to particles at later times.
///
///     white noise → linear modes → Lagrangian perturbation theory → kicks and drifts
///
/// It holds what does not change between two runs: layouts, transforms, tables, units and the schedule.
public final class ForwardModel<Scalar: ParticleScalar> {
    /// Particle grid, force mesh and lengths.
    public let box: Box
    /// The particle grid's layout.
    public let particleGrid: Decomposition
    /// The force mesh's layout.
    public let mesh: Decomposition
    /// The background, with derivatives.
    public let cosmology: Cosmology<Dual>
    /// The linear power spectrum.
    public let power: LinearPower<Double>
    /// Integer units of the state, fixed for the model's life.
    public let units: StateUnits
    /// What happens.
    public let schedule: Schedule
    /// Gravity.
    public let solver: ForceSolver<Scalar>

    /// The order of the initial conditions.
    public var initialOrder: PerturbationOrder { perturbation.order }

    let amplitudes: ModeAmplitudes
    let perturbation: LagrangianPerturbation<Scalar>
    let growthAtStart: GrowthFactors<Double>
    let powerModel: LinearPowerModel
    private let plan: EvolutionPlan

    /// A model.
    ///
    /// - Parameters:
    ///   - box: particle grid and force mesh.
    ///   - universe: cosmological parameters and the shape of the power spectrum.
    ///   - order: order of the initial conditions.
    ///   - plan: times and integrator.
    ///   - kernel: discretisation of gravity.
    ///   - grid: the ranks.
    /// - Throws: ``UsageError`` when the grid of ranks is too fine, `PowerTableError` when a table does not
    ///   cover the box's modes; the same on all ranks.
    public init(
        _ box: Box, in universe: (parameters: CosmologyParameters, power: LinearPowerModel),
        startingWith order: PerturbationOrder, following plan: EvolutionPlan,
        under kernel: ForceKernel, on grid: RankGrid
    ) throws {
        self.box = box
        self.plan = plan
        particleGrid = try Decomposition(shape: box.particles, over: grid)
        mesh = try Decomposition(shape: box.mesh, over: grid)
        cosmology = Cosmology<Dual>(universe.parameters, power: universe.power)
        let background = Cosmology<Double>(universe.parameters, power: universe.power)
        powerModel = universe.power
        power = LinearPower(background, universe.power)
        amplitudes = try ModeAmplitudes(power, shape: box.particles, spacing: box.spacing)
        let end = growthFactors(at: [plan.scaleFactors.last!], background)[0]
        growthAtStart = order.growth(at: plan.scaleFactors.first!, background)
        units = StateUnits.units(
            box: box.size, velocityDispersion: Self.velocityDispersion(power, box, at: end),
            for: Scalar.self)
        schedule = plan.integrator.schedule(
            through: plan.scaleFactors, observing: plan.observed, cosmology)
        perturbation = LagrangianPerturbation(particleGrid, spacing: box.spacing, order: order)
        solver = ForceSolver(mesh, spacing: box.cell, kernel: kernel)
    }

    /// The same box, steps and forces in a universe of other parameters.
    ///
    /// - Parameters:
    ///   - model: whose layouts and transforms are shared.
    ///   - parameters: that have no `problems`.
    ///   - units: integer units of the state; those of the model if not given, whatever the parameters are, so
    ///     that an optimisation over parameters keeps one set of units.
    /// - Throws: `PowerTableError` on all ranks when a table does not cover the box's modes.
    public init(_ model: ForwardModel, with parameters: CosmologyParameters, in units: StateUnits? = nil)
        throws
    {
        let background = Cosmology<Double>(parameters, power: model.powerModel)
        box = model.box
        plan = model.plan
        particleGrid = model.particleGrid
        mesh = model.mesh
        cosmology = Cosmology<Dual>(parameters, power: model.powerModel)
        powerModel = model.powerModel
        power = LinearPower(background, powerModel)
        amplitudes = try ModeAmplitudes(power, shape: box.particles, spacing: box.spacing)
        growthAtStart = model.perturbation.order.growth(at: plan.scaleFactors.first!, background)
        self.units = units ?? model.units
        schedule = plan.integrator.schedule(through: plan.scaleFactors, observing: plan.observed, cosmology)
        perturbation = model.perturbation
        solver = model.solver
    }

    /// The linear overdensity for D1 = 1 of white noise, on the particle grid. Collective.
    public func linearDensity(of noise: consuming Field<Scalar>) -> Field<Scalar> {
        perturbation.transform.inverse(linearModes(of: noise), ghosts: .none)
    }

    /// The linear overdensity modes for D1 = 1 of white noise on the particle grid. Collective.
    public func linearModes(of noise: consuming Field<Scalar>) -> FourierField<Scalar> {
        var modes = perturbation.transform.forward(noise)
        amplitudes.apply(to: &modes)
        return modes
    }

    /// The particles at the start, in Lagrangian order. Collective.
    ///
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func initialState(from noise: consuming Field<Scalar>) throws -> LagrangianBlock<Scalar> {
        var modes: FourierField<Scalar>? = linearModes(of: noise)
        return try particleGrid.grid.phases.measure("initial conditions") {
            try perturbation.displace(modes.take()!, to: growthAtStart, in: units)
        }
    }

    /// A run from the start. Collective.
    ///
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func start(from noise: consuming Field<Scalar>) throws -> Evolution<Scalar> {
        try resume(from: initialState(from: noise), at: 0)
    }

    /// A run that goes on from a state kept before a stage. Collective.
    ///
    /// - Parameter coefficients: the kicks and drifts it was begun with, if they are known.
    public func resume(
        from state: consuming LagrangianBlock<Scalar>, at stage: Int, keeping coefficients: [Double]? = nil
    ) throws -> Evolution<Scalar> {
        let particles = ParticleSet(routing: state, to: mesh)
        let schedule = coefficients.map(schedule.replacingCoefficients(with:)) ?? schedule
        return Evolution(particles, along: schedule, from: stage, under: solver)
    }

    /// The linear velocity dispersion `a² E D1′ σ_ψ` along one axis [Mpc/h H0].
    private static func velocityDispersion(
        _ power: LinearPower<Double>, _ box: Box, at growth: GrowthFactors<Double>
    ) -> Double {
        let range = ModeAmplitudes.wavenumberRange(shape: box.particles, spacing: box.spacing)
        return growth.driftFunction
            * power.sigmaDisplacement(from: range.lowerBound, to: range.upperBound)
    }
}
