public import Kernels

/// `Σ x y` over all ranks, the same bits for any order and any ranks. Collective.
///
/// - Parameters:
///   - x, y: this rank's parts, of the same length.
///   - quantity: what is summed, for the error.
///   - grid: the ranks.
/// - Throws: ``NotFiniteError`` on all ranks when a product is NaN or infinite.
public func innerProduct<Scalar: KernelScalar>(
    _ x: Span<Scalar>, _ y: Span<Scalar>, of quantity: String, over grid: RankGrid
) throws(NotFiniteError) -> Double {
    precondition(x.count == y.count)
    let largest = grid.world.maximum(ExactSum.largestProduct(x, y, by: grid.kernels))
    guard largest.isFinite else { throw NotFiniteError(quantity: quantity) }
    var sum = ExactSum(maximum: largest)
    sum.addProducts(x, y, by: grid.kernels)
    return ExactSum.total([sum], over: grid.world)[0]
}

/// `Σ x²` over all ranks; see ``innerProduct(_:_:of:over:)``.
public func squaredNorm<Scalar: KernelScalar>(
    _ x: Span<Scalar>, of quantity: String, over grid: RankGrid
) throws(NotFiniteError) -> Double {
    try innerProduct(x, x, of: quantity, over: grid)
}
