public import Memory

/// The Fourier transform of a real field: this rank's share of its independent modes.
///
///     f_k = Σ_q f(q) exp(−i k·q),    k = 2π (kx/nx, ky/ny, kz/nz),    0 ≤ kz ≤ nz/2
///
/// The other half follows from f_{−k} = f_k*. Layout `[x][y][z]`, z fastest, real and imaginary part
/// interleaved: all of kx, this rank's range of ky and of kz. Either range may be empty.
public struct FourierField<Scalar: FourierScalar>: ~Copyable {
    /// How the real mesh is shared.
    public let decomposition: Decomposition
    /// The indices of kx held: all.
    public let x: Range<Int>
    /// The indices of ky held.
    public let y: Range<Int>
    /// The indices of kz held, of nz/2 + 1.
    public let z: Range<Int>
    /// Real and imaginary parts, interleaved.
    public var values: Buffer<Scalar>

    /// A spectrum with undefined values.
    public init(_ decomposition: Decomposition, for purpose: StaticString) {
        self.decomposition = decomposition
        x = 0..<decomposition.shape.x
        y = decomposition.fourier.y
        z = decomposition.fourier.z
        values = Buffer(
            count: 2 * x.count * y.count * z.count, reserving: 2 * decomposition.fourier.capacity,
            from: decomposition.grid.memory, for: purpose)
    }

    /// A spectrum with the same values.
    public func copy(for purpose: StaticString) -> FourierField {
        let copy = FourierField(decomposition, for: purpose)
        unsafe copy.values.start.update(from: values.start, count: values.count)
        return copy
    }

    /// A spectrum of zeros.
    public static func zero(_ decomposition: Decomposition, for purpose: StaticString) -> FourierField {
        var field = FourierField(decomposition, for: purpose)
        field.clear()
        return field
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private mutating func clear() {
        var mine = values.mutableSpan
        for index in mine.indices { mine[index] = 0 }
    }

    /// Adds another spectrum, mode by mode.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public mutating func add(_ other: borrowing FourierField) {
        let others = other.values.span
        var mine = values.mutableSpan
        for index in mine.indices { mine[index] += others[index] }
    }

    /// The number of modes that this rank holds.
    public var modeCount: Int { x.count * y.count * z.count }

    /// The local position of a held mode's real part; its imaginary part follows.
    @inlinable
    public func offset(x: Int, y: Int, z: Int) -> Int {
        2 * ((x * self.y.count + y - self.y.lowerBound) * self.z.count + z - self.z.lowerBound)
    }

    /// Replaces every held mode by a function of it and of its global indices.
    @inlinable
    public mutating func mapModes(
        _ body: (_ x: Int, _ y: Int, _ z: Int, _ real: Scalar, _ imaginary: Scalar) -> (Scalar, Scalar)
    ) {
        var mode = unsafe values.start
        for x in x {
            for y in y {
                for z in z {
                    unsafe (mode[0], mode[1]) = unsafe body(x, y, z, mode[0], mode[1])
                    unsafe mode += 2
                }
            }
        }
    }

    /// Reads every held mode with its global indices, in their order.
    @inlinable
    public func forEachMode(
        _ body: (_ x: Int, _ y: Int, _ z: Int, _ real: Scalar, _ imaginary: Scalar) -> Void
    ) {
        var mode = unsafe values.start
        for x in x {
            for y in y {
                for z in z {
                    unsafe body(x, y, z, mode[0], mode[1])
                    unsafe mode += 2
                }
            }
        }
    }
}
