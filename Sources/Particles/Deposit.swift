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
    /// bits on any number of ranks. Collective.
    ///
    /// - Parameter planes: of the particles as they are.
    /// - Returns: the field with ghosts ``GhostWidth/cloudInCell``, added home [mass units, see ``MassUnit``].
    /// - Throws: ``MassError`` on all ranks when Σ ρ(c) is not N m.
    /// - Source: Hockney & Eastwood 1988, §5-3.
    public func deposit(planes: borrowing ParticlePlanes) throws(MassError) -> Field<Int64> {
        let density = masses(planes: planes)
        let sum = grid.phases.measure("deposit") {
            unsafe palindrome_owned_sum(palindrome_block(density), density.values.start)
        }
        try requireAllMass(sum)
        return density
    }

    /// The mass of all particles on the mesh, see ``deposit(planes:)``. Collective.
    public func deposit() throws(MassError) -> Field<Int64> { try deposit(planes: planes()) }

    /// The overdensity of all particles on the mesh, δ(c) = ρ(c) / ρ̄ − 1.
    ///
    /// The same bits as ``deposit(planes:)`` and ``densityContrast(of:totalCount:as:)``, with one look less at
    /// the mesh. Collective.
    ///
    /// - Parameter planes: of the particles as they are.
    /// - Returns: the field, without ghosts.
    /// - Throws: ``MassError`` on all ranks when Σ ρ(c) is not N m.
    public func densityContrast(planes: borrowing ParticlePlanes) throws(MassError) -> Field<Scalar> {
        let contrast = scaled(
            masses(planes: planes), totalCount: totalCount, shift: -1, for: "density contrast",
            as: Scalar.self)
        try requireAllMass(contrast.sum)
        return contrast.takeField()
    }

    private func masses(planes: borrowing ParticlePlanes) -> Field<Int64> {
        let mass = MassUnit(totalCount: totalCount).perParticle
        var density = Field<Int64>(decomposition, ghosts: .cloudInCell, for: "deposit")
        grid.phases.measure("deposit") {
            requirePlanes(planes)
            let window = massWindow()
            let status = unsafe Scalar._particleKernels.deposit(
                planes.starts, positionStarts, palindrome_block(density), Double(mass), density.values.start,
                window.start)
            requireRouted(status != 0)
        }
        density.addGhosts()
        return density
    }

    /// - Parameter sum: over this rank's points.
    private func requireAllMass(_ sum: UInt64) throws(MassError) {
        let missing = grid.phases.measure("deposit") {
            let mass = MassUnit(totalCount: totalCount).perParticle
            return Int64(bitPattern: UInt64(totalCount) &* UInt64(mass) &- grid.world.wrappingSum(sum))
        }
        guard missing == 0 else { throw MassError(missing: missing) }
    }
}

/// The overdensity of a deposit.
///
///     δ(c) = ρ(c) / ρ̄ − 1
///
/// - Parameters:
///   - deposit: from ``ParticleSet/deposit()`` [mass units].
///   - totalCount: particles on all ranks.
/// - Returns: the field, without ghosts.
public func densityContrast<Scalar: ParticleScalar>(
    of deposit: consuming Field<Int64>, totalCount: Int, as _: Scalar.Type = Scalar.self
) -> Field<Scalar> {
    scaled(deposit, totalCount: totalCount, shift: -1, for: "density contrast", as: Scalar.self).takeField()
}

/// The density of a deposit in units of its mean, `ρ(c) / ρ̄`.
///
/// - Parameters:
///   - deposit: from ``ParticleSet/deposit()`` [mass units].
///   - totalCount: particles on all ranks.
/// - Returns: the field, without ghosts.
public func relativeDensity<Scalar: ParticleScalar>(
    of deposit: consuming Field<Int64>, totalCount: Int, as _: Scalar.Type = Scalar.self
) -> Field<Scalar> {
    scaled(deposit, totalCount: totalCount, shift: 0, for: "density", as: Scalar.self).takeField()
}

/// A field with a number that was found on the way.
private struct Scaled<Scalar: ParticleScalar>: ~Copyable {
    let field: Field<Scalar>
    /// Σ of this rank's part of the deposit, modulo 2⁶⁴.
    let sum: UInt64

    consuming func takeField() -> Field<Scalar> { field }
}

private func scaled<Scalar: ParticleScalar>(
    _ deposit: borrowing Field<Int64>, totalCount: Int, shift: Double, for purpose: StaticString,
    as _: Scalar.Type
) -> Scaled<Scalar> {
    let decomposition = deposit.decomposition
    return decomposition.grid.phases.measure("deposit") {
        let result = Field<Scalar>(decomposition, ghosts: .none, for: purpose)
        let mass = Double(MassUnit(totalCount: totalCount).perParticle)
        let sum = unsafe Scalar._particleKernels.contrast(
            palindrome_block(deposit), deposit.values.start,
            Double(decomposition.pointCount) / (Double(totalCount) * mass), shift,
            palindrome_block(result), result.values.start)
        return Scaled(field: result, sum: sum)
    }
}
