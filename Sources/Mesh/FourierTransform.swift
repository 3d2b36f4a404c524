internal import Memory
internal import Parallel

/// The Fourier transform of fields on one decomposed mesh, the same bits whatever the ranks.
public final class FourierTransform<Scalar: FourierScalar> {
    /// The mesh.
    public let decomposition: Decomposition

    /// Plans the transform. Collective.
    public init(_ decomposition: Decomposition) {
        self.decomposition = decomposition
    }

    /// The spectrum of a field, not normalised; ghost planes are ignored. Collective.
    ///
    ///     f_k = Σ_q f(q) exp(−i k·q)
    public func forward(_ field: consuming Field<Scalar>) -> FourierField<Scalar> {
        fatalError()
    }

    /// The field of a spectrum, with undefined ghost planes. Collective.
    ///
    ///     f(q) = 1/N Σ_k w(k) Re(f_k exp(i k·q)),    w the Hermitian weight
    public func inverse(
        _ spectrum: consuming FourierField<Scalar>, ghosts: GhostWidth
    ) -> Field<Scalar> {
        fatalError()
    }

    /// The field whose modes are multiplied, with undefined ghost planes. Collective.
    public func filter(
        _ field: consuming Field<Scalar>, by multiplier: SpectralMultiplier, ghosts: GhostWidth
    ) -> Field<Scalar> {
        fatalError()
    }
}
