internal import Memory
public import Mesh
public import Observables
internal import Parallel
public import Particles

/// A universe that networks of haloes learn from, or are judged by: what a coarse run makes of matter, and the haloes of a
/// fine run of the same modes.
public final class TrainingUniverse {
    /// ρ/ρ̄ of the coarse run.
    public let density: Field<Double>
    /// Haloes per cell.
    public let counts: Field<Double>
    /// Their mass [10¹⁰ Msun/h per cell].
    public let mass: Field<Double>
    let features: FeatureFields<Double>

    /// A universe. Collective.
    ///
    /// - Parameters:
    ///   - density, counts, mass: on one mesh, without ghosts.
    ///   - features: of that mesh.
    public init(
        density: consuming Field<Double>, counts: consuming Field<Double>, mass: consuming Field<Double>,
        seenThrough features: NeighbourFeatures<Double>
    ) {
        self.features = features.fields(of: density)
        self.density = density
        self.counts = counts
        self.mass = mass
    }

    var mesh: Decomposition { density.decomposition }
}

/// The cells of some universes that a network is trained on, numbered in the order of universes and of their cells.
struct TrainingCells {
    /// How many there are, on all ranks.
    let count: Int
    /// Whether a cell is one of them.
    private let isWanted: (Double) -> Bool
    private let universes: [TrainingUniverse]
    /// Wanted cells before each row along z; and all of them.
    private let rows: [Int]

    /// Those with so many haloes. Collective.
    init(of universes: [TrainingUniverse], where isWanted: @escaping (Double) -> Bool) {
        self.universes = universes
        self.isWanted = isWanted
        var counts: [Int] = []
        for universe in universes {
            let shape = universe.mesh.shape
            var own = [Int](repeating: 0, count: shape.x * shape.y)
            universe.counts.forEachPoint { x, y, _, value in
                if isWanted(value) { own[x * shape.y + y] += 1 }
            }
            counts += universe.mesh.grid.world.sum(own)
        }
        rows = counts.reduce(into: [0]) { $0.append($0.last! + $1) }
        count = rows.last!
    }

    /// Where temporary arrays come from.
    var grid: RankGrid { universes[0].mesh.grid }

    /// Where a cell is, if this rank has it.
    func place(of number: Int) -> (universe: TrainingUniverse, cell: SIMD3<Int>)? {
        var (low, high) = (0, rows.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if rows[middle] <= number { low = middle } else { high = middle }
        }
        let shape = universes[0].mesh.shape
        let universe = universes[low / (shape.x * shape.y)]
        let (x, y) = (low % (shape.x * shape.y) / shape.y, low % shape.y)
        guard universe.mesh.x.contains(x), universe.mesh.y.contains(y) else { return nil }
        var left = number - rows[low]
        for z in 0..<shape.z where isWanted(universe.counts[x, y, z]) {
            if left == 0 { return (universe, SIMD3(x, y, z)) }
            left -= 1
        }
        preconditionFailure("the cells of a row were counted")
    }

    /// Mean and standard deviation of numbers of this rank's cells. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    func moments(_ value: (TrainingUniverse, SIMD3<Int>) -> Double) throws -> (Double, Double) {
        var values: [Double] = []
        for universe in universes {
            universe.counts.forEachPoint { x, y, z, count in
                if isWanted(count) { values.append(value(universe, SIMD3(x, y, z))) }
            }
        }
        let (own, world) = (values, universes[0].mesh.grid.world)
        let quantity = "a mean of what networks are trained with"
        let mean = try world.exactSum(count: own.count, of: quantity) { own[$0] } / Double(count)
        let variance = try world.exactSum(count: own.count, of: quantity) {
            (own[$0] - mean) * (own[$0] - mean)
        }
        return (mean, (variance / Double(count)).squareRoot())
    }
}
