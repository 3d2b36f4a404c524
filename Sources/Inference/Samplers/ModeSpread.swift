internal import Measurement
public import Mesh
internal import Parallel

/// How far the modes of each shell and the parameters spread over a part of a chain: what the mass is made of.
///
///     C(k) = max(1, 1/var),    var = Σ_t Σ_k |s_k(t) − s̄_k|² / (modes (n − 1))
///
/// with s_k unitary, of variance 1 under the prior. Points are counted from the first, so that little is lost where
/// they spread little.
public struct ModeSpread<Scalar: FourierScalar>: ~Copyable {
    /// The first point.
    public let origin: ParameterVector<Scalar>
    /// Σ (s − origin).
    public private(set) var sum: ParameterVector<Scalar>
    /// Points.
    public private(set) var count: Int
    /// Σ of the mean |s_k − origin_k|² of each shell, then Σ (u − origin)² of each parameter.
    public private(set) var squares: [Double]

    /// A spread that was kept.
    public init(
        origin: consuming ParameterVector<Scalar>, sum: consuming ParameterVector<Scalar>, count: Int,
        squares: [Double]
    ) {
        self.count = count
        self.squares = squares
        self.origin = origin
        self.sum = sum
    }

    /// The spread of one point.
    init(from point: borrowing ParameterVector<Scalar>) {
        var zero = point.copy()
        zero.noise.fill(with: 0)
        zero.parameters = zero.parameters.map { _ in 0 }
        self.init(origin: point.copy(), sum: zero, count: 1, squares: [])
    }

    /// The same spread.
    public func copy() -> ModeSpread {
        ModeSpread(origin: origin.copy(), sum: sum.copy(), count: count, squares: squares)
    }

    /// Takes a point in. Collective.
    mutating func add(
        _ point: borrowing ParameterVector<Scalar>, _ transform: FourierTransform<Scalar>
    ) throws {
        let change = ParameterVector.difference(point, origin)
        let terms = try Self.powers(of: change, transform)
        squares = squares.isEmpty ? terms : zip(squares, terms).map(+)
        sum.add(change)
        count += 1
    }

    /// The variance of a mode in each shell, from the longest waves on, then of each parameter. Collective.
    func variances(_ transform: FourierTransform<Scalar>) throws -> [Double] {
        guard count > 1, !squares.isEmpty else { return [] }
        let ofSum = try Self.powers(of: sum, transform)
        return zip(squares, ofSum).map { square, sum in
            (square - sum / Double(count)) / Double(count - 1)
        }
    }

    private static func powers(
        of vector: borrowing ParameterVector<Scalar>, _ transform: FourierTransform<Scalar>
    ) throws -> [Double] {
        let shape = SIMD3<Double>(transform.decomposition.shape)
        let spectrum = try PowerSpectrum(of: transform.forward(keeping: vector.noise), box: shape)
        return spectrum.powers + vector.parameters.map { $0 * $0 }
    }
}
