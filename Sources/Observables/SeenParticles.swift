internal import Dynamics
internal import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// A copy of particles where redshifts show them, with its way back.
///
/// Along lines of sight from an observer this is no shear, which integers could undo. So a copy is seen (see `RedshiftSight`):
/// its momenta are the words of X, which it goes home with, and its indices are the places that it left.
struct SeenParticles<Scalar: ParticleScalar>: ~Copyable {
    /// Where they are seen, with their owners there.
    private(set) var set: ParticleSet<Scalar>
    /// The number of each of them, if one was taken along.
    private(set) var weights: Buffer<Scalar>

    /// The copy. Collective.
    ///
    /// - Parameters:
    ///   - particles: as they are.
    ///   - sight: along which they are seen.
    ///   - values: a number of each particle to be taken along, if any.
    /// - Throws: ``DriftOverflow`` on all ranks when one would be shifted by half the box.
    init(
        of particles: borrowing ParticleSet<Scalar>, along sight: RedshiftSight,
        carrying values: consuming Buffer<Scalar>? = nil
    ) throws(DriftOverflow) {
        var seen = ParticleSet<Scalar>(
            particles.decomposition, units: particles.units, count: particles.count,
            totalCount: particles.totalCount)
        try particles.show(along: sight, in: &seen)
        for axis in 0..<3 {
            Self.remember(particles.position[axis], in: &seen.momentum[axis], count: particles.count)
        }
        seen.index.setSlots()
        let memory = particles.decomposition.grid.memory
        if let values {
            // Numbers travel as cotangents do.
            var load = CotangentSet(for: seen)
            load.position[0] = values
            seen.route(carrying: &load)
            weights = Self.copy(load.position[0], count: seen.count, from: memory)
        } else {
            seen.route()
            weights = Buffer(count: 0, from: memory, for: "weights of particles")
        }
        set = seen
    }

    /// Takes cotangents of the copy home. Collective.
    ///
    /// - Parameter bars: x̄ of the copy, and along x in place of p̄ the cotangent of what was carried.
    /// - Returns: the same in the order of the particles.
    consuming func home(
        _ bars: consuming CotangentSet<Scalar>, to particles: borrowing ParticleSet<Scalar>
    ) -> CotangentSet<Scalar> {
        var bars = bars
        for axis in 0..<3 { Self.turnHome(set.momentum[axis], to: &set.position[axis], count: set.count) }
        set.route(carrying: &bars)
        precondition(set.count == particles.count, "a copy of the particles did not come home")
        var sorted = CotangentSet(for: particles)
        for axis in 0..<3 { Self.sort(bars.position[axis], by: set, to: &sorted.position[axis]) }
        Self.sort(bars.momentum[0], by: set, to: &sorted.momentum[0])
        return sorted
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func copy(
        _ values: borrowing Buffer<Scalar>, count: Int, from memory: MemoryPool
    ) -> Buffer<Scalar> {
        let values = values.span
        var copy = Buffer<Scalar>(count: count, from: memory, for: "weights of particles")
        var target = copy.mutableSpan
        for slot in 0..<count { target[slot] = values[slot] }
        return copy
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func remember(
        _ words: borrowing Buffer<Scalar.Position>, in homes: inout Buffer<Scalar.Momentum>, count: Int
    ) {
        let words = words.span
        var homes = homes.mutableSpan
        for slot in 0..<count { homes[slot] = Scalar.Momentum(truncatingIfNeeded: words[slot]) }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func turnHome(
        _ homes: borrowing Buffer<Scalar.Momentum>, to words: inout Buffer<Scalar.Position>, count: Int
    ) {
        let homes = homes.span
        var words = words.mutableSpan
        for slot in 0..<count { words[slot] = Scalar.Position(truncatingIfNeeded: homes[slot]) }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func sort(
        _ values: borrowing Buffer<Scalar>, by seen: borrowing ParticleSet<Scalar>,
        to sorted: inout Buffer<Scalar>
    ) {
        let (values, places) = (values.span, seen.index.lowerWords)
        var sorted = sorted.mutableSpan
        for slot in 0..<seen.count { sorted[Int(places[slot])] = values[slot] }
    }
}
