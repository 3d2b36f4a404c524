public import Parallel

/// `Σ x y` over all ranks, the same bits for any order and any ranks. Collective.
///
/// - Parameters:
///   - x, y: this rank's parts, of the same length.
///   - quantity: what is summed, for the error.
/// - Throws: `NotFiniteError` on all ranks when a product is NaN or infinite.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func innerProduct<Scalar: FourierScalar>(
    _ x: Span<Scalar>, _ y: Span<Scalar>, of quantity: String, over communicator: Communicator
) throws(NotFiniteError) -> Double {
    precondition(x.count == y.count)
    return try communicator.exactSum(count: x.count, of: quantity) { Double(x[$0]) * Double(y[$0]) }
}

/// `Σ x²` over all ranks; see ``innerProduct(_:_:of:over:)``.
public func squaredNorm<Scalar: FourierScalar>(
    _ x: Span<Scalar>, of quantity: String, over communicator: Communicator
) throws(NotFiniteError) -> Double {
    try innerProduct(x, x, of: quantity, over: communicator)
}
