public import Mesh
internal import Parallel

/// White noise is a unit normal: `½ Σ s²`, whose gradient is s.
public enum Prior {
    /// `½ Σ s²`, the same bits on all ranks. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func value<Scalar: FourierScalar>(of noise: borrowing Field<Scalar>) throws -> Double {
        let values = noise.values.span
        let sum = try noise.decomposition.grid.world.exactSum(count: values.count, of: "the prior") { index in
            let value = Double(values[index])
            return value * value
        }
        return sum / 2
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
