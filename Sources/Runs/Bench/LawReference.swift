internal import Dynamics
internal import Glibc
internal import Gravity
internal import Measurement
internal import Memory
internal import Mesh
internal import Parallel
internal import Particles
internal import Records
internal import Storage

/// Where the single mesh leads a universe, for other laws to be held against.
struct LawReference<Scalar: StorableScalar>: ~Copyable {
    private let model: ForwardModel<Scalar>
    private let law: any PotentialLaw<Scalar>
    private let particles: ParticleSet<Scalar>
    private let contrast: Field<Scalar>
    private let modes: FourierField<Scalar>

    /// Runs to the end. Collective.
    ///
    /// - Precondition: the force is that of a potential.
    init(_ model: ForwardModel<Scalar>, from noise: borrowing Field<Scalar>) throws {
        let particles = try Self.end(of: model, from: noise)
        let contrast = try particles.densityContrast(planes: particles.planes())
        self.model = model
        law = model.solver as! any PotentialLaw<Scalar>
        modes = model.solver.transform.forward(keeping: contrast)
        self.particles = particles
        self.contrast = contrast
    }

    private static func end(
        of model: ForwardModel<Scalar>, from noise: borrowing Field<Scalar>
    ) throws -> ParticleSet<Scalar> {
        var evolution = try model.start(keeping: noise)
        try evolution.finish()
        return evolution.takeParticles()
    }

    /// How far another law of the same universe is from this one. Collective.
    ///
    /// - Parameters:
    ///   - other: the universe under the other law.
    ///   - plan: that law, of which there is one more on the mesh of the particles.
    ///   - noise: the white noise of both.
    /// - Throws: what runs throw, on all ranks.
    func fidelity(
        of other: ForwardModel<Scalar>, under plan: any ForcePlan, from noise: borrowing Field<Scalar>
    ) throws -> BenchRecord.Fidelity {
        let box = model.box.size
        let force = try forceErrors(of: plan.law(on: law.mesh) as! any PotentialLaw<Scalar>)
        let end = try Self.end(of: other, from: noise)
        let density = try end.densityContrast(planes: end.planes())
        let residual = try squaredDifference(density, contrast) / squaredNorm(ownedValues(of: contrast))
        let comparison = try SpectralComparison(
            of: other.solver.transform.forward(density), with: modes, box: box)
        return BenchRecord.Fidelity(
            forceError: force.onParticles, densityResidual: residual.squareRoot(),
            shellWidth: comparison.cross.shellWidth, wavenumbers: comparison.wavenumbers,
            forceErrors: force.byShell,
            powerRatios: zip(comparison.first.powers, comparison.second.powers).map { $0 / $1 },
            decorrelations: comparison.correlation.map { 1 - $0 }, particleNyquist: .pi / model.box.spacing)
    }

    /// Of the forces at the reference's end: on its particles, and mode by mode.
    private func forceErrors(
        of other: any PotentialLaw<Scalar>
    ) throws -> (onParticles: Double, byShell: [Double]) {
        let expected = law.potential(of: contrast.copy(for: "overdensity"))
        var found = other.potential(of: contrast.copy(for: "overdensity"))
        var (difference, total) = (0.0, 0.0)
        do {
            let first = particles.force(potential: found)
            let second = particles.force(potential: expected)
            for axis in 0..<3 {
                difference += try squaredDifference(first[axis], second[axis])
                total += try squaredNorm(second[axis])
            }
        }
        found.mapPoints { x, y, z, value in value - expected[x, y, z] }
        let errors = try forcePower(of: found)
        let powers = try forcePower(of: expected)
        return (
            (difference / total).squareRoot(),
            zip(errors, powers).map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }
        )
    }

    /// The power of the four-point gradient of a potential, summed over the axes, in each shell.
    private func forcePower(of potential: consuming Field<Scalar>) throws -> [Double] {
        let shape = model.mesh.shape
        let spacing = model.solver.mesh.spacing
        let gradients = (0..<3).map { axis in
            Wavenumbers(along: axis, of: shape).phases.map { w in
                let gradient = (8 * sin(w) - sin(2 * w)) / (6 * spacing)
                return gradient * gradient
            }
        }
        var modes = model.solver.transform.forward(potential)
        modes.mapModes { x, y, z, real, imaginary in
            let factor = Scalar((gradients[0][x] + gradients[1][y] + gradients[2][z]).squareRoot())
            return (factor * real, factor * imaginary)
        }
        return try PowerSpectrum(of: modes, box: model.box.size).powers
    }

    // MARK: Exact sums over all ranks

    private func ownedValues(of field: borrowing Field<Scalar>) -> Buffer<Scalar> {
        let mesh = field.decomposition
        let result = Buffer<Scalar>(count: mesh.ownedCount, from: mesh.grid.memory, for: "overdensity")
        var place = 0
        field.forEachPoint { _, _, _, value in
            unsafe result.start[place] = value
            place += 1
        }
        return result
    }

    private func squaredDifference(
        _ first: borrowing Field<Scalar>, _ second: borrowing Field<Scalar>
    ) throws -> Double {
        try squaredDifference(ownedValues(of: first), ownedValues(of: second))
    }

    private func squaredDifference(
        _ first: borrowing Buffer<Scalar>, _ second: borrowing Buffer<Scalar>
    ) throws -> Double {
        let (a, b) = (first.span, second.span)
        return try world.exactSum(count: a.count, of: "a difference of laws") {
            let difference = Double(a[$0]) - Double(b[$0])
            return difference * difference
        }
    }

    private func squaredNorm(_ values: borrowing Buffer<Scalar>) throws -> Double {
        let values = values.span
        return try world.exactSum(count: values.count, of: "a force") {
            Double(values[$0]) * Double(values[$0])
        }
    }

    private var world: Communicator { model.mesh.grid.world }
}
