internal import Mesh

/// The sizes of the arrays of initial conditions whose products are free of aliasing, on the fullest rank.
struct ProductSizes {
    typealias Line = MemoryEstimate.Line

    /// 2 or 3.
    private let order: Int
    /// A field or a transform's array on the particle grid.
    private let gridField: Int
    /// A field that goes into a product, half transformed.
    private let half: Int
    /// A batch of its planes in real space.
    private let planes: Int
    /// Positions and momenta, or their cotangents.
    private let sixComponents: Int

    /// Nothing where no products are free of aliasing.
    init?(of workload: Workload, gridField: Int) {
        guard workload.dealiasedOrder > 1 else { return nil }
        order = workload.dealiasedOrder
        self.gridField = gridField
        let word = workload.wordBytes
        sixComponents = 6 * word * workload.largestBlock(of: workload.particles)
        let storage = MeshShare.fullestPositions(of: workload.particles, on: workload.ranks).map {
            DealiasedProducts<Float>.storage(
                shape: workload.particles, ranks: workload.ranks, position: $0)
        }
        half = word * storage.map(\.half).max()!
        planes = word * storage.map(\.planes).max()!
    }

    /// The most that products and the displacements made of them need on the way forwards.
    var forwards: [[Line]] {
        // Tensors go in, beside the sources so far and a transform's arrays; then the last axis is written, with all
        // sources and their displacements.
        [
            order == 2
                ? products(halves: 6, planes: 6, fields: 3) : products(halves: 12, planes: 18, fields: 3),
            [
                Line(array: "particles: positions and momenta", bytes: sixComponents),
                fields(order == 2 ? 5 : 13),
            ],
        ]
    }

    /// The same on the way back, with the cotangents of the particles.
    var backwards: [[Line]] {
        let cotangents = Line(array: "particles: cotangents", bytes: sixComponents)
        return order == 2
            ? [[cotangents] + products(halves: 7, planes: 7, fields: 5)]
            : [[cotangents, fields(24)], [cotangents] + products(halves: 13, planes: 16, fields: 4)]
    }

    /// What the way back finds again.
    var kept: [Line] {
        order == 2 ? [] : [Line(array: "initial conditions: sources of third order", bytes: 6 * gridField)]
    }

    private func products(halves: Int, planes: Int, fields: Int) -> [Line] {
        [
            Line(array: "initial conditions: products", bytes: halves * half + planes * self.planes),
            self.fields(fields),
        ]
    }

    private func fields(_ count: Int) -> Line {
        Line(array: "initial conditions: fields and transforms", bytes: count * gridField)
    }
}
