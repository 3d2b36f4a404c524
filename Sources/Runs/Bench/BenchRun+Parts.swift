internal import Dynamics
internal import Gravity
internal import Mesh
internal import Parallel
internal import Particles
internal import Records

extension BenchRun {
    /// Parts by themselves. Collective.
    ///
    /// - Parameter start: what the initial conditions took [s].
    func parts(with noise: borrowing Field<Scalar>, start: Double) throws -> BenchRecord.Parts {
        func fastest(_ part: (consuming Field<Scalar>) -> Void) -> Double {
            (0...plan.repeats).map { _ in
                var field = Field<Scalar>(model.mesh, ghosts: .none, for: "overdensity")
                field.fill(with: 0)
                world.barrier()
                let start = MPIRuntime.time
                part(field)
                return world.maximum(MPIRuntime.time - start)
            }.min()!
        }
        let transform = model.solver.transform
        let pair = fastest { _ = transform.inverse(transform.forward($0), ghosts: .none) }
        // A spectral gradient keeps no potential.
        guard work.transforms.inverses == 1, let law = model.solver as? any PotentialLaw<Scalar> else {
            return BenchRecord.Parts(transformPair: pair, potential: nil, start: start)
        }
        let potential = fastest { _ = law.potential(of: $0) }

        // First-order displacements are the force of the linear overdensity, read where particles start.
        let particles = ParticleSet(routing: try model.initialState(from: noise), to: model.mesh)
        func displacements(under law: any PotentialLaw<Scalar>) -> Double {
            fastest { _ = particles.force(potential: law.potential(of: $0)) }
        }
        let pyramid = pyramidBeside
        let other = try pyramid.flatMap { try $0.law(on: law.mesh) as? any PotentialLaw<Scalar> }
        return BenchRecord.Parts(
            transformPair: pair, potential: potential, start: start,
            displacements: BenchRecord.Displacements(
                singleMesh: displacements(under: SingleMesh(law.mesh, kernel: kernel)),
                pyramid: other.map { displacements(under: $0) }, levels: pyramid?.levels))
    }

    private var kernel: ForceKernel { ForceKernel(named: configuration.force.kernel.rawValue)! }

    /// The configuration's pyramid; where it is of a single mesh, one of two levels, or of one, if that fits.
    private var pyramidBeside: PyramidPlan? {
        if let given = configuration.force.plan as? PyramidPlan { return given }
        return [2, 1].compactMap { PyramidPlan(kernel: kernel, levels: $0, accuracy: .standard) }
            .first { $0.misfit(on: model.mesh.shape, over: model.mesh.grid.shape) == nil }
    }
}
