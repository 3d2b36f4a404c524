public import Mesh

/// Mean and variance of a field over draws, without keeping them.
///
/// - Source: Welford 1962.
public struct RunningMoments: ~Copyable {
    /// Draws.
    public private(set) var count: Int
    /// Their mean.
    public private(set) var mean: Field<Double>
    /// Σ (x − mean)².
    public private(set) var squares: Field<Double>

    /// Moments that were kept.
    public init(count: Int, mean: consuming Field<Double>, squares: consuming Field<Double>) {
        self.count = count
        self.mean = mean
        self.squares = squares
    }

    /// No draws yet.
    public init(over decomposition: Decomposition) {
        var mean = Field<Double>(decomposition, ghosts: .none, for: "moments")
        var squares = Field<Double>(decomposition, ghosts: .none, for: "moments")
        mean.fill(with: 0)
        squares.fill(with: 0)
        self.init(count: 0, mean: mean, squares: squares)
    }

    /// Takes a draw in.
    ///
    /// - Parameter field: without ghosts.
    public mutating func add<Scalar: FourierScalar>(_ field: borrowing Field<Scalar>) {
        count += 1
        Self.add(field, weight: 1 / Double(count), to: &mean, &squares)
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func add<Scalar: FourierScalar>(
        _ field: borrowing Field<Scalar>, weight: Double, to mean: inout Field<Double>,
        _ squares: inout Field<Double>
    ) {
        let values = field.values.span
        var means = mean.values.mutableSpan
        var sums = squares.values.mutableSpan
        for index in values.indices {
            let change = Double(values[index]) - means[index]
            means[index] += weight * change
            sums[index] += change * (Double(values[index]) - means[index])
        }
    }

    /// The variance: zero for fewer than two draws.
    public func variance() -> Field<Double> {
        var variance = squares.copy(for: "moments")
        let weight = count > 1 ? 1 / Double(count - 1) : 0
        variance.mapPoints { _, _, _, value in weight * value }
        return variance
    }
}
