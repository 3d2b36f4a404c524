/// One measurement of a scaling study beside the first.
public struct Scaling: Sendable, Equatable {
    /// Work per time, in units of the first.
    public let speedUp: Double
    /// Speed-up for the ranks that were added; 1 is ideal.
    public let efficiency: Double
    /// The speed-up of the floor: what the machine allows.
    public let speedUpOfFloor: Double

    /// Compares.
    ///
    ///     strong: t₀ / t      weak: (t₀ / t) (N / N₀),  N the number of particles
    public init(
        of kind: BenchRecord.Study, from first: BenchRecord.Measurement, to other: BenchRecord.Measurement
    ) {
        let work =
            kind == .weak
            ? Double(other.particles.reduce(1, *)) / Double(first.particles.reduce(1, *)) : 1
        speedUp = work * first.forward.secondsPerForce / other.forward.secondsPerForce
        speedUpOfFloor = work * first.forward.floor.seconds / other.forward.floor.seconds
        efficiency = speedUp * Double(first.rankCount) / Double(other.rankCount)
    }
}
