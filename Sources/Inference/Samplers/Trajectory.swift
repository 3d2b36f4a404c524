internal import Mesh
internal import Parallel

/// A point that moves through the posterior as a particle in a potential.
struct Trajectory<Vector: TrajectoryVector & ~Copyable>: ~Copyable {
    typealias Scalar = Vector.Scalar

    /// s.
    private(set) var position: Vector
    /// p.
    private(set) var momentum: Vector
    /// U and g at the point.
    private(set) var evaluation: Evaluation<Scalar>
    let mass: Preconditioner<Scalar>

    init(
        position: consuming Vector, momentum: consuming Vector, evaluation: consuming Evaluation<Scalar>,
        mass: Preconditioner<Scalar>
    ) {
        self.mass = mass
        self.position = position
        self.momentum = momentum
        self.evaluation = evaluation
    }

    consuming func takePosition() -> Vector { position }

    /// H = U + ½ pᵀM⁻¹p, the same bits on all ranks. Collective.
    func energy() throws -> Double {
        let momentum = momentum.numbers()
        let velocity = mass.apply(.inverse, to: momentum)
        return evaluation.value + (try innerProduct(momentum, velocity)) / 2
    }

    /// One step: kick, drift, kick … kick. Collective.
    ///
    /// - Returns: false where it leads out of the posterior or of a lattice; the trajectory is then no more.
    mutating func step(
        by integrator: SymplecticComposition, _ step: Double, on density: some SampledDensity<Scalar>
    ) throws -> Bool {
        var fits = momentum.advance(by: evaluation.gradient, times: -integrator.kicks[0] * step)
        for (drift, kick) in zip(integrator.drifts, integrator.kicks.dropFirst()) {
            let velocity = mass.apply(.inverse, to: momentum.numbers())
            fits = position.advance(by: velocity, times: drift * step) && fits
            let world = velocity.noise.decomposition.grid.world
            guard !world.any(!fits) else { return false }
            guard let next = try density.evaluate(at: position.numbers()) else { return false }
            evaluation = next
            fits = momentum.advance(by: evaluation.gradient, times: -kick * step)
        }
        return !evaluation.gradient.noise.decomposition.grid.world.any(!fits)
    }
}

extension Trajectory where Vector: ~Copyable {
    /// Turns round a momentum on a lattice.
    mutating func reverse<Number>() where Vector == LatticeVector<Number> { momentum.negate() }
}

extension Evaluation {
    /// The same.
    func copy() -> Evaluation {
        Evaluation(value: value, gradient: gradient.copy(), leavingOut: leftOut)
    }
}
