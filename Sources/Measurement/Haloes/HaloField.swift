public import Mesh
internal import Parallel

extension HaloSample {
    /// What is put on a mesh.
    public enum Quantity: String, Sendable, CaseIterable {
        /// The number of haloes.
        case counts
        /// Their masses [10¹⁰ Msun/h].
        case mass
    }

    /// Haloes per cell, or mass per cell, by cloud-in-cell. Collective.
    ///
    /// Numbers are multiples of 2⁻⁴⁰, masses of 2⁻⁵⁰ of a power of two above their sum: sums of integers, the same bits
    /// on any ranks.
    ///
    /// - Parameter mesh: the force mesh, say.
    public func field(_ quantity: Quantity, over mesh: Decomposition) -> Field<Double> {
        let total = masses.reduce(0, +)
        let scale =
            switch quantity {
            case .counts: 0x1p40
            case .mass:
                total > 0 ? Double(sign: .plus, exponent: 50 - Int(total.exponent), significand: 1) : 1
            }
        let points = points(of: mesh.grid) { halo in
            Int64(((quantity == .counts ? 1 : masses[halo]) * scale).rounded(.toNearestOrEven))
        }
        let sums = points.deposited(over: mesh)
        var field = Field<Double>(mesh, ghosts: .none, for: "haloes")
        field.mapPoints { x, y, z, _ in Double(sums[x, y, z]) / scale }
        return field
    }

    /// This rank's share of the haloes.
    func points(of grid: RankGrid, weight: (Int) -> Int64) -> WeightedPoints {
        var points = WeightedPoints()
        for halo in Decomposition.block(grid.world.rank, of: grid.world.size, length: count) {
            points.append(WeightedPoints.place(positions[halo], in: box), weight: weight(halo))
        }
        return points
    }
}
