internal import CFourier
internal import Memory
internal import Parallel

/// A factor for every Fourier mode that is made of tables per axis.
///
///     m(k) = i^n · fx(kx) fy(ky) fz(kz) / (dx(kx) + dy(ky) + dz(kz))
///
/// Where the denominator is zero, so is the mode: the mean has no potential. Without denominators,
/// m is the numerator. Evaluated in double precision and rounded once to the precision of the field.
public struct SpectralMultiplier: Sendable, Equatable {
    /// One number for every index of each axis: nx, ny and nz/2 + 1 of them.
    public struct Tables: Sendable, Equatable {
        /// By index of kx.
        public var x: [Double]
        /// By index of ky.
        public var y: [Double]
        /// By index of kz.
        public var z: [Double]

        /// Tables of nx, ny and nz/2 + 1 numbers.
        public init(x: [Double], y: [Double], z: [Double]) {
            self.x = x
            self.y = y
            self.z = z
        }

        /// The same number everywhere, for a mesh of a shape.
        public static func constant(_ value: Double, shape: SIMD3<Int>) -> Tables {
            Tables(
                x: Array(repeating: value, count: shape.x), y: Array(repeating: value, count: shape.y),
                z: Array(repeating: value, count: shape.z / 2 + 1))
        }
    }

    /// The numerator's tables.
    public var factors: Tables
    /// The denominator's tables, if there is one.
    public var denominators: Tables?
    /// The power n of i.
    public var timesI: Int

    /// A multiplier from its tables.
    public init(factors: Tables, denominators: Tables? = nil, timesI: Int = 0) {
        self.factors = factors
        self.denominators = denominators
        self.timesI = timesI
    }

    /// The multiplier of the transposed convolution: a real field's odd derivatives are antisymmetric.
    public var transpose: SpectralMultiplier {
        SpectralMultiplier(factors: factors, denominators: denominators, timesI: -timesI)
    }

    /// The multiplier with its sign reversed, exactly.
    public var negative: SpectralMultiplier {
        SpectralMultiplier(factors: factors, denominators: denominators, timesI: timesI + 2)
    }

    /// The multiplier times a number.
    public func scaled(by factor: Double) -> SpectralMultiplier {
        var result = self
        result.factors.x = factors.x.map { factor * $0 }
        return result
    }

    func fits(_ shape: SIMD3<Int>) -> Bool {
        [factors, denominators ?? factors].allSatisfy {
            $0.x.count == shape.x && $0.y.count == shape.y && $0.z.count == shape.z / 2 + 1
        }
    }
}

extension FourierField {
    /// Multiplies every mode.
    ///
    /// - Precondition: the tables fit the mesh.
    public mutating func multiply(by multiplier: SpectralMultiplier) {
        precondition(multiplier.fits(decomposition.shape))
        decomposition.grid.phases.measure(.multiply) {
            unsafe multiplier.withTables(of: decomposition.fourier) { tables in
                unsafe palindrome_multiply(Scalar.library, values.start, tables)
            }
        }
    }

    /// A copy with every mode multiplied.
    public func multiplied(by multiplier: SpectralMultiplier, for purpose: StaticString) -> FourierField {
        var result = copy(for: purpose)
        result.multiply(by: multiplier)
        return result
    }
}
