public import Numerics

/// A number that cosmology can be computed on: `Double` for values alone, `Dual` for values with their
/// derivatives with respect to the eight parameters.
///
/// Code that is generic over it computes the same value bits on both; it may branch on `value` only.
public protocol CosmologyScalar: AlgebraicField, ElementaryFunctions, ExpressibleByFloatLiteral,
    BitwiseCopyable, Sendable
where FloatLiteralType == Double {
    /// A constant: all derivatives are zero.
    init(_ value: Double)

    /// An independent variable: the derivative with respect to `parameter` is one, the others zero.
    init(_ value: Double, of parameter: CosmologyParameter)

    /// The value without derivatives.
    var value: Double { get }

    /// The product with a constant, cheaper than making a scalar of it.
    func scaled(by factor: Double) -> Self

    /// The power x^p with a constant exponent, for x > 0, or x = 0 and p > 1.
    func raised(to exponent: Double) -> Self
}

extension Double: CosmologyScalar {
    /// The value alone: a `Double` forgets what it is the parameter of.
    @inlinable
    public init(_ value: Double, of parameter: CosmologyParameter) { self = value }

    /// The number itself.
    @inlinable
    public var value: Double { self }

    /// The product with `factor`.
    @inlinable
    public func scaled(by factor: Double) -> Double { self * factor }

    /// The power x^p.
    @inlinable
    public func raised(to exponent: Double) -> Double { Double.pow(self, exponent) }
}
