import Parallel
import Particles

/// `½ Σ p²`, and its derivatives added to the cotangents; the same bits on any ranks.
func kineticEnergy<Scalar: ParticleScalar>(
    _ particles: borrowing ParticleSet<Scalar>, addingTo cotangents: inout CotangentSet<Scalar>
) throws -> Double {
    let units = particles.units
    return try (0..<3).reduce(0.0) { sum, axis in
        let momenta = particles.momentum[axis].span
        var target = cotangents.momentum[axis].mutableSpan
        for slot in 0..<particles.count {
            target[slot] += Scalar(units.momentum(momenta[slot]))
        }
        return try sum
            + particles.decomposition.grid.world.exactSum(count: particles.count, of: "kinetic energy") {
                let momentum = units.momentum(momenta[$0])
                return momentum * momentum / 2
            }
    }
}
