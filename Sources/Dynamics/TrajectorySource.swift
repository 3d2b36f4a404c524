public import Particles

/// Where the states come from at which the adjoint is evaluated on the way back.
///
/// On the way back every stage is undone by subtraction first; the source may then put its own state in place: the same one,
/// at which the force is still what it was.
public protocol TrajectorySource<Scalar>: ~Copyable {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// Sees the particles before a stage, on the way forwards.
    mutating func record(_ particles: borrowing ParticleSet<Scalar>, before stage: Int)

    /// May replace positions and momenta, once a stage has been undone.
    func restore(_ particles: inout ParticleSet<Scalar>, before stage: Int)
}

/// The exact replay: what subtraction restores is the trajectory, to the last bit. Needs no memory.
public struct ReversedTrajectory<Scalar: ParticleScalar>: TrajectorySource {
    /// A source that keeps nothing.
    public init() {}

    /// Keeps nothing.
    public mutating func record(_ particles: borrowing ParticleSet<Scalar>, before stage: Int) {}

    /// Leaves what subtraction restored.
    public func restore(_ particles: inout ParticleSet<Scalar>, before stage: Int) {}
}

/// Every state of the way forwards, kept: for tests and tiny runs, to hold the replay against.
public struct StoredTrajectory<Scalar: ParticleScalar>: TrajectorySource {
    private typealias State = [Int: (position: [Scalar.Position], momentum: [Scalar.Momentum])]
    private var states: [Int: State] = [:]

    /// A source without states yet.
    public init() {}

    /// Copies the state of every particle.
    public mutating func record(_ particles: borrowing ParticleSet<Scalar>, before stage: Int) {
        var state = State(minimumCapacity: particles.count)
        for slot in 0..<particles.count {
            state[particles.index[slot]] = (
                (0..<3).map { particles.position[$0].span[slot] },
                (0..<3).map { particles.momentum[$0].span[slot] }
            )
        }
        states[stage] = state
    }

    /// Puts the copies in place.
    ///
    /// - Precondition: this rank holds the particles that it held on the way forwards.
    public func restore(_ particles: inout ParticleSet<Scalar>, before stage: Int) {
        guard let state = states[stage] else { return }
        for slot in 0..<particles.count {
            let kept = state[particles.index[slot]]!
            for axis in 0..<3 {
                var positions = particles.position[axis].mutableSpan
                positions[slot] = kept.position[axis]
                var momenta = particles.momentum[axis].mutableSpan
                momenta[slot] = kept.momentum[axis]
            }
        }
    }
}
