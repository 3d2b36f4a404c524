public import Background
public import Gravity
public import InitialConditions
public import Mesh
public import Parallel
public import Particles

/// The map from white noise and cosmology to particles at later times: a layout and a theory.
///
///     white noise → linear modes → Lagrangian perturbation theory → kicks and drifts
public struct ForwardModel<Scalar: ParticleScalar> {
    /// What no parameter changes.
    public let layout: SimulationLayout<Scalar>
    /// What follows from the parameters.
    public let theory: Theory

    /// The model of a theory on a layout.
    ///
    /// - Precondition: both are of the same box and the same plan.
    public init(_ layout: SimulationLayout<Scalar>, of theory: Theory) {
        self.layout = layout
        self.theory = theory
    }

    /// A model from its parts, in the integer units that fit its own velocities at the end.
    ///
    /// - Parameters:
    ///   - box: particle grid and force mesh.
    ///   - universe: cosmological parameters and the shape of the power spectrum.
    ///   - order: order of the initial conditions.
    ///   - plan: times and integrator.
    ///   - force: the law of gravity.
    ///   - grid: the ranks.
    /// - Throws: ``UsageError`` when the grid of ranks is too fine or linear theory leaves the range of numbers,
    ///   `PowerTableError` when a table does not cover the box's modes; the same on all ranks.
    public init(
        _ box: Box, in universe: (parameters: CosmologyParameters, power: LinearPowerModel),
        startingWith order: PerturbationOrder, following plan: EvolutionPlan,
        under force: any ForcePlan, on grid: RankGrid
    ) throws {
        theory = try Theory(of: universe, in: box, startingWith: order, following: plan)
        let dispersion = theory.velocityDispersion(at: plan.end, in: box)
        try TheoryCheck(of: theory, in: box, following: plan, velocityDispersion: dispersion)
            .requireOrdinary()
        let units = StateUnits.units(box: box.size, velocityDispersion: dispersion, for: Scalar.self)
        layout = try SimulationLayout(
            box, startingWith: order, following: plan, under: force, in: units, on: grid)
    }

    /// The same layout, with its units and plans, in a universe of other parameters.
    ///
    /// - Parameter parameters: that have no `problems`.
    /// - Throws: `PowerTableError` on all ranks when a table does not cover the box's modes.
    public func with(_ parameters: CosmologyParameters) throws -> ForwardModel {
        ForwardModel(
            layout,
            of: try Theory(
                of: (parameters, theory.powerModel), in: layout.box,
                startingWith: layout.perturbation.order, following: layout.plan))
    }

    /// The same universe and steps, looked at at other times.
    ///
    /// - Throws: as ``with(_:)``; never, since this model was made.
    public func observing(_ scaleFactors: [Double]) throws -> ForwardModel {
        let layout = layout.following(layout.plan.observing(scaleFactors))
        return try ForwardModel(layout, of: theory).with(cosmology.parameters)
    }

    /// The same universe in other integer units.
    public func inUnits(_ units: StateUnits) -> ForwardModel {
        ForwardModel(layout.inUnits(units), of: theory)
    }

    /// The same universe, whose gradients keep so many of the last forces for the way back: faster at the price of memory, with
    /// the same bits.
    public func keepingForces(_ count: Int) -> ForwardModel {
        ForwardModel(layout.keepingForces(count), of: theory)
    }

    /// The order of the initial conditions.
    public var initialOrder: PerturbationOrder { layout.perturbation.order }
    /// Particle grid, force mesh and lengths.
    public var box: Box { layout.box }
    /// The particle grid's layout.
    public var particleGrid: Decomposition { layout.particleGrid }
    /// The force mesh's layout.
    public var mesh: Decomposition { layout.mesh }
    /// Gravity.
    public var solver: any ForceLaw<Scalar> { layout.solver }
    /// Integer units of the state.
    public var units: StateUnits { layout.units }
    /// The background, with derivatives.
    public var cosmology: Cosmology<Dual> { theory.cosmology }
    /// The linear power spectrum.
    public var power: LinearPower<Double> { theory.power }
    /// What happens.
    public var schedule: Schedule { theory.schedule }
}

// MARK: From white noise to a run

extension ForwardModel {
    /// The linear overdensity modes for D1 = 1 of white noise on the particle grid. Collective.
    public func linearModes(of noise: borrowing Field<Scalar>) -> FourierField<Scalar> {
        var modes = layout.perturbation.transform.forward(keeping: noise)
        theory.amplitudes.apply(to: &modes)
        return modes
    }

    /// The same of white noise that is not needed any more: its memory is free before the modes are complete.
    /// Collective.
    public func linearModes(consuming noise: consuming Field<Scalar>) -> FourierField<Scalar> {
        var modes = layout.perturbation.transform.forward(noise)
        theory.amplitudes.apply(to: &modes)
        return modes
    }

    /// The linear overdensity for D1 = 1 on the particle grid, of its modes. Collective.
    public func linearDensity(of modes: consuming FourierField<Scalar>) -> Field<Scalar> {
        layout.perturbation.transform.inverse(modes, ghosts: .none)
    }

    /// The particles at the start, in Lagrangian order, from white noise. Collective.
    ///
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func initialState(from noise: borrowing Field<Scalar>) throws -> LagrangianBlock<Scalar> {
        try initialState(at: linearModes(of: noise))
    }

    /// The particles at the start, in Lagrangian order, from linear modes. Collective.
    ///
    /// - Parameter memory: what perturbation theory keeps for the way back, if there is one.
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func initialState(
        at modes: consuming FourierField<Scalar>, remembering memory: PerturbationMemory<Scalar>? = nil
    ) throws -> LagrangianBlock<Scalar> {
        var kept: FourierField<Scalar>? = modes
        return try particleGrid.grid.phases.measure(.initialConditions) {
            try layout.perturbation.displace(
                kept.take()!, to: theory.growthAtStart.values, in: units, remembering: memory)
        }
    }

    /// A run from the start, of white noise that nobody needs any more. Collective.
    ///
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func start(from noise: consuming Field<Scalar>) throws -> Evolution<Scalar> {
        try start(at: linearModes(consuming: noise))
    }

    /// A run from the start, of white noise that is kept. Collective.
    ///
    /// - Parameter memory: what perturbation theory keeps for the way back, if there is one.
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func start(
        keeping noise: borrowing Field<Scalar>, remembering memory: PerturbationMemory<Scalar>? = nil
    ) throws -> Evolution<Scalar> {
        try resume(from: initialState(at: linearModes(of: noise), remembering: memory), at: 0)
    }

    /// A run from the start that will be followed back, of white noise that is kept; it keeps the layout's share of forces.
    /// Collective.
    ///
    /// - Parameter memory: what perturbation theory keeps for the way back.
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    func startThereAndBack(
        keeping noise: borrowing Field<Scalar>, remembering memory: PerturbationMemory<Scalar>
    ) throws -> Evolution<Scalar> {
        evolution(
            of: try initialState(at: linearModes(of: noise), remembering: memory), along: schedule,
            keeping: layout.keptForces)
    }

    /// A run from the start, of linear modes. Collective.
    ///
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func start(at modes: consuming FourierField<Scalar>) throws -> Evolution<Scalar> {
        try resume(from: initialState(at: modes), at: 0)
    }

    /// A run that goes on from a state kept before a stage. Collective.
    ///
    /// - Parameter coefficients: the kicks and drifts it was begun with, if they are known.
    public func resume(
        from state: consuming LagrangianBlock<Scalar>, at stage: Int, keeping coefficients: [Double]? = nil
    ) throws -> Evolution<Scalar> {
        let schedule = coefficients.map(schedule.replacingCoefficients(with:)) ?? schedule
        return evolution(of: state, along: schedule, from: stage)
    }

    private func evolution(
        of state: consuming LagrangianBlock<Scalar>, along schedule: Schedule, from stage: Int = 0,
        keeping kept: Int = 0
    ) -> Evolution<Scalar> {
        Evolution(
            ParticleSet(routing: state, to: mesh), along: schedule, from: stage, under: solver, keeping: kept)
    }
}
