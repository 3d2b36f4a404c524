public import Mesh
public import Particles

/// Solves `F = −∇ ∇⁻² δ` on one mesh, by transforms of all of it.
///
/// A four-point gradient is a stencil under the particle's read-out, so that only the potential is kept
/// (``PotentialForce``); a spectral gradient keeps the potential's modes (``SpectralForce``).
public final class SingleMesh<Scalar: ParticleScalar>: PotentialLaw {
    /// The force mesh.
    public let mesh: ForceMesh<Scalar>
    /// The discretisation.
    public let kernel: ForceKernel

    let greensFunction: SpectralMultiplier
    /// −ik along each axis; none for a four-point gradient.
    let spectralForce: [SpectralMultiplier]

    /// A law for one mesh and one kernel. Collective.
    public init(_ mesh: ForceMesh<Scalar>, kernel: ForceKernel) {
        self.mesh = mesh
        self.kernel = kernel
        let shape = mesh.decomposition.shape
        let spacing = mesh.spacing
        greensFunction = kernel.greensFunction(shape: shape, spacing: spacing)
        spectralForce =
            kernel.gradient == .fourPoint
            ? [] : (0..<3).map { ForceKernel.spectralForce(axis: $0, shape: shape, spacing: spacing) }
        _ = mesh.transform
    }

    /// The force of the particles on each other. Collective.
    public func solve(
        for particles: borrowing ParticleSet<Scalar>, at force: ForceIndex
    ) throws -> any Force<Scalar> {
        let planes = particles.planes()
        return solve(try particles.densityContrast(planes: planes), for: planes)
    }

    /// The force of an overdensity δ (without ghost planes). Collective.
    ///
    /// - Parameter readers: the particles that will be kicked.
    public func solve(
        _ contrast: consuming Field<Scalar>, for readers: consuming ParticlePlanes
    ) -> any Force<Scalar> {
        switch kernel.gradient {
        case .fourPoint: return PotentialForce(potential(of: contrast), readBy: readers, under: self)
        case .spectral:
            var modes = transform.forward(contrast)
            modes.multiply(by: greensFunction)
            return SpectralForce(modes, under: self)
        }
    }

    /// `∇⁻² δ` [(Mpc/h)²], with ghosts ``GhostWidth/stencil``, filled. Collective.
    public func potential(of contrast: consuming Field<Scalar>) -> Field<Scalar> {
        filtered(contrast, ghosts: .stencil)
    }

    /// `∇⁻² φ̄`: every Green's function is symmetric. Collective.
    public func contrastCotangent(of potentialCotangent: consuming Field<Scalar>) -> Field<Scalar> {
        filtered(potentialCotangent, ghosts: .cloudInCell)
    }

    private func filtered(_ field: consuming Field<Scalar>, ghosts: GhostWidth) -> Field<Scalar> {
        var result = transform.filter(field, by: greensFunction, ghosts: ghosts)
        result.fillGhosts()
        return result
    }
}
