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

    func pullBack(
        _ cotangents: [SessionCotangents], to universe: SessionUniverse, of times: [Double],
        into gradient: UnsafeMutableRawPointer
    ) throws -> SessionGradient {
        let model = try model(in: universe.cosmology, at: times)
        let count = model.layout.plan.observations.count
        try world.agree {
            guard cotangents.count == count else {
                throw UsageError(
                    "derivatives by particles are given for \(cotangents.count) times; "
                        + "they must be given for each of \(count)")
            }
        }
        let noise = try noise(of: universe)
        // A run is long: what is no number is found before.
        guard !world.any(!cotangents.allSatisfy(isFinite)) else {
            throw NotFiniteError(quantity: "a derivative by particles")
        }
        let found = try model.gradient(at: noise) { observation, particles, adjoint in
            particles.add(block(of: cotangents[observation.number]), to: &adjoint.cotangents)
            return 0
        }
        unsafe copy(found.noise, to: gradient)
        return SessionGradient(
            value: 0, parameters: CosmologyParameter.allCases.map { found.parameters[$0] },
            differingWords: found.differingWords)
    }

    private func isFinite(_ cotangents: SessionCotangents) -> Bool {
        let count = 3 * particleGrid.ownedCount
        func areFinite(_ numbers: UnsafePointer<Double>?) -> Bool {
            guard let numbers = unsafe numbers else { return true }
            for index in 0..<count where unsafe !Scalar(numbers[index]).isFinite { return false }
            return true
        }
        return unsafe areFinite(cotangents.positions) && areFinite(cotangents.momenta)
    }

    private func block(of cotangents: SessionCotangents) -> LagrangianCotangents<Scalar> {
        var block = LagrangianCotangents<Scalar>(over: particleGrid)
        func set(_ target: inout MutableSpan<Scalar>, to numbers: UnsafePointer<Double>?, _ axis: Int) {
            for row in target.indices {
                target[row] = unsafe numbers.map { unsafe Scalar($0[3 * row + axis]) } ?? 0
            }
        }
        for axis in 0..<3 {
            var positions = block.position[axis].mutableSpan
            unsafe set(&positions, to: cotangents.positions, axis)
            var momenta = block.momentum[axis].mutableSpan
            unsafe set(&momenta, to: cotangents.momenta, axis)
        }
        return block
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
