internal import Mesh

/// The sizes of the arrays of initial conditions whose products are free of aliasing, on the fullest rank.
struct ProductSizes {
    typealias Line = MemoryEstimate.Line

    /// 2 or 3.
    private let order: Int
    /// A field or a transform's array on the particle grid.
    private let gridField: Int
    /// A field that goes into a product: half transformed, and a batch of planes in real space.
    private let factor: Int
    /// Positions and momenta, or their cotangents.
    private let sixComponents: Int

    /// Nothing where no products are free of aliasing.
    init?(of workload: Workload, gridField: Int) {
        guard workload.dealiasedOrder > 1 else { return nil }
        order = workload.dealiasedOrder
        self.gridField = gridField
        let word = workload.wordBytes
        sixComponents = 6 * word * workload.largestBlock(of: workload.particles)
        factor = MeshShare.fullestPositions(of: workload.particles, on: workload.ranks).reduce(0) {
            most, position in
            let (half, planes) = DealiasedProducts<Float>.storage(
                shape: workload.particles, ranks: workload.ranks, position: position)
            return max(most, word * (half + planes))
        }
    }

    /// The most that products and the displacements made of them need on the way forwards.
    var forwards: [[Line]] {
        // One or two tensors go in, beside the sources so far and a transform's arrays; then the last axis is
        // written, with all sources and their displacements.
        [
            order == 2 ? products(factors: 6, fields: 3) : products(factors: 12, fields: 6),
            [
                Line(array: "particles: positions and momenta", bytes: sixComponents),
                Line(
                    array: "initial conditions: fields and transforms",
                    bytes: (order == 2 ? 5 : 13) * gridField),
            ],
        ]
    }

    /// The same on the way back, with the cotangents of the particles.
    var backwards: [Line] {
        [Line(array: "particles: cotangents", bytes: sixComponents)]
            + (order == 2 ? products(factors: 7, fields: 5) : products(factors: 12, fields: 8))
    }

    private func products(factors: Int, fields: Int) -> [Line] {
        [
            Line(array: "initial conditions: products", bytes: factors * factor),
            Line(array: "initial conditions: fields and transforms", bytes: fields * gridField),
        ]
    }
}
