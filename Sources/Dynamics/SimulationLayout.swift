public import Gravity
public import InitialConditions
public import Mesh
public import Parallel
public import Particles

/// What no cosmological parameter changes: grids, transforms, perturbation theory, gravity, times and integer units.
///
/// Made once and shared by all universes that are compared, so that their differences are those of physics: the
/// same particles on the same integers. Copies share the transforms and their plans.
public struct SimulationLayout<Scalar: ParticleScalar> {
    /// Particle grid, force mesh and lengths.
    public let box: Box
    /// The particle grid's layout.
    public let particleGrid: Decomposition
    /// The force mesh's layout.
    public let mesh: Decomposition
    /// From linear modes to the particles at the start, with the transforms of the particle grid.
    public let perturbation: LagrangianPerturbation<Scalar>
    /// Gravity, with the transforms of the force mesh.
    public let solver: any ForceLaw<Scalar>
    /// Times and integrator.
    public let plan: EvolutionPlan
    /// Integer units of the state.
    public let units: StateUnits
    /// How many of the last forces a gradient keeps for the way back, which solves the others again.
    public let keptForces: Int

    /// Transforms of fields on the force mesh.
    public var meshTransform: FourierTransform<Scalar> { solver.transform }

    /// A layout.
    ///
    /// - Parameters:
    ///   - box: particle grid and force mesh.
    ///   - order: order of the initial conditions.
    ///   - plan: times and integrator.
    ///   - force: the law of gravity.
    ///   - units: what the integers of the state mean.
    ///   - grid: the ranks.
    /// - Throws: ``UsageError`` when the grid of ranks is too fine; the same on all ranks.
    public init(
        _ box: Box, startingWith order: PerturbationOrder, following plan: EvolutionPlan,
        under force: any ForcePlan, in units: StateUnits, on grid: RankGrid
    ) throws {
        self.box = box
        self.plan = plan
        self.units = units
        keptForces = 0
        particleGrid = try Decomposition(shape: box.particles, over: grid)
        mesh = try Decomposition(shape: box.mesh, over: grid)
        perturbation = LagrangianPerturbation(particleGrid, spacing: box.spacing, order: order)
        solver = try force.law(on: ForceMesh(mesh, spacing: box.cell))
    }

    /// The same in other integer units: those that a run was begun with.
    public func inUnits(_ units: StateUnits) -> SimulationLayout {
        SimulationLayout(self, following: plan, in: units, keeping: keptForces)
    }

    /// The same whose gradients keep so many of the last forces: faster at the price of memory, with the same bits.
    public func keepingForces(_ count: Int) -> SimulationLayout {
        SimulationLayout(self, following: plan, in: units, keeping: count)
    }

    /// The same with other steps, or looked at at other times.
    public func following(_ plan: EvolutionPlan) -> SimulationLayout {
        SimulationLayout(self, following: plan, in: units, keeping: keptForces)
    }

    private init(
        _ layout: SimulationLayout, following plan: EvolutionPlan, in units: StateUnits,
        keeping keptForces: Int
    ) {
        box = layout.box
        particleGrid = layout.particleGrid
        mesh = layout.mesh
        perturbation = layout.perturbation
        solver = layout.solver
        self.plan = plan
        self.units = units
        self.keptForces = keptForces
    }
}
