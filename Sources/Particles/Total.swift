internal import Memory
internal import Parallel

/// What is known of a number per particle, over all ranks.
struct Total {
    /// The largest magnitude.
    let largest: Double
    /// The sum, exact to 2⁻⁶² of the largest magnitude each.
    let sum: Double

    /// Collective.
    ///
    /// - Throws: ``NotFiniteError`` on all ranks when a number on any rank is NaN or infinite.
    init(
        of terms: borrowing Buffer<Double>, named quantity: String, over world: Communicator
    ) throws(NotFiniteError) {
        let largest = world.maximum(ExactSum.largest(of: terms))
        guard largest.isFinite else { throw NotFiniteError(quantity: quantity) }
        var sum = ExactSum(maximum: largest)
        sum.add(terms)
        self.largest = largest
        self.sum = ExactSum.total([sum], over: world)[0]
    }

    /// The power of two that makes integers of the terms: each below 2⁵⁰ and all together below 2⁶¹, both with
    /// room for `growth` times as much.
    ///
    /// Terms must not be negative.
    func integerExponent(growth: Double) -> Int {
        guard largest * growth > 0 else { return 0 }
        let exponent = min(48 - Int((largest * growth).exponent), 59 - Int((sum * growth).exponent))
        return min(exponent, 900)
    }
}
