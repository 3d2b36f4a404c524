internal import Gravity
internal import Memory
internal import Mesh

/// The sizes of the arrays of the fullest rank, and which of them are there at once.
struct ArraySizes {
    typealias Line = MemoryEstimate.Line

    private let word: Int
    private let index: Int
    /// Particles.
    private let count: Int
    /// Particles along z.
    private let depth: Int
    /// A field or a transform's array on the particle grid.
    private let gridField: Int
    /// The same on the force mesh.
    private let meshField: Int
    /// The arrays of the force.
    private let force: ForceWork.Arrays
    /// Forces that a gradient keeps.
    private let keptForces: Int
    /// Two planes of forces and of their cotangents, 4 numbers per point each, and five of one number.
    private let windows: Int
    /// Of initial conditions free of aliasing.
    let products: ProductSizes?

    init(of workload: Workload) {
        word = workload.wordBytes
        index = workload.indexBytes
        // A rank that gains particles has arrays a little larger than need be.
        let share = workload.largestBlock(of: workload.particles)
        count = workload.rankCount > 1 ? share + share / 32 : share
        depth = workload.particles.z
        gridField = workload.largestTransform(of: workload.particles)
        meshField = workload.largestTransform(of: workload.mesh)
        force = workload.fullestMeshShares.map { workload.force.work(on: $0).arrays }
            .max { $0.transpose + $0.kept < $1.transpose + $1.kept }!
        let rows = (workload.mesh.y + workload.ranks.y - 1) / workload.ranks.y + 1
        windows = [2 * 4 * word, 2 * 4 * 8 + 5 * 8].reduce(0) { sum, perPoint in
            let bytes = perPoint * rows * (workload.mesh.z + 1)
            return sum + MemoryPool.capacity(for: bytes, isRandomlyAccessed: true)
        }
        keptForces = workload.keptForces
        products = ProductSizes(of: workload, gridField: gridField)
    }

    /// Positions, momenta and indices.
    private var state: [Line] {
        [
            Line(array: "particles: positions", bytes: 3 * word * count),
            Line(array: "particles: momenta", bytes: 3 * word * count),
            Line(array: "particles: indices", bytes: index * count),
        ]
    }

    /// Lagrangian perturbation theory writes the last axis: two displacements and the transforms of the second.
    var start: [Line] {
        Array(state.dropLast()) + [
            Line(array: "initial conditions: fields and transforms", bytes: 5 * gridField)
        ]
    }

    /// The last array of the particles arrives at its owners: the indices, or before them a momentum.
    var arrival: [Line] {
        state + [Line(array: "particles: routing", bytes: (max(2 * index, 2 * word - index) + 4) * count)]
    }

    static let keptForcesName = "mesh: forces kept for the way back"

    /// Forces that a gradient keeps for the way back, but for the one at hand.
    private var kept: Line {
        Line(array: Self.keptForcesName, bytes: max(0, keptForces - 1) * force.kept)
    }

    /// The law makes the overdensity into a force, of a gradient beside those that are kept.
    func solution(keepingForces keeps: Bool) -> [Line] {
        state + (keeps ? [kept] : [])
            + [Line(array: "mesh: density, potential or force, and its transform", bytes: force.solution)]
    }

    /// Particles are put in order three arrays at a time, on the way back with their cotangents.
    func ordering(carryingCotangents isWayBack: Bool) -> [Line] {
        state + (isWayBack ? [cotangents, kept] : []) + [
            Line(array: "particles: ordering", bytes: (3 * word + 4) * count)
        ]
    }

    private var cotangents: Line { Line(array: "particles: cotangents", bytes: 6 * word * count) }

    /// Particles in their first order, array by array, for a snapshot; the last force is still there.
    var snapshot: [Line] {
        state + [
            Line(array: "mesh: potential or force", bytes: force.kept),
            Line(array: "output: particles in order", bytes: 6 * word * count),
            Line(array: "output: routing", bytes: (8 + 2 * word) * count),
        ]
    }

    /// Particles are linked: 16 bytes for each as a point, 8 for its index and 16 for its cell and its group, or for
    /// ordering; and the columns of cells that reach through the rank's part of the box.
    func haloes(linkingLength: Double) -> [Line] {
        let cellsPerParticle = 3.0.squareRoot() / linkingLength
        let columns = cellsPerParticle * cellsPerParticle * Double(count) / Double(depth)
        return state + [
            Line(array: "mesh: potential or force", bytes: force.kept),
            Line(array: "haloes: points, cells and groups", bytes: 40 * count),
            Line(array: "haloes: columns of cells", bytes: 4 * Int(columns)),
        ]
    }

    /// The transpose of a force deposits momentum cotangents while the force is still there.
    var transpose: [Line] {
        let carried =
            state + [
                cotangents, kept,
                Line(array: "mesh: potential or force", bytes: force.kept),
            ]
        let passing = force.hasWindows ? 8 * count + windows : 0
        guard force.transpose + passing >= force.transposeSolution else {
            return carried + [Line(array: "mesh: cotangents", bytes: force.transposeSolution)]
        }
        return carried + [
            Line(array: "mesh: cotangents", bytes: force.transpose),
            Line(array: "particles: products and windows", bytes: passing),
        ]
    }

    /// An objective looks at the particles on the way back, while the last force is still there.
    func observation(_ observation: MemoryEstimate.Observation) -> [Line] {
        state + [
            cotangents, kept,
            Line(array: "mesh: potential or force", bytes: force.kept),
            Line(array: "objective: fields on the mesh", bytes: observation.fields * meshField),
            Line(
                array: "objective: fields on the particle grid", bytes: observation.gridFields * gridField),
            Line(array: "objective: cotangents", bytes: observation.cotangentSets * cotangents.bytes),
        ]
    }

    /// What is there from the beginning of a gradient to its end.
    func held(_ holdings: MemoryEstimate.Holdings, for purpose: MemoryEstimate.Purpose) -> [Line] {
        let data = Line(array: "data and weights", bytes: holdings.observedFields * meshField)
        switch purpose {
        case .simulation, .gradient: return [data, Line(array: "white noise", bytes: gridField)]
        case .reconstruction:
            // The point and its gradient, a direction, and those of the trial.
            return [
                data,
                Line(
                    array: "optimiser: \(holdings.keptVectors) vectors and its step",
                    bytes: (holdings.keptVectors + 4) * gridField),
            ]
        case .sampling:
            // The point and its gradient, those of the trajectory with momentum, velocity and the numbers that they
            // were drawn from, and the two of a window of the warm-up.
            return [
                data, Line(array: "chain: point, trajectory and window", bytes: 9 * gridField),
                Line(
                    array: "chain: whole numbers", bytes: holdings.latticeVectors * (4 * gridField / word)),
                Line(
                    array: "chain: mean and variance of noise and density",
                    bytes: 2 * (8 * gridField / word) + 2 * (8 * meshField / word)),
            ]
        }
    }
}

extension Workload {
    /// Bytes of the largest array that a transform of a grid needs.
    fileprivate func largestTransform(of shape: SIMD3<Int>) -> Int {
        MeshShare.fullestPositions(of: shape, on: ranks).map {
            MeshShare(of: shape, on: ranks, at: $0, wordBytes: wordBytes).transformBytes
        }.max()!
    }
}
