public import Mesh
internal import Parallel

/// White noise is a unit normal: `½ Σ s²`, whose gradient is s.
public enum Prior {
    /// `½ Σ s²`, the same bits on all ranks. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public static func value<Scalar: FourierScalar>(of noise: borrowing Field<Scalar>) throws -> Double {
        try squaredNorm(noise.values.span, of: "the prior", over: noise.decomposition.grid) / 2
    }

    /// Adds s.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func addGradient<Scalar: FourierScalar>(
        of noise: borrowing Field<Scalar>, to gradient: inout Field<Scalar>
    ) {
        let values = noise.values.span
        var target = gradient.values.mutableSpan
        for index in target.indices { target[index] += values[index] }
    }
}

/// Whether white noise is a unit normal.
public enum WhiteNoisePrior: Sendable {
    /// `½ Σ s²` is added.
    case unitNormal
    /// Nothing is.
    case none
}
