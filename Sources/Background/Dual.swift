public import Numerics

/// A value with its exact derivatives with respect to the eight cosmological parameters.
///
///     f + Σᵢ (∂f/∂θᵢ) εᵢ,    εᵢ εⱼ = 0
///
/// Arithmetic on it is the chain rule (forward-mode differentiation), so any formula written for
/// `CosmologyScalar` yields its gradient without a line of its own. The value part of every operation
/// is the same arithmetic as on `Double`, hence the same bits.
///
/// - Source: Griewank & Walther 2008, §3.1.
@frozen
public struct Dual: BitwiseCopyable, Sendable {
    /// f.
    public var value: Double
    /// ∂f/∂θ in the order of `CosmologyParameter`.
    public var derivatives: InlineArray<8, Double>

    /// A value with given derivatives, in the order of `CosmologyParameter`.
    @inlinable
    public init(value: Double, derivatives: InlineArray<8, Double>) {
        self.value = value
        self.derivatives = derivatives
    }

    /// ∂f/∂θ for one parameter.
    @inlinable
    public subscript(parameter: CosmologyParameter) -> Double { derivatives[parameter.rawValue] }

    /// f(x) from the value of f and its slope df/dx at x: the chain rule for one argument.
    @inlinable
    public static func chain(_ value: Double, slope: Double, _ x: Dual) -> Dual {
        Dual(value: value, derivatives: InlineArray { slope * x.derivatives[$0] })
    }

    /// f(x, y) from the value of f and its two partial slopes: the chain rule for two arguments.
    @inlinable
    static func chain(
        _ value: Double, _ slopeX: Double, _ x: Dual, _ slopeY: Double, _ y: Dual
    ) -> Dual {
        Dual(
            value: value,
            derivatives: InlineArray { slopeX * x.derivatives[$0] + slopeY * y.derivatives[$0] })
    }
}

extension Dual: CosmologyScalar {
    /// A constant: all derivatives are zero.
    @inlinable
    public init(_ value: Double) { self.init(value: value, derivatives: InlineArray(repeating: 0)) }

    /// An independent variable: derivative one in the slot of `parameter`.
    @inlinable
    public init(_ value: Double, of parameter: CosmologyParameter) {
        self.init(value)
        derivatives[parameter.rawValue] = 1
    }

    /// The product with a constant.
    @inlinable
    public func scaled(by factor: Double) -> Dual { .chain(value * factor, slope: factor, self) }

    /// The power x^p with a constant exponent, x > 0 or x = 0 and p > 1; d(x^p) = p x^(p−1) dx.
    @inlinable
    public func raised(to exponent: Double) -> Dual {
        let power = Double.pow(value, exponent)
        // At zero, power / value would be 0/0 where the derivative is finite.
        let slope = value == 0 ? exponent * Double.pow(value, exponent - 1) : exponent * power / value
        return .chain(power, slope: slope, self)
    }
}

extension Dual: AlgebraicField {
    /// A constant.
    @inlinable
    public init(integerLiteral value: Int) { self.init(Double(value)) }

    /// A constant.
    @inlinable
    public init(floatLiteral value: Double) { self.init(value) }

    /// A constant, if `source` is exactly a `Double`.
    @inlinable
    public init?<T: BinaryInteger>(exactly source: T) {
        guard let value = Double(exactly: source) else { return nil }
        self.init(value)
    }

    /// The size of the value; derivatives have no say in it.
    @inlinable
    public var magnitude: Double { value.magnitude }

    /// Equality of the value and of all derivatives.
    @inlinable
    public static func == (a: Dual, b: Dual) -> Bool {
        guard a.value == b.value else { return false }
        for i in 0..<8 where a.derivatives[i] != b.derivatives[i] { return false }
        return true
    }

    /// The sum.
    @inlinable
    public static func + (a: Dual, b: Dual) -> Dual { chain(a.value + b.value, 1, a, 1, b) }

    /// The difference.
    @inlinable
    public static func - (a: Dual, b: Dual) -> Dual { chain(a.value - b.value, 1, a, -1, b) }

    /// The negative.
    @inlinable
    public static prefix func - (a: Dual) -> Dual { chain(-a.value, slope: -1, a) }

    /// The product; d(ab) = b da + a db.
    @inlinable
    public static func * (a: Dual, b: Dual) -> Dual { chain(a.value * b.value, b.value, a, a.value, b) }

    /// The quotient; d(a/b) = (da − (a/b) db) / b.
    @inlinable
    public static func / (a: Dual, b: Dual) -> Dual {
        let quotient = a.value / b.value
        let reciprocal = 1 / b.value
        return chain(quotient, reciprocal, a, -quotient * reciprocal, b)
    }

    /// Adds in place.
    @inlinable
    public static func += (a: inout Dual, b: Dual) { a = a + b }

    /// Subtracts in place.
    @inlinable
    public static func -= (a: inout Dual, b: Dual) { a = a - b }

    /// Multiplies in place.
    @inlinable
    public static func *= (a: inout Dual, b: Dual) { a = a * b }

    /// Divides in place.
    @inlinable
    public static func /= (a: inout Dual, b: Dual) { a = a / b }
}
