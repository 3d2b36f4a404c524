internal import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// Points with weights, to be assigned to a mesh: some of them on each rank, wherever they are.
struct WeightedPoints {
    /// Places [2⁻³² box].
    private(set) var places: [SIMD3<UInt32>] = []
    /// Weights, integers.
    private(set) var weights: [Int64] = []

    mutating func append(_ place: SIMD3<UInt32>, weight: Int64) {
        places.append(place)
        weights.append(weight)
    }

    /// A place in a box [Mpc/h] as a fraction of it.
    static func place(_ position: SIMD3<Double>, in box: SIMD3<Double>) -> SIMD3<UInt32> {
        var place = SIMD3<UInt32>.zero
        for axis in 0..<3 {
            let turns = position[axis] / box[axis]
            let fraction = ((turns - turns.rounded(.down)) * 0x1p32).rounded(.toNearestOrEven)
            place[axis] = UInt32(truncatingIfNeeded: Int(fraction))
        }
        return place
    }

    /// The points on the ranks that own their cells of a mesh. Collective.
    func routed(over mesh: Decomposition) -> WeightedPoints {
        let memory = mesh.grid.memory
        let owners = places.map { place in
            let cell = Cell(place, mesh.shape)
            return UInt32(mesh.owner(x: cell.index.x, y: cell.index.y))
        }
        let delivery = Delivery(to: Buffer(owners, from: memory, for: "routing"), over: mesh.grid)
        var routed = WeightedPoints()
        routed.places = delivery.send(Buffer(places, from: memory, for: "routing"), for: "routing").array
        routed.weights = delivery.send(Buffer(weights, from: memory, for: "routing"), for: "routing").array
        return routed
    }

    /// The weights on a mesh, by cloud-in-cell. Collective.
    ///
    /// Each weight is split along x, its parts along y and those along z, in integers that sum to it: the same bits
    /// wherever the points are.
    func deposited(over mesh: Decomposition) -> Field<Int64> {
        let own = routed(over: mesh)
        var rim = IntegerRim(mesh, ghosts: .cloudInCell, keeping: .allPoints)
        for x in 0...mesh.x.count {
            for y in 0...mesh.y.count { unsafe rim.row(x: x, y: y).update(repeating: 0, count: mesh.shape.z) }
        }
        for (place, weight) in zip(own.places, own.weights) {
            let cell = Cell(place, mesh.shape)
            let (x, y) = (cell.index.x - mesh.x.lowerBound, cell.index.y - mesh.y.lowerBound)
            let above = cell.index.z + 1 == mesh.shape.z ? 0 : cell.index.z + 1
            for (dx, partX) in cell.split(weight, along: 0).enumerated() {
                for (dy, partY) in cell.split(partX, along: 1).enumerated() {
                    let row = unsafe rim.row(x: x + dx, y: y + dy)
                    let (lower, upper) = cell.split(partY, along: 2).parts
                    unsafe row[cell.index.z] &+= lower
                    unsafe row[above] &+= upper
                }
            }
        }
        rim.addGhosts()
        return rim.takeField()
    }
}

/// The cell of a mesh that a place is in, and where in it.
struct Cell {
    let index: SIMD3<Int>
    /// Offsets from the cell's point, as fractions of a cell.
    let offset: SIMD3<Double>

    init(_ place: SIMD3<UInt32>, _ shape: SIMD3<Int>) {
        var (index, offset) = (SIMD3<Int>.zero, SIMD3<Double>.zero)
        for axis in 0..<3 {
            let product = UInt64(place[axis]) * UInt64(shape[axis])
            index[axis] = Int(product >> 32)
            offset[axis] = Double(product & 0xffff_ffff) * 0x1p-32
        }
        (self.index, self.offset) = (index, offset)
    }

    /// What goes to the point below and to that above.
    struct Split: Sequence {
        let parts: (lower: Int64, upper: Int64)

        func makeIterator() -> some IteratorProtocol<Int64> { [parts.lower, parts.upper].makeIterator() }
    }

    func split(_ weight: Int64, along axis: Int) -> Split {
        let upper = Int64((Double(weight) * offset[axis]).rounded(.toNearestOrEven))
        return Split(parts: (weight - upper, upper))
    }
}
