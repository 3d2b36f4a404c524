/// φ(r), how much of what is there is seen at a distance, by straight lines between points; nothing beyond them.
public struct RadialSelection: Sendable, Equatable {
    /// Distances, increasing [Mpc/h].
    public let distances: [Double]
    /// φ at them, 0 or more.
    public let values: [Double]

    /// A selection through points.
    ///
    /// - Precondition: as many values as distances, two or more, which increase.
    public init(distances: [Double], values: [Double]) {
        precondition(distances.count == values.count && distances.count >= 2)
        precondition(zip(distances, distances.dropFirst()).allSatisfy(<))
        self.distances = distances
        self.values = values
    }

    /// φ.
    ///
    /// - Parameter distance: r [Mpc/h].
    public func value(at distance: Double) -> Double {
        guard distance >= distances[0], distance <= distances[distances.count - 1] else { return 0 }
        var (lower, upper) = (0, distances.count - 1)
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if distances[middle] <= distance { lower = middle } else { upper = middle }
        }
        let share = (distance - distances[lower]) / (distances[upper] - distances[lower])
        return values[lower] + share * (values[upper] - values[lower])
    }

    /// The distances beyond which nothing is seen [Mpc/h].
    public var reach: ClosedRange<Double> { distances[0]...distances[distances.count - 1] }
}
