internal import Memory

/// A real factor for every Fourier mode that this rank holds, where tables per axis do not do.
public struct SpectralTable<Scalar: FourierScalar>: ~Copyable {
    /// How the real mesh is shared.
    public let decomposition: Decomposition
    private let factors: Buffer<Scalar>

    /// A table of the factors of held modes, in their order.
    ///
    /// - Parameter factor: of global indices.
    public init(_ decomposition: Decomposition, _ factor: (_ x: Int, _ y: Int, _ z: Int) -> Double) {
        self.decomposition = decomposition
        let (y, z) = (decomposition.fourier.y, decomposition.fourier.z)
        factors = Buffer(
            count: decomposition.shape.x * y.count * z.count, from: decomposition.grid.memory,
            for: "spectral table")
        var next = unsafe factors.start
        for x in 0..<decomposition.shape.x {
            for y in y {
                for z in z {
                    unsafe next.pointee = Scalar(factor(x, y, z))
                    unsafe next += 1
                }
            }
        }
    }

    /// Multiplies every mode.
    ///
    /// - Precondition: the modes are of the same mesh.
    public func multiply(_ modes: inout FourierField<Scalar>) {
        precondition(modes.decomposition.isAlike(decomposition))
        decomposition.grid.phases.measure(.multiply) { multiply(&modes.values) }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func multiply(_ values: inout Buffer<Scalar>) {
        let factors = factors.span
        var values = values.mutableSpan
        for index in factors.indices {
            values[2 * index] *= factors[index]
            values[2 * index + 1] *= factors[index]
        }
    }
}
