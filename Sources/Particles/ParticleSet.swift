internal import CKernels
internal import Kernels
public import Memory
public import Mesh
internal import Parallel

/// The particles whose mesh cells this rank owns: integer positions and momenta, and who they are.
///
/// Arrays of components, the first ``count`` elements of each in use. Their order never influences a result.
public struct ParticleSet<Scalar: ParticleScalar>: ~Copyable {
    /// The force mesh, which says who owns which particle.
    public let decomposition: Decomposition
    /// What the integers mean.
    public internal(set) var units: StateUnits
    /// Particles on all ranks.
    public let totalCount: Int
    /// Particles on this rank.
    public internal(set) var count: Int

    /// Positions along x, y and z [2⁻³² or 2⁻⁶⁴ box].
    public var position: InlineArray<3, Buffer<Scalar.Position>>
    /// Momenta along x, y and z [`units.momentum`].
    public var momentum: InlineArray<3, Buffer<Scalar.Momentum>>
    /// Who they are.
    public var index: LagrangianIndices

    /// Room for particles, to be filled by the caller. Afterwards ``route()`` brings each to its owner.
    ///
    /// - Parameters:
    ///   - decomposition: the force mesh.
    ///   - units: what the integers mean.
    ///   - count: particles on this rank, fewer than 2³².
    ///   - totalCount: particles on all ranks, each Lagrangian index once.
    public init(_ decomposition: Decomposition, units: StateUnits, count: Int, totalCount: Int) {
        precondition(count < 1 << 32 && totalCount > 0)
        let memory = decomposition.grid.memory
        self.decomposition = decomposition
        self.units = units
        self.count = count
        self.totalCount = totalCount
        position = InlineArray { _ in Buffer(count: count, from: memory, for: "positions") }
        momentum = InlineArray { _ in Buffer(count: count, from: memory, for: "momenta") }
        index = LagrangianIndices(count: count, of: totalCount, from: memory)
    }

    init(
        _ decomposition: Decomposition, units: StateUnits, totalCount: Int,
        position: consuming InlineArray<3, Buffer<Scalar.Position>>,
        momentum: consuming InlineArray<3, Buffer<Scalar.Momentum>>, index: consuming LagrangianIndices
    ) {
        self.decomposition = decomposition
        self.units = units
        self.totalCount = totalCount
        count = index.count
        self.position = position
        self.momentum = momentum
        self.index = index
    }

    /// A fingerprint of the particles of all ranks, whatever their order: it changes with any bit of any
    /// position, momentum or index. Collective.
    public func checksum() -> UInt64 {
        let own = unsafe kernels.checksum(forKernel, index.forKernel)
        return decomposition.grid.world.wrappingSum(own)
    }

    var grid: RankGrid { decomposition.grid }

    /// Those of the grid, in the particles' precision.
    var kernels: ParticleKernels { Scalar.kernels(in: grid.kernels).particles }

    /// As kernels take them; valid as long as the arrays stay where they are.
    var forKernel: palindrome_particle_set {
        palindrome_particle_set(
            count: Int64(count), position: palindrome_vectors(position),
            momentum: palindrome_vectors(momentum))
    }

    /// A particle outside its rank's columns, or out of their order, is a step that forgot ``route()``.
    func requireRouted(_ isStray: Bool) {
        precondition(
            !isStray,
            "a particle is not on the rank that owns its cell, or out of order: route() comes after a drift")
    }
}
