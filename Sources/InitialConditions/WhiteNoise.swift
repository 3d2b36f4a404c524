internal import CKernels
public import Mesh

extension Field where Element: FourierScalar {
    /// White noise `s(q) ~ N(0, 1)` on the particle grid, the same for a seed whatever the ranks.
    ///
    /// Element `i` of the row-major grid is the `i`-th value of
    /// `jax.random.normal(jax.random.key(seed), shape, float32)` with partitionable Threefry, to the rounding
    /// of the inverse error function. In double precision the same values are widened, so that single and
    /// double are the same universe.
    ///
    /// - Parameters:
    ///   - seed: the universe.
    ///   - decomposition: the particle grid.
    /// - Source: Salmon et al. 2011 (Threefry-2x32, 20 rounds); Giles 2012 (erf⁻¹).
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    public static func whiteNoise(seed: UInt64, over decomposition: Decomposition) -> Field<Element> {
        var field = Field<Element>(decomposition, ghosts: .none, for: "white noise")
        let shape = decomposition.shape
        var line = [Float](repeating: 0, count: shape.z)
        var target = 0
        for x in decomposition.x {
            for y in decomposition.y {
                unsafe palindrome_random_normal(
                    seed, UInt64((x * shape.y + y) * shape.z), Int64(shape.z), &line)
                var values = field.values.mutableSpan
                for z in 0..<shape.z { values[target + z] = Element(line[z]) }
                target += shape.z
            }
        }
        return field
    }
}
