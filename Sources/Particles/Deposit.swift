internal import CKernels
public import Mesh
public import Parallel

/// The integer mass of one particle in a deposit.
///
///     m = 2^min(50, 62 − ⌈log₂ N⌉)
///
/// A power of two, so that N m < 2⁶³ and no cell can overflow, even with all particles in it.
public struct MassUnit: Sendable, Equatable {
    /// m is 2 to this power.
    public let exponent: Int

    /// The mass for N particles in all.
    public init(totalCount: Int) {
        precondition(totalCount > 0)
        let logarithm = Int.bitWidth - (totalCount - 1).leadingZeroBitCount
        exponent = min(50, 62 - logarithm)
    }

    /// Mass units per particle.
    public var perParticle: Int64 { 1 << exponent }
}

/// The mass on the mesh is not that of the particles.
public struct MassError: ReportedError, Equatable {
    /// What is missing on the mesh, modulo 2⁶⁴ [mass units].
    public let missing: Int64

    /// A failed check.
    public init(missing: Int64) { self.missing = missing }

    /// Always the environment: the sum is exact, so this is a defect of the program or of the machine.
    public var fault: Fault { .environment }
    /// The one line.
    public var message: String {
        "the mass on the mesh is not that of the particles (\(missing) units are missing): memory is damaged, "
            + "or the program is wrong"
    }
}

extension ParticleSet {
    /// The mass of all particles on the mesh, by cloud-in-cell.
    ///
    ///     ρ(c) = Σᵢ m W(xᵢ − c),    W(d) = Π (1 − |d|)
    ///
    /// The eight parts of a particle sum to its mass exactly, and integer sums do not depend on order: the same
    /// bits on any number of ranks. For a look at the integers themselves; a run takes ``densityContrast(planes:)``,
    /// which does not keep them. Collective.
    ///
    /// - Parameter planes: of the particles as they are.
    /// - Returns: the field with ghosts ``GhostWidth/cloudInCell``, added home [mass units, see ``MassUnit``].
    /// - Throws: ``MassError`` on all ranks when Σ ρ(c) is not N m.
    /// - Source: Hockney & Eastwood 1988, §5-3.
    public func deposit(planes: borrowing ParticlePlanes) throws(MassError) -> Field<Int64> {
        var rim = IntegerRim(decomposition, ghosts: .cloudInCell, keeping: .allPoints)
        let sums = unsafe palindrome_sums(rim: rim.layout, scale: 1, shift: 0, real: nil)
        let inner = unsafe deposit(planes, sums)
        rim.addGhosts()
        try requireAllMass(unsafe inner &+ grid.kernels.sums.rimTotal(rim.layout))
        return rim.takeField()
    }

    /// The mass of all particles on the mesh, see ``deposit(planes:)``. Collective.
    public func deposit() throws(MassError) -> Field<Int64> { try deposit(planes: planes()) }

    /// The overdensity of all particles on the mesh.
    ///
    ///     δ(c) = ρ(c) / ρ̄ − 1
    ///
    /// From the integers of ``deposit(planes:)``, without a mesh of them. Collective.
    ///
    /// - Parameter planes: of the particles as they are.
    /// - Returns: the field, without ghosts.
    /// - Throws: ``MassError`` on all ranks when Σ ρ(c) is not N m.
    public func densityContrast(planes: borrowing ParticlePlanes) throws(MassError) -> Field<Scalar> {
        try density(planes, shift: -1, for: "density contrast")
    }

    /// The density of all particles on the mesh in units of its mean, `ρ(c) / ρ̄`, see
    /// ``densityContrast(planes:)``. Collective.
    public func relativeDensity() throws(MassError) -> Field<Scalar> {
        try density(planes(), shift: 0, for: "density")
    }

    private func density(
        _ planes: borrowing ParticlePlanes, shift: Double, for purpose: StaticString
    ) throws(MassError) -> Field<Scalar> {
        let mass = Double(MassUnit(totalCount: totalCount).perParticle)
        var sums = MeshSums<Scalar>(
            decomposition, ghosts: .cloudInCell,
            scale: Double(decomposition.pointCount) / (Double(totalCount) * mass), shift: shift, for: purpose)
        let inner = unsafe deposit(planes, sums.forKernel)
        sums.finish(in: .deposit)
        try requireAllMass(inner &+ sums.rimTotal)
        return sums.takeField()
    }

    /// - Parameter sums: with ghosts ``GhostWidth/cloudInCell``.
    /// - Returns: Σ over this rank's inner points, modulo 2⁶⁴.
    private func deposit(_ planes: borrowing ParticlePlanes, _ sums: palindrome_sums) -> UInt64 {
        grid.phases.measure(.deposit) {
            let mass = Double(MassUnit(totalCount: totalCount).perParticle)
            return unsafe deposit(palindrome_masses(value: nil, scale: mass), planes, sums)
        }
    }

    /// Each particle's mass at the eight points around it.
    ///
    /// - Returns: Σ over this rank's inner points, modulo 2⁶⁴.
    func deposit(
        _ masses: palindrome_masses, _ planes: borrowing ParticlePlanes, _ sums: palindrome_sums
    ) -> UInt64 {
        let window = massWindow()
        let outcome = unsafe kernels.deposit(
            inPlanes(planes), palindrome_particle_block(decomposition), masses, sums, window.start)
        requireRouted(outcome.is_stray != 0)
        return outcome.inner_total
    }

    /// - Parameter sum: over this rank's points.
    private func requireAllMass(_ sum: UInt64) throws(MassError) {
        let missing = grid.phases.measure(.deposit) {
            let mass = MassUnit(totalCount: totalCount).perParticle
            return Int64(bitPattern: UInt64(totalCount) &* UInt64(mass) &- grid.world.wrappingSum(sum))
        }
        guard missing == 0 else { throw MassError(missing: missing) }
    }
}
