import Background
import Benchmark
import Cost
import Dynamics
import Gravity
import Inference
import InitialConditions
import Mesh
import Observables
import Parallel
import Particles

/// A small universe whose runs are timed, to hold the model of their cost against what they booked.
struct MeasuredUniverse<Scalar: ParticleScalar> {
    let model: ForwardModel<Scalar>
    private let force: any ForcePlan

    static var steps: [Double] { [0.1, 0.4, 0.7, 1] }

    init(
        particles: SIMD3<Int>, mesh: SIMD3<Int>, under force: any ForcePlan,
        by integrator: any Integrator = FastPM(), order: PerturbationOrder = .second, keeping kept: Int = 0,
        on grid: RankGrid
    ) throws {
        self.force = force
        model = try ForwardModel(
            Box(particles: particles, spacing: 4, mesh: mesh), in: (.simpleLCDM, .eisensteinHu),
            startingWith: order,
            following: EvolutionPlan(through: Self.steps, by: integrator, observing: [1]),
            under: force, on: grid
        ).keepingForces(kept)
    }

    var workload: Workload {
        var workload = Workload(
            particles: model.box.particles, mesh: model.box.mesh, ranks: model.mesh.grid.shape,
            wordBytes: MemoryLayout<Scalar>.size, under: force)
        workload.keptForces = min(model.layout.keptForces, model.schedule.forceCount)
        let order = model.initialOrder
        workload.dealiasedOrder = order.isDealiased ? order.rawValue : 0
        return workload
    }

    func whiteNoise() -> Field<Scalar> { .whiteNoise(seed: 3, over: model.particleGrid) }

    func run() throws -> TimedForwardRun { try model.timedRun(from: whiteNoise()) }

    /// Against a universe without structure.
    func objective() throws -> Comparison<Scalar> {
        var data = Field<Scalar>(model.mesh, ghosts: .none, for: "data")
        data.fill(with: 1)
        return try Comparison(ofDensity: data, sigma: 1, at: 1, in: model)
    }

    /// Tracers that an observer beside the box sees, against a universe without structure.
    func tracers(areLagrangian: Bool) throws -> Comparison<Scalar> {
        let (transform, cell) = (model.layout.meshTransform, model.box.cell)
        let observer = SIMD3(-0.5, 0.5, 0.5) * model.box.size
        let observable: any Observable<Scalar> =
            areLagrangian
            ? LagrangianTracerDensity(
                [0.8, 0.2, -0.1, 0.5], .linear, seen: .observer(observer), on: transform, cell: cell)
            : RadialRedshiftSpaceDensity(from: observer, on: transform, cell: cell)
        var data = Field<Scalar>(model.mesh, ghosts: .none, for: "data")
        data.fill(with: 1)
        return Comparison(
            at: 1, observable,
            try GaussianLikelihood(data: .mesh(data), weights: nil, sigma: 1, on: observable.grid))
    }

    func gradient() throws -> TimedGradient {
        let objective = try objective()
        return try model.timedGradient(at: whiteNoise()) { observation, particles, adjoint in
            try objective.evaluate(
                &particles, at: Moment(at: observation.scaleFactor, in: model.cosmology), [],
                addingTo: &adjoint
            ).loss
        }
    }
}
