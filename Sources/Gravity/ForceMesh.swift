public import Mesh
public import Particles

/// The mesh that gravity is solved on.
public final class ForceMesh<Scalar: ParticleScalar> {
    /// How it is shared.
    public let decomposition: Decomposition
    /// Its cell h [Mpc/h], the same on all axes.
    public let spacing: Double
    /// Transforms on it, planned when they are first wanted; then that is collective.
    public private(set) lazy var transform = FourierTransform<Scalar>(decomposition)

    /// A mesh of cells of a size [Mpc/h].
    public init(_ decomposition: Decomposition, spacing: Double) {
        self.decomposition = decomposition
        self.spacing = spacing
    }
}
