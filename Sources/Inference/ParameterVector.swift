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
/// Terms are scaled by the product of the two largest components, which costs no pass over the terms themselves.
///
/// - Throws: `NotFiniteError` on all ranks when a component is NaN or infinite.
public func innerProduct<Scalar: FourierScalar>(
    _ first: borrowing ParameterVector<Scalar>, _ second: borrowing ParameterVector<Scalar>
) throws(NotFiniteError) -> Double {
    let world = first.noise.decomposition.grid.world
    let largest = world.maximum([largestMagnitude(first.noise), largestMagnitude(second.noise)])
    let others = zip(first.parameters, second.parameters).reduce(0) { $0 + $1.0 * $1.1 }
    guard largest[0].isFinite, largest[1].isFinite, others.isFinite else {
        throw NotFiniteError(quantity: "a step of the optimiser")
    }
    guard largest[0] > 0, largest[1] > 0 else { return others }
    // Magnitudes below 2³¹ each make terms below 2⁶².
    let exponents = (min(30 - Int(largest[0].exponent), 1000), min(30 - Int(largest[1].exponent), 1000))
    let local = scaledProducts(first.noise, second.noise, exponents)
    let total = Double(world.sum([local])[0])
    return scalbn(scalbn(total, -exponents.0), -exponents.1) + others
}

@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func largestMagnitude<Scalar: FourierScalar>(_ field: borrowing Field<Scalar>) -> Double {
    let values = field.values.span
    var largest: Scalar = 0
    for index in values.indices {
        let magnitude = abs(values[index])
        // A comparison with NaN is false.
        if !(magnitude <= largest) { largest = magnitude }
        if largest.isNaN { break }
    }
    return Double(largest)
}

@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func scaledProducts<Scalar: FourierScalar>(
    _ first: borrowing Field<Scalar>, _ second: borrowing Field<Scalar>, _ exponents: (Int, Int)
) -> Int128 {
    let scales = (scalbn(1.0, exponents.0), scalbn(1.0, exponents.1))
    let (one, other) = (first.values.span, second.values.span)
    var total: Int128 = 0
    for index in one.indices {
        let term = (Double(one[index]) * scales.0) * (Double(other[index]) * scales.1)
        total &+= Int128(Int64(term))
    }
    return total
}

/// `x · 2ⁿ`
private func scalbn(_ value: Double, _ exponent: Int) -> Double {
    value * Double(sign: .plus, exponent: exponent, significand: 1)
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
