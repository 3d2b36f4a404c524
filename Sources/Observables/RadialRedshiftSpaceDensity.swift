internal import Background
public import Dynamics
internal import Memory
public import Mesh
internal import Parallel
public import Particles

/// The density of matter as redshifts show it to an observer anywhere, inside the box or far from it.
///
///     s = x + c α n,    n = r/|r|,  r = x − o,  α = p·n,    c = 1/(a² E(a)),    ρ(s)/ρ̄ as in ``MatterDensity``
///
/// with `p = a² dx/dt`. x lies in the box, from 0 to its side, and r is not wrapped: the line of sight jumps where the
/// box ends, so that a border of it must not be seen. Back: with q = s̄ of the density and β = q·n,
///
///     x̄ += q + (c/|r|) [β (p − α n) + α (q − β n)],    p̄ += c β n,    c̄ += Σ α β
///
/// Unlike along an axis this is no shear, which integers could undo. A copy of the particles is seen: its positions are
/// `X′ = X + round(shift · 2³²/L)`, its momenta are the words of X, which it goes home with, and its indices are the
/// places that it left.
///
/// - Source: Kaiser 1987, MNRAS 227, 1; Hamilton 1998, astro-ph/9708102.
public final class RadialRedshiftSpaceDensity<Scalar: ParticleScalar>: Observable {
    /// The force mesh.
    public let grid: CellGrid<Scalar>
    /// It is.
    public var isInUnitsOfItsMean: Bool { true }
    private let observer: SIMD3<Double>

    /// The density in redshift space.
    ///
    /// - Parameters:
    ///   - observer: where it is seen from [Mpc/h].
    ///   - transform: on the force mesh.
    ///   - cell: its spacing [Mpc/h].
    public init(from observer: SIMD3<Double>, on transform: FourierTransform<Scalar>, cell: Double) {
        self.observer = observer
        grid = .mesh(transform, cell: cell)
    }

    /// c.
    private func shift(at moment: Moment) -> Dual {
        let a = moment.scaleFactor
        return 1 / moment.cosmology.expansionRate(at: a).scaled(by: a * a)
    }

    /// ρ(s)/ρ̄. Collective.
    ///
    /// - Throws: `DriftOverflow` on all ranks when a particle is shifted by half the box; `MassError`.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        .mesh(try seen(particles, by: shift(at: moment).value).relativeDensity())
    }

    /// Predicts and carries back with one copy of the particles. Collective.
    public func observe(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>,
        judge: (consuming Cells<Scalar>) throws -> Cells<Scalar>
    ) throws {
        let shift = shift(at: moment)
        let seen = try seen(particles, by: shift.value)
        let cotangent = try judge(.mesh(seen.relativeDensity()))
        try carryBack(cotangent, through: seen, to: particles, by: shift, addingTo: &adjoint)
    }

    /// See the formulas above. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        let shift = shift(at: moment)
        try carryBack(
            cotangent, through: seen(particles, by: shift.value), to: particles, by: shift, addingTo: &adjoint)
    }

    /// A copy of the particles where they are seen, with their owners there. Collective.
    private func seen(
        _ particles: borrowing ParticleSet<Scalar>, by shift: Double
    ) throws(DriftOverflow) -> ParticleSet<Scalar> {
        var seen = ParticleSet<Scalar>(
            particles.decomposition, units: particles.units, count: particles.count,
            totalCount: particles.totalCount)
        var isFar = false
        for axis in 0..<3 where !move(particles, by: shift, along: axis, to: &seen) { isFar = true }
        guard !particles.decomposition.grid.world.any(isFar) else {
            throw DriftOverflow(coefficient: shift)
        }
        do {
            var places = seen.index.mutableSpan
            for slot in 0..<particles.count { places[slot] = Int64(slot) }
        }
        seen.route()
        return seen
    }

    /// One component of the shift of every particle.
    ///
    /// - Returns: false if a particle would be shifted by half the box or more.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func move(
        _ particles: borrowing ParticleSet<Scalar>, by shift: Double, along axis: Int,
        to seen: inout ParticleSet<Scalar>
    ) -> Bool {
        let turns = Double.powerOfTwo(Scalar.Position.bitWidth) / particles.units.box[axis]
        let half = Double.powerOfTwo(Scalar.Position.bitWidth - 1)
        let words = particles.position[axis].span
        var targets = seen.position[axis].mutableSpan
        for slot in 0..<particles.count {
            let sight = Sight(of: particles, at: slot, from: observer)
            let step = (shift * sight.speed * sight.direction[axis] * turns).rounded(.toNearestOrEven)
            guard abs(step) < half else { return false }
            targets[slot] = words[slot] &+ Scalar.Position(truncatingIfNeeded: Int64(step))
        }
        var homes = seen.momentum[axis].mutableSpan
        for slot in 0..<particles.count { homes[slot] = Scalar.Momentum(truncatingIfNeeded: words[slot]) }
        return true
    }

    /// From the density seen to positions, momenta and c. Collective.
    private func carryBack(
        _ cotangent: consuming Cells<Scalar>, through copy: consuming ParticleSet<Scalar>,
        to particles: borrowing ParticleSet<Scalar>, by shift: Dual,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        var seen = copy
        var bars = CotangentSet(for: seen)
        seen.depositAdjoint(
            cotangent.takeField().withGhosts(.cloudInCell, for: "density cotangent"), carrying: &bars)
        for axis in 0..<3 { Self.turnHome(seen.momentum[axis], to: &seen.position[axis], count: seen.count) }
        seen.route(carrying: &bars)
        precondition(seen.count == particles.count, "a copy of the particles did not come home")
        for axis in 0..<3 { Self.sort(bars.position[axis], by: seen, to: &bars.momentum[axis]) }
        for axis in 0..<3 {
            pull(bars, to: particles, by: shift.value, along: axis, addingTo: &adjoint.cotangents)
        }
        adjoint.parameters += shift.scaled(by: try slope(bars, particles))
    }

    /// Puts the words of the original positions in their place again.
    private static func turnHome(
        _ homes: borrowing Buffer<Scalar.Momentum>, to words: inout Buffer<Scalar.Position>, count: Int
    ) {
        let homes = homes.span
        var words = words.mutableSpan
        for slot in 0..<count { words[slot] = Scalar.Position(truncatingIfNeeded: homes[slot]) }
    }

    /// Puts x̄ of the copy into the order of the particles, where its unused p̄ is.
    private static func sort(
        _ values: borrowing Buffer<Scalar>, by seen: borrowing ParticleSet<Scalar>,
        to sorted: inout Buffer<Scalar>
    ) {
        let (values, places) = (values.span, seen.index.span)
        var sorted = sorted.mutableSpan
        for slot in 0..<seen.count { sorted[Int(places[slot])] = values[slot] }
    }

    /// Adds one component of x̄ and p̄.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func pull(
        _ bars: borrowing CotangentSet<Scalar>, to particles: borrowing ParticleSet<Scalar>,
        by shift: Double, along axis: Int, addingTo cotangents: inout CotangentSet<Scalar>
    ) {
        var positions = cotangents.position[axis].mutableSpan
        for slot in 0..<particles.count {
            let (sight, q) = (Sight(of: particles, at: slot, from: observer), Sight.pull(bars, slot))
            let (n, alpha, beta) = (sight.direction, sight.speed, (q * sight.direction).sum())
            let across = beta * (sight.momentum[axis] - alpha * n[axis]) + alpha * (q[axis] - beta * n[axis])
            positions[slot] += Scalar(q[axis] + shift * sight.inverseDistance * across)
        }
        var momenta = cotangents.momentum[axis].mutableSpan
        for slot in 0..<particles.count {
            let n = Sight(of: particles, at: slot, from: observer).direction
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
                let sight = Sight(of: particles, at: slot, from: observer)
                terms[slot] = sight.speed * (Sight.pull(bars, slot) * sight.direction).sum()
            }
        }
        let terms = products.span
        return try grid.world.exactSum(count: particles.count, of: "the derivative by a redshift") { terms[$0] }
    }
}

/// How a particle is seen: along which line, how far away, and how fast it recedes.
private struct Sight {
    /// n; 0 where the observer is.
    let direction: SIMD3<Double>
    /// 1/|r|; 0 where the observer is.
    let inverseDistance: Double
    /// p [Mpc/h H0].
    let momentum: SIMD3<Double>
    /// α.
    let speed: Double

    @inline(__always)
    init<Scalar: ParticleScalar>(
        of particles: borrowing ParticleSet<Scalar>, at slot: Int, from observer: SIMD3<Double>
    ) {
        let units = particles.units
        let place = SIMD3(
            units.length(particles.position[0].span[slot], along: 0),
            units.length(particles.position[1].span[slot], along: 1),
            units.length(particles.position[2].span[slot], along: 2))
        momentum = SIMD3(
            units.momentum(particles.momentum[0].span[slot]),
            units.momentum(particles.momentum[1].span[slot]),
            units.momentum(particles.momentum[2].span[slot]))
        let ray = place - observer
        let square = (ray * ray).sum()
        inverseDistance = square > 0 ? 1 / square.squareRoot() : 0
        direction = ray * inverseDistance
        speed = (momentum * direction).sum()
    }

    /// q of a particle.
    @inline(__always)
    static func pull<Scalar: ParticleScalar>(
        _ bars: borrowing CotangentSet<Scalar>, _ slot: Int
    ) -> SIMD3<Double> {
        SIMD3(
            Double(bars.momentum[0].span[slot]), Double(bars.momentum[1].span[slot]),
            Double(bars.momentum[2].span[slot]))
    }
}
