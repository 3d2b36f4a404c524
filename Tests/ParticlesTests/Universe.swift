import Memory
import Mesh
import Parallel
import Particles

/// A made-up universe that is the same on any ranks: every number is a function of its global index.
struct Universe {
    /// Force meshes of 12³ and other particles: B = 1, 1.5 and 2, and sizes that divide badly.
    static let all = [
        Universe(particles: [12, 12, 12], mesh: [12, 12, 12]),
        Universe(particles: [12, 14, 10], mesh: [18, 21, 15]),
        Universe(particles: [9, 10, 12], mesh: [18, 20, 24]),
    ]

    /// Three particles: most ranks have none.
    static let sparse = Universe(particles: [1, 1, 3], mesh: [12, 13, 14])

    let particles: SIMD3<Int>
    let mesh: SIMD3<Int>
    var count: Int { particles.x * particles.y * particles.z }
    var box: SIMD3<Double> { SIMD3<Double>(particles) * 2.5 }

    /// 64 well-mixed bits.
    static func bits(_ seed: Int, _ index: Int) -> UInt64 {
        var state =
            UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(truncatingIfNeeded: index)
        for _ in 0..<2 {
            state &+= 0x9e37_79b9_7f4a_7c15
            state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
            state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
            state ^= state >> 31
        }
        return state
    }

    /// A number in −1 ..< 1.
    static func number(_ seed: Int, _ index: Int) -> Double {
        Double(Int64(bitPattern: bits(seed, index))) * 0x1p-63
    }

    func units<Scalar: ParticleScalar>(_: Scalar.Type) -> StateUnits {
        .units(box: box, velocityDispersion: 5, for: Scalar.self)
    }

    /// Particles all over the box; those with special indices on cell faces and at the ends of the range.
    func set<Scalar: ParticleScalar>(_ mesh: Decomposition, reversed: Bool = false) -> ParticleSet<Scalar> {
        let world = mesh.grid.world
        var own = Array(stride(from: world.rank, to: count, by: world.size))
        if reversed { own.reverse() }
        var set = ParticleSet<Scalar>(mesh, units: units(Scalar.self), count: own.count, totalCount: count)
        for (place, index) in own.enumerated() {
            set.write(index, at: place, momentum: 8)
        }
        set.route()
        return set
    }

    /// A field of numbers in −1 ..< 1, ghosts filled.
    func field<Scalar: ParticleScalar>(
        _ mesh: Decomposition, ghosts: GhostWidth, seed: Int, amplitude: Double = 1
    ) -> Field<Scalar> {
        var field = Field<Scalar>(mesh, ghosts: ghosts, for: "test")
        mesh.forEachPoint { x, y, z, point in
            let target = field.offset(x: x, y: y, z: z)
            var values = field.values.mutableSpan
            values[target] = Scalar(amplitude * Self.number(seed, point))
        }
        field.fillGhosts()
        return field
    }
}

extension ParticleSet {
    /// Sets the particle with a Lagrangian index to its made-up state.
    mutating func write(_ lagrangian: Int, at place: Int, momentum spread: Double) {
        index[place] = lagrangian
        for axis in 0..<3 {
            let bits = Universe.bits(axis, lagrangian)
            var value = Scalar.Position(truncatingIfNeeded: bits)
            switch lagrangian % 16 {
            case 0: value = 0
            case 1: value = .max
            case 2: value = 1 << (Scalar.Position.bitWidth - 1)
            default: break
            }
            var positions = position[axis].mutableSpan
            positions[place] = value
            let speed: Scalar.Momentum = units.momentum(of: spread * Universe.number(3 + axis, lagrangian))!
            var momenta = momentum[axis].mutableSpan
            momenta[place] = speed
        }
    }
}

extension ParticleSet {
    /// Puts particles that lie side by side into the opposite order.
    mutating func reverse(_ range: Range<Int>) {
        func reverse<Element>(_ values: inout MutableSpan<Element>) {
            for step in 0..<range.count / 2 {
                values.swapAt(range.lowerBound + step, range.upperBound - 1 - step)
            }
        }
        for axis in 0..<3 {
            var positions = position[axis].mutableSpan
            reverse(&positions)
            var momenta = momentum[axis].mutableSpan
            reverse(&momenta)
        }
        let indices = range.map { index[$0] }
        for (slot, number) in zip(range, indices.reversed()) { index[slot] = number }
    }

    /// Puts the particles of each plane into the opposite order, in which deposit and kick may find them as well.
    mutating func reversePlanes() {
        let points = Scalar.Position(decomposition.shape.x)
        let planes = (0..<count).map { position[0].span[$0].multipliedFullWidth(by: points).high }
        var start = 0
        for end in 1..<max(count, 1) where planes[end] != planes[start] {
            reverse(start..<end)
            start = end
        }
        reverse(start..<count)
    }
}

extension Decomposition {
    /// Calls a body for every owned point with its global number.
    func forEachPoint(_ body: (_ x: Int, _ y: Int, _ z: Int, _ point: Int) -> Void) {
        for x in x {
            for y in y {
                for z in 0..<shape.z { body(x, y, z, (x * shape.y + y) * shape.z + z) }
            }
        }
    }
}

extension Field {
    /// The owned points of all ranks, in global order, on every rank.
    func gathered() -> [Int] where Element: FixedWidthInteger {
        var all = [Int](repeating: 0, count: decomposition.pointCount)
        decomposition.forEachPoint { x, y, z, point in all[point] = Int(values.span[offset(x: x, y: y, z: z)])
        }
        return decomposition.grid.world.sum(all)
    }
}
