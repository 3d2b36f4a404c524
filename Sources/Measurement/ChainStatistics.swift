/// What a series of correlated draws is worth.
public enum ChainStatistics {
    /// The integrated autocorrelation time of several series together, in draws: 1 for independent ones.
    ///
    ///     τ = 1 + 2 Σ_{t=1}^{M} ρ(t),    M the first with M ≥ 5 τ(M)
    ///
    /// ρ is the mean autocovariance of the series over that at lag 0, each about its own mean.
    ///
    /// - Parameter series: of equal lengths.
    /// - Returns: nil where nothing varies, or the series are shorter than four draws.
    /// - Source: Sokal 1997.
    public static func autocorrelationTime(of series: [[Double]]) -> Double? {
        guard let count = series.first?.count, count >= 4 else { return nil }
        precondition(series.allSatisfy { $0.count == count })
        let deviations = series.map { values -> [Double] in
            let mean = values.reduce(0, +) / Double(count)
            return values.map { $0 - mean }
        }
        func covariance(_ lag: Int) -> Double {
            deviations.reduce(0) { sum, values in
                sum + (0..<count - lag).reduce(0) { $0 + values[$1] * values[$1 + lag] }
            } / Double(count - lag)
        }
        let variance = covariance(0)
        guard variance > 0 else { return nil }
        var time = 1.0
        for lag in 1..<max(2, count / 2) {
            time += 2 * covariance(lag) / variance
            // Of draws that alternate, the first terms are negative.
            if Double(lag) >= max(5, 5 * time) { break }
        }
        // Draws that alternate may be worth more than independent ones, but not without end.
        return max(time, 1 / Double(count))
    }

    /// The variance of a series about its straight line of least squares: that of what still moves, without where it is going.
    ///
    /// - Returns: 0 of fewer than three draws.
    public static func scatterAboutLine(of series: [Double]) -> Double {
        let count = series.count
        guard count >= 3 else { return 0 }
        let (middle, mean) = (Double(count - 1) / 2, series.reduce(0, +) / Double(count))
        let (length, rise) = series.enumerated().reduce((0.0, 0.0)) { sums, term in
            let along = Double(term.offset) - middle
            return (sums.0 + along * along, sums.1 + along * (term.element - mean))
        }
        let squares = series.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return max(0, squares - rise * rise / length) / Double(count - 2)
    }

    /// R̂ of several chains, each split into halves: 1 when they agree.
    ///
    /// - Parameter chains: draws of one quantity; all are cut to the shortest.
    /// - Returns: nil where nothing varies, or a half has fewer than two draws.
    /// - Source: Gelman & Rubin 1992; Gelman et al. 2013, §11.4.
    public static func splitRHat(_ chains: [[Double]]) -> Double? {
        let length = (chains.map(\.count).min() ?? 0) / 2
        guard length >= 2 else { return nil }
        let halves = chains.flatMap { chain -> [[Double]] in
            [Array(chain.prefix(length)), Array(chain.dropFirst(chain.count - length))]
        }
        let means = halves.map { $0.reduce(0, +) / Double(length) }
        let grand = means.reduce(0, +) / Double(means.count)
        let between = means.reduce(0) { $0 + ($1 - grand) * ($1 - grand) } / Double(means.count - 1)
        let within =
            zip(halves, means).reduce(0) { sum, half in
                sum + half.0.reduce(0) { $0 + ($1 - half.1) * ($1 - half.1) } / Double(length - 1)
            } / Double(halves.count)
        guard within > 0 else { return nil }
        return (Double(length - 1) / Double(length) + between / within).squareRoot()
    }
}
