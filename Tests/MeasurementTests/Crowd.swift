import Measurement
import Memory
import Mesh
import Parallel
import Storage
import TestSupport

/// Particles that every rank knows all of.
struct Crowd {
    var shape: SIMD3<Int>
    /// By Lagrangian index.
    var positions: [SIMD3<UInt32>]

    var count: Int { positions.count }

    init(_ shape: SIMD3<Int>, _ position: (Int) -> SIMD3<UInt32>) {
        self.shape = shape
        positions = (0..<shape.x * shape.y * shape.z).map(position)
    }

    /// Those of the file that SciPy's groups were made of. Collective.
    static func ofSciPy(over world: Communicator) throws -> Crowd {
        let file = try InputFile(opening: TestData.path("groups.h5"), over: world)
        let values = try file.readArray(at: "/position", as: UInt32.self)
        return Crowd([18, 20, 16]) { SIMD3(values[3 * $0], values[3 * $0 + 1], values[3 * $0 + 2]) }
    }

    /// Clumps and particles strewn about.
    static func random(_ shape: SIMD3<Int>, seed: Int) -> Crowd {
        Crowd(shape) { particle in
            func bits(_ axis: Int, _ index: Int) -> UInt32 {
                var generator = SplitMix(seed: UInt64(seed * 1000 + axis) << 32 + UInt64(index))
                return UInt32(truncatingIfNeeded: generator.next())
            }
            let place = SIMD3(bits(0, particle), bits(1, particle), bits(2, particle))
            guard particle % 3 > 0 else { return place }
            let centre = particle % 7 + 1_000_000
            return SIMD3(bits(0, centre), bits(1, centre), bits(2, centre)) &+ (place &>> 5)
        }
    }

    /// A velocity that says whose it is.
    static func velocity(_ particle: Int, _ axis: Int) -> Int32 {
        Int32((particle * 37 + axis * 11) % 4001 - 2000)
    }

    enum Order { case ascending, descending, stirred }

    /// The particles that a rank owns.
    func particles(on mesh: Decomposition, in order: Order = .ascending) -> HaloParticles {
        var own = positions.indices.filter { particle in
            func cell(_ axis: Int) -> Int { (Int(positions[particle][axis]) * mesh.shape[axis]) >> 32 }
            return mesh.x.contains(cell(0)) && mesh.y.contains(cell(1))
        }
        switch order {
        case .ascending: break
        case .descending: own.reverse()
        case .stirred:
            own.sort { ($0 * 7919) % 10007 < ($1 * 7919) % 10007 }
        }
        let (mine, all) = (own, positions)
        return HaloParticles(
            of: shape, over: mesh, count: own.count,
            positions: { axis, range, values in
                for (value, slot) in range.enumerated() { values[value] = all[mine[slot]][axis] }
            },
            velocities: { axis, range, values in
                for (value, slot) in range.enumerated() { values[value] = Self.velocity(mine[slot], axis) }
            },
            indices: { range, values in
                for (value, slot) in range.enumerated() { values[value] = Int64(mine[slot]) }
            })
    }

    /// The label of each particle by looking at all pairs.
    func labels(linkingLength b: Double) -> [Int] {
        let length = b * 0x1p32
        let threshold = UInt64((length * length).rounded(.down))
        func areFriends(_ i: Int, _ j: Int) -> Bool {
            let apart = SIMD3<Int32>(truncatingIfNeeded: positions[i] &- positions[j])
            var square = UInt64(0)
            for axis in 0..<3 {
                let distance = abs(Int(apart[axis])) * shape[axis]
                guard distance <= 1 << 31 else { return false }
                square += UInt64(distance * distance)
            }
            return square <= threshold
        }
        var label = Array(positions.indices)
        func root(_ particle: Int) -> Int {
            var particle = particle
            while label[particle] != particle { particle = label[particle] }
            return particle
        }
        for i in positions.indices {
            for j in 0..<i where areFriends(i, j) {
                let (a, b) = (root(i), root(j))
                label[max(a, b)] = min(a, b)
            }
        }
        return positions.indices.map(root)
    }
}

/// A catalogue with its members, whole on every rank.
struct WholeCatalogue: Equatable {
    var haloes: [[Int]] = []
    var numbers: [Int] = []
    var identities: [Int] = []

    /// Collective over the particles' ranks.
    init(
        _ crowd: Crowd, on mesh: Decomposition, _ criterion: FriendsOfFriends,
        in order: Crowd.Order = .ascending
    ) {
        let particles = crowd.particles(on: mesh, in: order)
        let found = criterion.haloes(among: particles)
        let members = found.members(of: particles)
        let (catalogue, world) = (found.catalogue, mesh.grid.world)
        func whole(_ count: Int, _ range: Range<Int>, _ value: (Int) -> Int) -> [Int] {
            var all = [Int](repeating: 0, count: count)
            for (place, row) in range.enumerated() { all[row] = value(place) }
            return world.sum(all)
        }
        let rows = catalogue.rows
        let columns = [
            whole(catalogue.totalCount, rows) { catalogue.haloes[$0].number },
            whole(catalogue.totalCount, rows) { catalogue.haloes[$0].length },
            whole(catalogue.totalCount, rows) { catalogue.haloes[$0].label },
            whole(catalogue.totalCount, rows) { catalogue.haloes[$0].spansBox ? 1 : 0 },
            whole(catalogue.totalCount, rows) { catalogue.offsets[$0] },
        ]
        let vectors = (0..<3).flatMap { axis in
            [
                whole(catalogue.totalCount, rows) { Int(catalogue.haloes[$0].anchor[axis]) },
                whole(catalogue.totalCount, rows) { catalogue.haloes[$0].offsets[axis] },
                whole(catalogue.totalCount, rows) { catalogue.haloes[$0].velocities[axis] },
            ]
        }
        haloes = columns + vectors
        numbers = whole(crowd.count, members.particles) { Int(members.numbers.span[$0]) }
        identities = whole(catalogue.memberCount, members.members) { Int(members.identities.span[$0]) }
    }

    /// What it must be, from the label of each particle.
    init(_ crowd: Crowd, labels: [Int], minimum: Int) {
        let groups = Dictionary(grouping: labels.indices) { labels[$0] }.filter { $1.count >= minimum }
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        haloes = Array(repeating: [], count: 14)
        numbers = Array(repeating: -1, count: crowd.count)
        for (number, (label, members)) in groups.enumerated() {
            haloes[0].append(number)
            haloes[1].append(members.count)
            haloes[2].append(label)
            haloes[4].append(identities.count)
            var spans = false
            for axis in 0..<3 {
                let anchor = crowd.positions[label][axis]
                let offsets = members.map { Int(Int32(bitPattern: crowd.positions[$0][axis] &- anchor)) }
                spans = spans || offsets.max()! - offsets.min()! >= 1 << 31
                haloes[5 + 3 * axis].append(Int(anchor))
                haloes[6 + 3 * axis].append(offsets.reduce(0, +))
                haloes[7 + 3 * axis].append(members.reduce(0) { $0 + Int(Crowd.velocity($1, axis)) })
            }
            haloes[3].append(spans ? 1 : 0)
            for member in members { numbers[member] = number }
            identities += members.sorted()
        }
    }
}
