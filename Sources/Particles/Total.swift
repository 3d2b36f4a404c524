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
    /// - Parameters:
    ///   - own: the largest magnitude on this rank; not finite if a number is not.
    ///   - quantity: what is summed, for the error.
    ///   - add: adds this rank's numbers.
    /// - Throws: ``NotFiniteError`` on all ranks when a number on any rank is NaN or infinite.
    init(
        largest own: Double, named quantity: String, over grid: RankGrid,
        adding add: (inout ExactSum) -> Void
    ) throws(NotFiniteError) {
        let largest = grid.world.maximum(own)
        guard largest.isFinite else { throw NotFiniteError(quantity: quantity) }
        var sum = ExactSum(maximum: largest)
        add(&sum)
        self.largest = largest
        self.sum = ExactSum.total([sum], over: grid.world)[0]
    }

    /// Of numbers in an array. Collective.
    ///
    /// - Parameter largest: their largest magnitude on this rank, if it is known.
    init(
        of terms: borrowing Buffer<Double>, largest: Double? = nil, named quantity: String,
        over grid: RankGrid
    ) throws(NotFiniteError) {
        let kernels = grid.kernels.sums
        let own = largest ?? ExactSum.largest(of: terms, by: kernels)
        try self.init(largest: own, named: quantity, over: grid) { $0.add(terms, by: kernels) }
    }

    /// The power of two that makes integers of the terms: each below 2⁵⁰ and all together below 2⁶², with room
    /// for as many times as much.
    ///
    /// Terms must not be negative.
    func integerExponent(termGrowth: Double, sumGrowth: Double) -> Int {
        guard largest * termGrowth > 0 else { return 0 }
        let exponent = min(
            49 - Int((largest * termGrowth).exponent), 60 - Int((sum * sumGrowth).exponent))
        return min(exponent, 900)
    }
}
