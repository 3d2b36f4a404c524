/// `Σ x y` over all ranks, the same bits for any order and any ranks. Collective.
///
/// - Parameters:
///   - x, y: this rank's parts, of the same length.
///   - quantity: what is summed, for the error.
/// - Throws: ``NotFiniteError`` on all ranks when a product is NaN or infinite.
public func innerProduct<Scalar: ExactTerm>(
    _ x: Span<Scalar>, _ y: Span<Scalar>, of quantity: String, over communicator: Communicator
) throws(NotFiniteError) -> Double {
    precondition(x.count == y.count)
    let largest = communicator.maximum(Scalar._largestProduct(x, y))
    guard largest.isFinite else { throw NotFiniteError(quantity: quantity) }
    var sum = ExactSum(maximum: largest)
    sum.addProducts(x, y)
    return ExactSum.total([sum], over: communicator)[0]
}

/// `Σ x²` over all ranks; see ``innerProduct(_:_:of:over:)``.
public func squaredNorm<Scalar: ExactTerm>(
    _ x: Span<Scalar>, of quantity: String, over communicator: Communicator
) throws(NotFiniteError) -> Double {
    try innerProduct(x, x, of: quantity, over: communicator)
}
