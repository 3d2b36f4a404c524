public import Mesh
public import Parallel

/// A point, a direction or a gradient in the space that is searched: white noise on the particle grid, and a
/// few numbers that every rank holds alike.
///
/// Elementwise operations give the same bits wherever a point is held, and inner products are exact, so an
/// optimiser made of these takes the same course on any number of ranks.
public struct ParameterVector<Scalar: FourierScalar>: ~Copyable {
    /// One number per point of the particle grid, without ghosts.
    public var noise: Field<Scalar>
    /// Further numbers, scaled so that a change of 1 is like a change of 1 in the noise; the same on all ranks.
    public var parameters: [Double]

    /// A vector of its two parts.
    public init(noise: consuming Field<Scalar>, parameters: [Double] = []) {
        precondition(noise.ghosts == .none)
        self.parameters = parameters
        self.noise = noise
    }

    /// The number of components on all ranks.
    public var count: Int { noise.decomposition.pointCount + parameters.count }

    /// A vector with the same components.
    public func copy() -> ParameterVector {
        ParameterVector(noise: noise.copy(for: "optimiser"), parameters: parameters)
    }

    /// `self += factor · other`
    public mutating func add(_ other: borrowing ParameterVector, times factor: Double = 1) {
        Self.add(other.noise, times: Scalar(factor), to: &noise)
        for index in parameters.indices { parameters[index] += factor * other.parameters[index] }
    }

    /// `self *= factor`
    public mutating func scale(by factor: Double) {
        Self.scale(&noise, by: Scalar(factor))
        for index in parameters.indices { parameters[index] *= factor }
    }

    /// `first − second`
    public static func difference(
        _ first: borrowing ParameterVector, _ second: borrowing ParameterVector
    ) -> ParameterVector {
        var result = first.copy()
        result.add(second, times: -1)
        return result
    }

    /// Replaces every component by a function of it and of the same component of another vector.
    @inline(__always)
    mutating func combine(_ other: borrowing ParameterVector, _ rule: (Double, Double) -> Double) {
        do {
            let others = other.noise.values.span
            var values = noise.values.mutableSpan
            for index in values.indices {
                values[index] = Scalar(rule(Double(values[index]), Double(others[index])))
            }
        }
        for index in parameters.indices {
            parameters[index] = rule(parameters[index], other.parameters[index])
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func add(
        _ other: borrowing Field<Scalar>, times factor: Scalar, to field: inout Field<Scalar>
    ) {
        let others = other.values.span
        var values = field.values.mutableSpan
        for index in values.indices { values[index] += factor * others[index] }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func scale(_ field: inout Field<Scalar>, by factor: Scalar) {
        var values = field.values.mutableSpan
        for index in values.indices { values[index] *= factor }
    }
}

/// The inner product of two vectors, exact up to one rounding per term, the same bits on all ranks. Collective.
///
/// - Throws: `NotFiniteError` on all ranks when a product is NaN or infinite.
public func innerProduct<Scalar: FourierScalar>(
    _ first: borrowing ParameterVector<Scalar>, _ second: borrowing ParameterVector<Scalar>
) throws(NotFiniteError) -> Double {
    let quantity = "a step of the optimiser"
    let others = zip(first.parameters, second.parameters).reduce(0) { $0 + $1.0 * $1.1 }
    let noise = try innerProduct(
        first.noise.values.span, second.noise.values.span, of: quantity,
        over: first.noise.decomposition.grid)
    guard others.isFinite else { throw NotFiniteError(quantity: quantity) }
    return noise + others
}

/// A vector that is kept and no longer changed: noncopyable values cannot stand in an array.
public final class KeptVector<Scalar: FourierScalar> {
    /// The vector.
    public let vector: ParameterVector<Scalar>

    /// Keeps a vector.
    public init(_ vector: consuming ParameterVector<Scalar>) {
        self.vector = vector
    }
}
