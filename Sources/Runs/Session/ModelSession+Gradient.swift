internal import Background
internal import Dynamics
internal import Memory
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles

extension ModelSession {
    func gradient(
        at universe: SessionUniverse, of times: [Double], into gradient: UnsafeMutableRawPointer,
        _ loss: SessionLoss
    ) throws -> SessionGradient {
        let model = try model(in: universe.cosmology, at: times)
        let noise = try noise(of: universe)
        let seen = SeenDensities<Scalar>(times: model.layout.plan.observations.count, on: mesh)
        let density = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
        var value: Double?
        let found = try model.gradient(
            at: noise, along: ReversedTrajectory<Scalar>(),
            observing: { observation, particles in
                unsafe copy(try particles.relativeDensity(), to: seen.density(observation.number))
            },
            { observation, particles, adjoint in
                // The loss may need all of them at once, and knows them all where the way back begins.
                if value == nil { value = try unsafe judge(seen, loss) }
                let place = unsafe UnsafeRawPointer(seen.cotangent(observation.number))
                let cotangent = try unsafe field(
                    place, on: mesh, named: "a derivative of the loss", for: "density cotangent")
                density.pullBack(
                    .mesh(cotangent), to: &particles,
                    at: Moment(at: observation.scaleFactor, in: model.cosmology), addingTo: &adjoint)
                return 0
            })
        unsafe copy(found.noise, to: gradient)
        return SessionGradient(
            value: value!, parameters: CosmologyParameter.allCases.map { found.parameters[$0] },
            differingWords: found.differingWords)
    }

    /// Asks the loss, on all ranks or on none, and adds its parts.
    private func judge(_ seen: SeenDensities<Scalar>, _ loss: SessionLoss) throws -> Double {
        seen.clearCotangents()
        var part = 0.0
        var complaint: String?
        do {
            part = try unsafe loss(
                seen.times.map { unsafe UnsafeRawPointer(seen.density($0)) },
                seen.times.map { unsafe UnsafeMutableRawPointer(seen.cotangent($0)) })
        } catch {
            complaint = (error as? any ReportedError)?.message ?? "\(error)"
        }
        try agree(on: complaint)
        return try world.exactSum(count: 1, of: "the loss") { _ in part }
    }
}

/// Densities that a run has seen, and the derivatives of a loss by them: this rank's blocks, one after the other.
private final class SeenDensities<Scalar: ParticleScalar> {
    let times: Range<Int>
    private let points: Int
    private let values: Buffer<Scalar>

    init(times: Int, on mesh: Decomposition) {
        self.times = 0..<times
        points = mesh.ownedCount
        values = Buffer(count: 2 * times * points, from: mesh.grid.memory, for: "densities of a loss")
    }

    @unsafe func density(_ time: Int) -> UnsafeMutablePointer<Scalar> {
        unsafe values.start + time * points
    }
    @unsafe func cotangent(_ time: Int) -> UnsafeMutablePointer<Scalar> {
        unsafe values.start + (times.count + time) * points
    }

    func clearCotangents() { unsafe cotangent(0).update(repeating: 0, count: times.count * points) }
}
