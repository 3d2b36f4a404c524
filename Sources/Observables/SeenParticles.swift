internal import Dynamics
internal import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// Along which line particles are seen: n at x, and 1/|r|.
enum LineOfSight {
    /// From nowhere: they are where they are.
    case none
    /// From far away along an axis.
    case axis(Int)
    /// From a place [Mpc/h].
    case observer(SIMD3<Double>)
}

/// A copy of particles where redshifts show them, with its way back.
///
///     s = x + c α n,    α = p·n,    X′ = X + round(c α n · 2³²/L)
///
/// Along lines of sight from an observer this is no shear, which integers could undo. So a copy is seen: its momenta are the
/// words of X, which it goes home with, and its indices are the places that it left. With q = s̄ and β = q·n,
///
///     x̄ += q + (c/|r|) [β (p − α n) + α (q − β n)],    p̄ += c β n,    c̄ += Σ α β
struct SeenParticles<Scalar: ParticleScalar>: ~Copyable {
    /// Where they are seen, with their owners there.
    private(set) var set: ParticleSet<Scalar>
    /// The number of each of them, if one was taken along.
    private(set) var weights: Buffer<Scalar>

    /// The copy. Collective.
    ///
    /// - Parameters:
    ///   - particles: as they are.
    ///   - line: along which they are seen.
    ///   - shift: c [1/H0].
    ///   - values: a number of each particle to be taken along, if any.
    /// - Throws: ``DriftOverflow`` on all ranks when one would be shifted by half the box.
    init(
        of particles: borrowing ParticleSet<Scalar>, along line: LineOfSight, by shift: Double,
        carrying values: consuming Buffer<Scalar>? = nil
    ) throws(DriftOverflow) {
        var seen = ParticleSet<Scalar>(
            particles.decomposition, units: particles.units, count: particles.count,
            totalCount: particles.totalCount)
        var isFar = false
        for axis in 0..<3
        where !Self.move(particles, along: (line, axis), by: shift, to: &seen.position[axis]) {
            isFar = true
        }
        guard !particles.decomposition.grid.world.any(isFar) else {
            throw DriftOverflow(coefficient: shift)
        }
        for axis in 0..<3 {
            Self.remember(particles.position[axis], in: &seen.momentum[axis], count: particles.count)
        }
        do {
            var places = seen.index.mutableSpan
            for slot in 0..<particles.count { places[slot] = Int64(slot) }
        }
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

    /// One component of where every particle is seen.
    ///
    /// - Returns: false if a particle would be shifted by half the box or more.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func move(
        _ particles: borrowing ParticleSet<Scalar>, along sight: (line: LineOfSight, axis: Int),
        by shift: Double, to targets: inout Buffer<Scalar.Position>
    ) -> Bool {
        let turns = Double.powerOfTwo(Scalar.Position.bitWidth) / particles.units.box[sight.axis]
        let half = Double.powerOfTwo(Scalar.Position.bitWidth - 1)
        let words = particles.position[sight.axis].span
        var targets = targets.mutableSpan
        for slot in 0..<particles.count {
            let seen = Sight(of: particles, at: slot, along: sight.line)
            let step = (shift * seen.speed * seen.direction[sight.axis] * turns).rounded(.toNearestOrEven)
            guard abs(step) < half else { return false }
            targets[slot] = words[slot] &+ Scalar.Position(truncatingIfNeeded: Int64(step))
        }
        return true
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
        let (values, places) = (values.span, seen.index.span)
        var sorted = sorted.mutableSpan
        for slot in 0..<seen.count { sorted[Int(places[slot])] = values[slot] }
    }
}

/// The way back from where particles are seen to where they are.
struct SightAdjoint<Scalar: ParticleScalar> {
    /// Along which they are seen.
    let line: LineOfSight
    /// c.
    let shift: Double

    /// Adds x̄ and p̄ of the particles, and gives c̄. Collective.
    ///
    /// - Parameter bars: q, in the order of the particles.
    /// - Throws: `NotFiniteError` on all ranks.
    func pull(
        _ bars: borrowing CotangentSet<Scalar>, to particles: borrowing ParticleSet<Scalar>,
        addingTo cotangents: inout CotangentSet<Scalar>
    ) throws -> Double {
        for axis in 0..<3 {
            addPositions(bars, particles, along: axis, to: &cotangents.position[axis])
            addMomenta(bars, particles, along: axis, to: &cotangents.momentum[axis])
        }
        return try slope(bars, particles)
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func addPositions(
        _ bars: borrowing CotangentSet<Scalar>, _ particles: borrowing ParticleSet<Scalar>, along axis: Int,
        to positions: inout Buffer<Scalar>
    ) {
        var positions = positions.mutableSpan
        for slot in 0..<particles.count {
            let (sight, q) = (Sight(of: particles, at: slot, along: line), Sight.pull(bars, slot))
            let (n, alpha, beta) = (sight.direction, sight.speed, (q * sight.direction).sum())
            let across = beta * (sight.momentum[axis] - alpha * n[axis]) + alpha * (q[axis] - beta * n[axis])
            positions[slot] += Scalar(q[axis] + shift * sight.inverseDistance * across)
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func addMomenta(
        _ bars: borrowing CotangentSet<Scalar>, _ particles: borrowing ParticleSet<Scalar>, along axis: Int,
        to momenta: inout Buffer<Scalar>
    ) {
        var momenta = momenta.mutableSpan
        for slot in 0..<particles.count {
            let n = Sight(of: particles, at: slot, along: line).direction
            momenta[slot] += Scalar(shift * (Sight.pull(bars, slot) * n).sum() * n[axis])
        }
    }

    /// `c̄ = Σ α β`. Collective.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func slope(
        _ bars: borrowing CotangentSet<Scalar>, _ particles: borrowing ParticleSet<Scalar>
    ) throws(NotFiniteError) -> Double {
        let grid = particles.decomposition.grid
        var products = Buffer<Double>(count: particles.count, from: grid.memory, for: "line of sight")
        do {
            var terms = products.mutableSpan
            for slot in 0..<particles.count {
                let sight = Sight(of: particles, at: slot, along: line)
                terms[slot] = sight.speed * (Sight.pull(bars, slot) * sight.direction).sum()
            }
        }
        let terms = products.span
        return try grid.world.exactSum(count: particles.count, of: "the derivative by a redshift") {
            terms[$0]
        }
    }
}

/// How a particle is seen: along which line, how far away, and how fast it recedes.
private struct Sight {
    /// n; 0 where the observer is, and if there is none.
    let direction: SIMD3<Double>
    /// 1/|r|; 0 where the observer is, and far away.
    let inverseDistance: Double
    /// p [Mpc/h H0].
    let momentum: SIMD3<Double>
    /// α.
    let speed: Double

    @inline(__always)
    init<Scalar: ParticleScalar>(
        of particles: borrowing ParticleSet<Scalar>, at slot: Int, along line: LineOfSight
    ) {
        let units = particles.units
        momentum = SIMD3(
            units.momentum(particles.momentum[0].span[slot]),
            units.momentum(particles.momentum[1].span[slot]),
            units.momentum(particles.momentum[2].span[slot]))
        switch line {
        case .none:
            (direction, inverseDistance) = (.zero, 0)
        case .axis(let axis):
            var unit = SIMD3<Double>.zero
            unit[axis] = 1
            (direction, inverseDistance) = (unit, 0)
        case .observer(let observer):
            let place = SIMD3(
                units.length(particles.position[0].span[slot], along: 0),
                units.length(particles.position[1].span[slot], along: 1),
                units.length(particles.position[2].span[slot], along: 2))
            let ray = place - observer
            let square = (ray * ray).sum()
            inverseDistance = square > 0 ? 1 / square.squareRoot() : 0
            direction = ray * inverseDistance
        }
        speed = (momentum * direction).sum()
    }

    /// q of a particle.
    @inline(__always)
    static func pull<Scalar: ParticleScalar>(
        _ bars: borrowing CotangentSet<Scalar>, _ slot: Int
    ) -> SIMD3<Double> {
        SIMD3(
            Double(bars.position[0].span[slot]), Double(bars.position[1].span[slot]),
            Double(bars.position[2].span[slot]))
    }
}
