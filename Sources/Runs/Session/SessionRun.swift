internal import Background
internal import Dynamics
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage
internal import Text

/// A run that somebody looks at on its way. Methods are collective, as those of ``Session``.
public protocol SessionRun: AnyObject {
    /// The session it belongs to.
    var session: any Session { get }

    /// Goes on to the next time that was asked for; nil if there is none.
    func next() throws -> Double?

    /// ρ/ρ̄.
    func density(into density: UnsafeMutableRawPointer) throws

    /// The particles that started in this rank's block of the particle grid: positions [Mpc/h] and peculiar
    /// velocities [km/s], three for each.
    func particles(
        positions: UnsafeMutablePointer<Double>?, velocities: UnsafeMutablePointer<Double>?
    ) throws

    /// This rank's haloes, as the configuration defines them, and their number on all ranks.
    func haloes() throws -> (total: Int, own: [SessionHalo])
}

/// A halo in physical units.
public struct SessionHalo: Sendable, Equatable {
    /// Its mass [Msun/h].
    public let mass: Double
    /// Its centre of mass [Mpc/h].
    public let position: SIMD3<Double>
    /// The mean peculiar velocity of its particles [km/s].
    public let velocity: SIMD3<Double>
    /// Its particles.
    public let length: Int
}

/// A run in one precision.
final class ModelRun<Scalar: StorableScalar>: SessionRun {
    private let owner: ModelSession<Scalar>
    private let model: ForwardModel<Scalar>
    private var evolution: Evolution<Scalar>
    private var moment: Observation?
    /// Those of the moment, once they were sought.
    private var found: (total: Int, own: [SessionHalo])?

    var session: any Session { owner }

    init(
        _ evolution: consuming Evolution<Scalar>, in model: ForwardModel<Scalar>,
        of owner: ModelSession<Scalar>
    ) {
        self.owner = owner
        self.model = model
        self.evolution = evolution
    }

    func next() throws -> Double? {
        moment = nil
        found = nil
        while !evolution.isFinished && moment == nil {
            var seen: Observation?
            try evolution.advance { observation, _ in seen = observation }
            moment = seen
        }
        return moment?.scaleFactor
    }

    func density(into density: UnsafeMutableRawPointer) throws {
        try look { _, particles in unsafe owner.copy(try particles.relativeDensity(), to: density) }
    }

    func particles(
        positions: UnsafeMutablePointer<Double>?, velocities: UnsafeMutablePointer<Double>?
    ) throws {
        try look { moment, particles in
            let state = particles.inLagrangianOrder(over: model.particleGrid)
            let (units, size) = (state.units, model.box.size)
            // p = a² dx/dt in Mpc/h H0, and H0 is 100 km/s per Mpc/h.
            let speed = 100 / moment.scaleFactor
            for axis in 0..<3 {
                let last = size[axis].nextDown
                let (x, p) = (state.position[axis].span, state.momentum[axis].span)
                if let positions = unsafe positions {
                    for row in x.indices {
                        unsafe positions[3 * row + axis] = min(units.length(x[row], along: axis), last)
                    }
                }
                if let velocities = unsafe velocities {
                    for row in p.indices {
                        unsafe velocities[3 * row + axis] = speed * units.momentum(p[row])
                    }
                }
            }
        }
    }

    func haloes() throws -> (total: Int, own: [SessionHalo]) {
        if let found { return found }
        let halo = owner.configuration.halo
        let criterion = FriendsOfFriends(
            linkingLength: halo.linkingLength, minimumParticles: halo.minimumParticles)
        let cosmology = model.cosmology
        let result = try look { moment, particles in
            let snapshot = Snapshot(
                scaleFactor: moment.scaleFactor, spacing: model.box.spacing,
                omegaMatter: cosmology.omegaMatter.value, omegaBaryon: cosmology.omegaBaryon.value,
                omegaLambda: cosmology.omegaDarkEnergy.value, hubble: cosmology.h.value, stateChecksum: "")
            return snapshot.withHaloParticles(particles, from: model.particleGrid) {
                let catalogue = criterion.haloes(among: $0).catalogue
                return (catalogue.totalCount, catalogue.haloes.map { self.described($0, of: snapshot) })
            }
        }
        found = result
        return result
    }

    private func described(_ halo: Halo, of snapshot: Snapshot) -> SessionHalo {
        let size = model.box.size
        let speed = snapshot.scaleFactor.squareRoot() * Snapshot.velocityQuantum
        var position = halo.centre * size
        for axis in 0..<3 { position[axis] = min(position[axis], size[axis].nextDown) }
        return SessionHalo(
            mass: Double(halo.length) * snapshot.particleMass * 1e10, position: position,
            velocity: halo.velocity * speed, length: halo.length)
    }

    private func look<Result>(
        _ body: (Observation, inout ParticleSet<Scalar>) throws -> Result
    ) throws -> Result {
        guard let moment else {
            throw UsageError(
                "the run does not stand at a time; it must have been brought to one; go on to the next")
        }
        return try evolution.look(at: moment) { try body(moment, &$0) }
    }
}
