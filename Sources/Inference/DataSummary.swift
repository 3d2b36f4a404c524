internal import Observables
internal import Particles

/// Mean and variance of data and of their weights, for the log.
public struct DataSummary: Sendable, Equatable {
    /// What the data are called.
    public let name: String
    /// ⟨d⟩, weighted.
    public let mean: Double
    /// ⟨(d − ⟨d⟩)²⟩, weighted.
    public let variance: Double
    /// Cells that count.
    public let count: Int
    /// All cells.
    public let total: Int
    /// ⟨w⟩ over all cells; nil if there are no weights.
    public let meanWeight: Double?

    /// The line of the log.
    public var remark: String {
        let shown = InputRemarks.shown
        let weights = meanWeight.map {
            ", weighted, over \(count) of \(total) cells; the mean weight is \(shown($0))"
        }
        return "mean of \(name) \(shown(mean)), variance \(shown(variance))\(weights ?? "")"
    }

    /// A warning where densities in units of their mean do not have a mean of 1; never a refusal, for few data may have any
    /// mean.
    public var warning: String? {
        // The mean of all of a box is 1 but for errors of the data; that of a part may be anything of the order.
        let allowed = meanWeight == nil ? max(0.1, 6 * (variance / Double(max(1, count))).squareRoot()) : 0.5
        guard !(abs(mean - 1) <= allowed) else { return nil }
        let guess = abs(mean) <= allowed ? "is it delta = rho / mean - 1?" : "divide it by its mean"
        return
            "warning: the mean of \(name) is \(InputRemarks.shown(mean)), where rho / mean has 1; \(guess)"
    }
}

extension Cells {
    /// Nobody observed where the weight is 0: whatever stands there, a number takes its place.
    mutating func clear(where weights: borrowing Cells) {
        combine(weights) { value, weight in weight == 0 && !value.isFinite ? 0 : value }
    }

    /// Mean and variance. Collective.
    ///
    /// - Parameters:
    ///   - name: what they are called.
    ///   - total: the number of cells.
    func summary(named name: String, of total: Int) throws -> DataSummary {
        let mean = try sum(of: name) { $0 } / Double(total)
        let variance = try sum(of: name) { ($0 - mean) * ($0 - mean) } / Double(total)
        return DataSummary(
            name: name, mean: mean, variance: variance, count: total, total: total, meanWeight: nil)
    }

    /// Mean and variance where weights are not 0. Collective.
    ///
    /// - Parameters:
    ///   - weights: of the same cells.
    ///   - name: what they are called.
    ///   - counts: of cells that count, and of all.
    func summary(
        weightedBy weights: borrowing Cells, named name: String, counting counts: (Int, of: Int)
    ) throws -> DataSummary {
        let all = try weights.sum(of: name) { $0 }
        let mean = try sum(with: weights, of: name) { $1 == 0 ? 0 : $1 * $0 } / all
        let variance =
            try sum(with: weights, of: name) { $1 == 0 ? 0 : $1 * ($0 - mean) * ($0 - mean) } / all
        return DataSummary(
            name: name, mean: mean, variance: variance, count: counts.0, total: counts.of,
            meanWeight: all / Double(counts.of))
    }
}
