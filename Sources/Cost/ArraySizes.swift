internal import Gravity
internal import Memory
internal import Mesh

/// The sizes of the arrays of the fullest rank, and which of them are there at once.
struct ArraySizes {
    typealias Line = MemoryEstimate.Line

    private let word: Int
    private let gradient: ForceKernel.Gradient
    /// Particles.
    private let count: Int
    /// A field or a transform's array on the particle grid.
    private let gridField: Int
    /// The same on the force mesh.
    private let meshField: Int
    /// The 64-bit integers of a sum that ranks put together, for cloud-in-cell and for the stencil.
    private let rim: Int
    private let stencilRim: Int
    /// Two planes of forces and of their cotangents, 4 numbers per point each, and five of one number.
    private let windows: Int
    /// The force as it is kept: a potential with its ghost planes, or modes.
    private let force: Int
    /// Of initial conditions free of aliasing.
    let products: ProductSizes?

    init(of workload: Workload) {
        word = workload.wordBytes
        gradient = workload.gradient
        // A rank that gains particles has arrays a little larger than need be.
        let share = workload.largestBlock(of: workload.particles)
        count = workload.rankCount > 1 ? share + share / 32 : share
        gridField = word * 2 * workload.largestCapacity(of: workload.particles)
        meshField = word * 2 * workload.largestCapacity(of: workload.mesh)
        rim = 8 * workload.largestRim(ghosts: .cloudInCell)
        stencilRim = 8 * workload.largestRim(ghosts: .stencil)
        let rows = (workload.mesh.y + workload.ranks.y - 1) / workload.ranks.y + 1
        windows = [2 * 4 * word, 2 * 4 * 8 + 5 * 8].reduce(0) { sum, perPoint in
            let bytes = perPoint * rows * (workload.mesh.z + 1)
            return sum + MemoryPool.capacity(for: bytes, isRandomlyAccessed: true)
        }
        products = ProductSizes(of: workload, gridField: gridField)
        force = gradient == .fourPoint ? word * workload.largestExtent(ghosts: .stencil) : meshField
    }

    /// Positions, momenta and indices.
    private var state: [Line] {
        [
            Line(array: "particles: positions", bytes: 3 * word * count),
            Line(array: "particles: momenta", bytes: 3 * word * count),
            Line(array: "particles: indices", bytes: 8 * count),
        ]
    }

    /// Lagrangian perturbation theory writes the last axis: two displacements and the transforms of the second.
    var start: [Line] {
        Array(state.dropLast()) + [
            Line(array: "initial conditions: fields and transforms", bytes: 5 * gridField)
        ]
    }

    /// The last array of the particles arrives at its owners.
    var arrival: [Line] { state + [Line(array: "particles: routing", bytes: (8 + 8 + 4) * count)] }

    /// The overdensity with the integers that ranks put together; then a transform goes from one array to another,
    /// and a spectral force has its modes too.
    var solution: [Line] {
        state + [
            Line(
                array: "mesh: density, potential or force, and its transform",
                bytes: max(meshField + rim, (gradient == .fourPoint ? 2 : 3) * meshField))
        ]
    }

    /// Particles are put in order three arrays at a time, on the way back with their cotangents.
    func ordering(carryingCotangents isWayBack: Bool) -> [Line] {
        state + (isWayBack ? [cotangents] : []) + [
            Line(array: "particles: ordering", bytes: (3 * word + 4) * count)
        ]
    }

    private var cotangents: Line { Line(array: "particles: cotangents", bytes: 6 * word * count) }

    /// Particles in their first order, array by array, for a snapshot; the last force is still there.
    var snapshot: [Line] {
        state + [
            Line(array: "mesh: potential or force", bytes: force),
            Line(array: "output: particles in order", bytes: 6 * word * count),
            Line(array: "output: routing", bytes: (8 + 2 * word) * count),
        ]
    }

    /// The transpose of a force deposits momentum cotangents while the force is still there.
    var transpose: [Line] {
        let carried =
            state + [
                cotangents,
                Line(array: "mesh: potential or force", bytes: force),
            ]
        guard gradient == .fourPoint else {
            return carried + [
                Line(array: "mesh: cotangents", bytes: 3 * meshField + rim)
            ]
        }
        return carried + [
            Line(array: "mesh: cotangents", bytes: meshField + stencilRim),
            Line(array: "particles: products and windows", bytes: 8 * count + windows),
        ]
    }

    /// What is there from the beginning of a gradient to its end.
    func held(_ holdings: MemoryEstimate.Holdings, for purpose: MemoryEstimate.Purpose) -> [Line] {
        // The point; a reconstruction has its gradient too, a direction, and those of the trial.
        let vectors = purpose == .reconstruction ? holdings.keptVectors + 4 : 1
        return [
            Line(array: "data and weights", bytes: holdings.observedFields * meshField),
            Line(
                array: purpose == .reconstruction
                    ? "optimiser: \(holdings.keptVectors) vectors and its step" : "white noise",
                bytes: vectors * gridField),
        ]
    }
}

extension Workload {
    /// Complex numbers of the largest array that a transform of a grid needs.
    fileprivate func largestCapacity(of shape: SIMD3<Int>) -> Int {
        var most = 0
        for position in fullestPositions(of: shape) {
            most = max(most, FourierLayout(shape: shape, grid: ranks, position: position).capacity)
        }
        return most
    }

    /// Integers of the largest rim on the force mesh: all points but those that no neighbour reaches.
    fileprivate func largestRim(ghosts: GhostWidth) -> Int {
        let width = ghosts.lower + ghosts.upper
        let owned = (0..<2).map { (mesh[$0] + ranks[$0] - 1) / ranks[$0] }
        let inner = owned.map { max(0, $0 - width) }
        return ((owned[0] + width) * (owned[1] + width) - inner[0] * inner[1]) * mesh.z
    }

    /// Elements of the largest field of the force mesh with ghost planes, as it is reserved.
    fileprivate func largestExtent(ghosts: GhostWidth) -> Int {
        let width = ghosts.lower + ghosts.upper
        let planes = (0..<2).map { (mesh[$0] + ranks[$0] - 1) / ranks[$0] + width }
        return max(planes[0] * planes[1] * mesh.z, 2 * largestCapacity(of: mesh))
    }
}
