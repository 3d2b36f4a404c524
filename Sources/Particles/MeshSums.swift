internal import CKernels
internal import Mesh
internal import Parallel

/// Sums over particles at the points of the mesh, from the integers in which they are formed to real numbers,
/// `scale Σ + shift`.
///
/// A kernel forms them; ``finish(in:)`` puts the ranks' parts together.
@safe struct MeshSums<Scalar: ParticleScalar>: ~Copyable {
    /// What ranks have to put together.
    private var rim: IntegerRim
    private let field: Field<Scalar>
    /// As a kernel takes them; valid as long as this is.
    let forKernel: palindrome_sums

    /// No sums yet.
    ///
    /// - Parameters:
    ///   - ghosts: how far particles reach beyond their rank's points.
    ///   - purpose: of the field, for the ledger of memory.
    init(
        _ decomposition: Decomposition, ghosts: GhostWidth, scale: Double, shift: Double = 0,
        for purpose: StaticString
    ) {
        rim = IntegerRim(decomposition, ghosts: ghosts)
        field = Field(decomposition, ghosts: .none, for: purpose)
        unsafe forKernel = palindrome_sums(
            rim: rim.layout, scale: scale, shift: shift, real: field.values.start)
    }

    /// Adds the parts of all ranks, and makes the rim real. Collective.
    ///
    /// - Parameter phase: whose time it is, but for the exchange.
    mutating func finish(in phase: Phase) {
        rim.addGhosts()
        let grid = rim.decomposition.grid
        grid.phases.measure(phase) { unsafe Scalar.kernels(in: grid.kernels).particles.finishRim(forKernel) }
    }

    /// Σ over this rank's points of the rim, modulo 2⁶⁴.
    ///
    /// - Precondition: the sums are finished.
    var rimTotal: UInt64 { unsafe rim.decomposition.grid.kernels.sums.rimTotal(rim.layout) }

    /// The sums as real numbers, without ghosts.
    ///
    /// - Precondition: they are finished.
    consuming func takeField() -> Field<Scalar> { field }
}
