public import Mesh

/// Positions on the grid that the particles started from, with the neighbours' first points beside this rank's block.
public struct LagrangianPositions: ~Copyable {
    /// The particle grid.
    public let decomposition: Decomposition
    /// Positions along x, y and z [2⁻³² box], whatever the precision; one ghost plane above, filled.
    public let axes: InlineArray<3, Field<UInt32>>
}

extension ParticleSet {
    /// The particles' positions on the grid they started from, wherever they are now. Collective.
    ///
    /// - Parameter particleGrid: over the same ranks.
    public borrowing func lagrangianPositions(over particleGrid: Decomposition) -> LagrangianPositions {
        precondition(grid.world === particleGrid.grid.world && particleGrid.pointCount == totalCount)
        return grid.phases.measure(.routing) {
            let homecoming = Homecoming(of: index, count: count, over: particleGrid)
            let shift = Scalar.Position.bitWidth - UInt32.bitWidth
            return LagrangianPositions(
                decomposition: particleGrid,
                axes: InlineArray { axis in
                    let home = homecoming.send(position[axis], for: "positions")
                    let arrived = home.span
                    var field = Field<UInt32>(particleGrid, ghosts: .cloudInCell, for: "positions")
                    var next = 0
                    field.mapPoints { _, _, _, _ in
                        defer { next += 1 }
                        return UInt32(truncatingIfNeeded: arrived[next] >> shift)
                    }
                    field.fillGhosts()
                    return field
                })
        }
    }
}
