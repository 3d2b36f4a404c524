internal import CKernels
public import Memory
public import Mesh
internal import Parallel

/// Particles in the order of the grid they started from: this rank's block, `[x][y][z]`, z fastest.
///
/// Initial conditions are made in this order, and snapshots are written in it.
public struct LagrangianBlock<Scalar: ParticleScalar>: ~Copyable {
    /// The particle grid.
    public let decomposition: Decomposition
    /// What the integers mean.
    public let units: StateUnits
    /// Positions along x, y and z [2⁻³² or 2⁻⁶⁴ box].
    public var position: InlineArray<3, Buffer<Scalar.Position>>
    /// Momenta along x, y and z [`units.momentum`].
    public var momentum: InlineArray<3, Buffer<Scalar.Momentum>>

    /// Room for this rank's particles, undefined.
    ///
    /// - Parameters:
    ///   - decomposition: the particle grid.
    ///   - units: what the integers mean.
    public init(_ decomposition: Decomposition, units: StateUnits) {
        let count = decomposition.ownedCount
        let memory = decomposition.grid.memory
        self.init(
            decomposition, units: units,
            position: InlineArray { _ in Buffer(count: count, from: memory, for: "positions") },
            momentum: InlineArray { _ in Buffer(count: count, from: memory, for: "momenta") })
    }

    init(
        _ decomposition: Decomposition, units: StateUnits,
        position: consuming InlineArray<3, Buffer<Scalar.Position>>,
        momentum: consuming InlineArray<3, Buffer<Scalar.Momentum>>
    ) {
        self.decomposition = decomposition
        self.units = units
        self.position = position
        self.momentum = momentum
    }

    /// The number of particles of this rank.
    public var count: Int { decomposition.ownedCount }
}

/// Cotangents in the order of the grid that the particles started from.
public struct LagrangianCotangents<Scalar: ParticleScalar>: ~Copyable {
    /// The particle grid.
    public let decomposition: Decomposition
    /// ∂L/∂x along x, y and z [1 / (Mpc/h)].
    public var position: InlineArray<3, Buffer<Scalar>>
    /// ∂L/∂p along x, y and z [1 / (Mpc/h · H0)].
    public var momentum: InlineArray<3, Buffer<Scalar>>

    /// Room for those of this rank's particles, undefined.
    public init(over decomposition: Decomposition) {
        let (count, memory) = (decomposition.ownedCount, decomposition.grid.memory)
        self.init(
            decomposition: decomposition,
            position: InlineArray { _ in Buffer(count: count, from: memory, for: "cotangents") },
            momentum: InlineArray { _ in Buffer(count: count, from: memory, for: "cotangents") })
    }

    init(
        decomposition: Decomposition, position: consuming InlineArray<3, Buffer<Scalar>>,
        momentum: consuming InlineArray<3, Buffer<Scalar>>
    ) {
        self.decomposition = decomposition
        self.position = position
        self.momentum = momentum
    }
}

extension ParticleSet {
    /// Sends every particle of the initial conditions to the owner of its mesh cell. Collective.
    ///
    /// - Parameters:
    ///   - block: this rank's particles, given up array by array.
    ///   - decomposition: the force mesh, over the same ranks.
    public init(routing block: consuming LagrangianBlock<Scalar>, to decomposition: Decomposition) {
        let particleGrid = block.decomposition
        let grid = decomposition.grid
        precondition(grid.world === particleGrid.grid.world)
        var source = block
        self = grid.phases.measure(.routing) {
            let delivery = Delivery(
                to: decomposition.owners(x: source.position[0], y: source.position[1], scalar: Scalar.self),
                over: grid)
            return ParticleSet(
                decomposition, units: source.units, totalCount: particleGrid.pointCount,
                position: InlineArray { delivery.handOver(source.position[$0].given(), for: "positions") },
                momentum: InlineArray { delivery.handOver(source.momentum[$0].given(), for: "momenta") },
                index: delivery.handOver(LagrangianIndices(of: particleGrid)))
        }
        order()
    }

    /// The particles in the order of the grid they started from, wherever they are now. Collective.
    ///
    /// - Parameter particleGrid: over the same ranks.
    public borrowing func inLagrangianOrder(over particleGrid: Decomposition) -> LagrangianBlock<Scalar> {
        precondition(grid.world === particleGrid.grid.world && particleGrid.pointCount == totalCount)
        return grid.phases.measure(.routing) {
            let homecoming = Homecoming(of: index, count: count, over: particleGrid)
            return LagrangianBlock(
                particleGrid, units: units,
                position: InlineArray { homecoming.send(position[$0], for: "positions") },
                momentum: InlineArray { homecoming.send(momentum[$0], for: "momenta") })
        }
    }

    /// The cotangents of these particles in the order of the grid they started from. Collective.
    ///
    /// - Parameters:
    ///   - cotangents: of this set; given up array by array.
    ///   - particleGrid: over the same ranks.
    public borrowing func inLagrangianOrder(
        _ cotangents: consuming CotangentSet<Scalar>, over particleGrid: Decomposition
    ) -> LagrangianCotangents<Scalar> {
        precondition(grid.world === particleGrid.grid.world && particleGrid.pointCount == totalCount)
        var source = cotangents
        return grid.phases.measure(.routing) {
            let homecoming = Homecoming(of: index, count: count, over: particleGrid)
            return LagrangianCotangents(
                decomposition: particleGrid,
                position: InlineArray { homecoming.send(source.position[$0].given(), for: "cotangents") },
                momentum: InlineArray { homecoming.send(source.momentum[$0].given(), for: "cotangents") })
        }
    }

    /// Adds cotangents in the order of the grid that the particles started from to those of the particles, wherever these
    /// are now: the transpose of ``inLagrangianOrder(_:over:)``. Collective.
    ///
    ///     x̄ᵢ += x̄(qᵢ),    p̄ᵢ += p̄(qᵢ)
    ///
    /// - Parameters:
    ///   - block: over the same ranks.
    ///   - cotangents: of this set.
    public borrowing func add(
        _ block: borrowing LagrangianCotangents<Scalar>, to cotangents: inout CotangentSet<Scalar>
    ) {
        let particleGrid = block.decomposition
        precondition(grid.world === particleGrid.grid.world && particleGrid.pointCount == totalCount)
        grid.phases.measure(.routing) {
            let homecoming = Homecoming(of: index, count: count, over: particleGrid)
            for axis in 0..<3 {
                cotangents.addPositions(
                    homecoming.sendBack(block.position[axis], for: "cotangents"), along: axis, count: count)
                cotangents.addMomenta(
                    homecoming.sendBack(block.momentum[axis], for: "cotangents"), along: axis, times: 1,
                    count: count)
            }
        }
    }

    /// Forgets positions and momenta, when only the cotangents still have a way to go.
    public mutating func forgetState() {
        for axis in 0..<3 {
            _ = position[axis].given()
            _ = momentum[axis].given()
        }
    }
}
