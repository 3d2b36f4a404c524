internal import Glibc
public import Observables
public import Particles

/// Counts of objects, cell by cell, each a Poisson variate of what is expected.
///
///     −ln p = Σ_c [λ − N − N ln(λ/N)],    λ = S B
///
/// N are the counts, B the prediction (a biased density), S the selection: the part of what is there that is seen. Cells
/// with S = 0 do not count. The constant is chosen such that λ = N makes 0, so twice the value per cell is near 1 where
/// the model is right and N is not small. The derivative by B is `S − N/B`.
///
/// - Source: Jasche & Wandelt 2013, eq. 12.
public final class PoissonLikelihood<Scalar: ParticleScalar>: Likelihood {
    /// The cells that are seen.
    public let cellCount: Int
    /// Of the counts.
    public let summary: DataSummary?
    private let counts: Cells<Scalar>
    private let selection: Cells<Scalar>?

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - counts: N ≥ 0, on the cells of the grid.
    ///   - selection: S ≥ 0; all 1 if not given.
    ///   - grid: the cells.
    ///   - name: of the objective, for errors.
    /// - Throws: ``ObjectiveError`` on all ranks when counts are negative or no numbers, a selection is negative or 0
    ///   everywhere, or something was counted where nothing is seen.
    public init(
        counts: consuming Cells<Scalar>, selection: consuming Cells<Scalar>?, on grid: CellGrid<Scalar>,
        named name: String = "objective"
    ) throws {
        var counts = counts
        var seen = grid.count
        if let given = selection {
            seen = try given.requireWeights(as: "\(name).weights")
            counts.clear(where: given)
            try counts.requireCounts(as: name)
            let astray = try counts.sum(with: given, of: "a count") { $0 > 0 && $1 == 0 ? 1 : 0 }
            guard astray == 0 else {
                throw ObjectiveError(
                    "\(name).data holds counts where \(name).weights is 0 (\(Int(astray)) cells); nothing can be "
                        + "seen there; set them to 0, or correct the weights")
            }
            self.selection = consume given
        } else {
            try counts.requireCounts(as: name)
            self.selection = nil
        }
        summary = try counts.summary(named: "\(name).data", of: grid.count)
        cellCount = seen
        self.counts = counts
    }

    /// A copy of N.
    public func copyOfData() -> Cells<Scalar> { counts.copy() }

    /// A copy of S; nil if all are 1.
    public func copyOfWeights() -> Cells<Scalar>? {
        guard selection != nil else { return nil }
        return selection!.copy()
    }

    /// Does nothing: counts are compared cell by cell.
    public func smooth(by radius: Double) {}

    /// `Σ [λ − N − N ln(λ/N)]`. Collective.
    public func value(of prediction: consuming Cells<Scalar>) throws -> Double {
        try loss(of: expected(prediction))
    }

    /// The value, and `S − N/B`. Collective.
    public func evaluate(_ prediction: consuming Cells<Scalar>) throws -> Assessment<Scalar> {
        let value = try loss(of: expected(prediction.copy()))
        prediction.combine(counts) { biased, count in count == 0 ? 0 : -count / biased }
        if selection != nil {
            prediction.combine(selection!) { $0 + $1 }
        } else {
            prediction.map { $0 + 1 }
        }
        return Assessment(value: value, cotangent: prediction)
    }

    private func expected(_ prediction: consuming Cells<Scalar>) -> Cells<Scalar> {
        if selection != nil { prediction.combine(selection!) { $0 * $1 } }
        return prediction
    }

    private func loss(of expected: borrowing Cells<Scalar>) throws -> Double {
        try expected.sum(with: counts, of: "the loss") { mean, count in
            count == 0 ? mean : mean - count - count * log(mean / count)
        }
    }
}

extension Cells {
    /// Requires finite numbers, none of them negative. Collective.
    fileprivate func requireCounts(as name: String) throws {
        try requireNumbers(as: name)
        guard try count(where: { $0 < 0 }) == 0 else {
            throw ObjectiveError(
                "\(name).data holds negative numbers; \(name).likelihood: poisson needs counts, at least 0")
        }
    }
}
