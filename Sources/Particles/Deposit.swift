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
    /// - Returns: the field with ghosts ``GhostWidth/cloudInCell``, added home [mass units, see ``MassUnit``].
    /// - Throws: ``MassError`` on all ranks when Σ ρ(c) is not N m.
    /// - Source: Hockney & Eastwood 1988, §5-3.
    public func deposit() throws(MassError) -> Field<Int64> {
        let mass = MassUnit(totalCount: totalCount).perParticle
        var density = Field<Int64>(decomposition, ghosts: .cloudInCell, for: "deposit")
        grid.phases.measure("deposit") {
            unsafe density.values.start.update(repeating: 0, count: density.values.count)
            let status = unsafe Scalar._particleKernels.deposit(
                Int64(count), positionStarts, palindrome_block(density), Double(mass), density.values.start)
            requireRouted(status != 0)
        }
        density.addGhosts()
        let missing = grid.phases.measure("deposit") {
            let own = unsafe palindrome_owned_sum(palindrome_block(density), density.values.start)
            return Int64(bitPattern: UInt64(totalCount) &* UInt64(mass) &- grid.world.wrappingSum(own))
        }
        guard missing == 0 else { throw MassError(missing: missing) }
        return density
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
    scaled(deposit, totalCount: totalCount, shift: -1, for: "density contrast")
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
    scaled(deposit, totalCount: totalCount, shift: 0, for: "density")
}

private func scaled<Scalar: ParticleScalar>(
    _ deposit: borrowing Field<Int64>, totalCount: Int, shift: Double, for purpose: StaticString
) -> Field<Scalar> {
    let decomposition = deposit.decomposition
    return decomposition.grid.phases.measure("deposit") {
        let result = Field<Scalar>(decomposition, ghosts: .none, for: purpose)
        let mass = Double(MassUnit(totalCount: totalCount).perParticle)
        unsafe Scalar._particleKernels.contrast(
            palindrome_block(deposit), deposit.values.start,
            Double(decomposition.pointCount) / (Double(totalCount) * mass), shift,
            palindrome_block(result), result.values.start)
        return result
    }
}
