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
    public var cellCount: Int { data.cellCount }
    /// Of the counts.
    public var summary: DataSummary? { data.summary }
    private let data: SelectedCounts<Scalar>

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - counts: N, whole numbers ≥ 0, on the cells of the grid.
    ///   - selection: S ≥ 0; all 1 if not given.
    ///   - grid: the cells.
    ///   - name: of the objective, for errors.
    ///   - key: by which the selection was given.
    /// - Throws: ``ObjectiveError`` on all ranks when counts are negative, fractions or no numbers, a selection is negative
    ///   or 0 everywhere, or something was counted where nothing is seen.
    public init(
        counts: consuming Cells<Scalar>, selection: consuming Cells<Scalar>?, on grid: CellGrid<Scalar>,
        named name: String = "objective", selectedBy key: String = "weights"
    ) throws {
        data = try SelectedCounts(
            counts, selection, on: grid, .init(name: name, key: key, likelihood: "poisson"))
    }

    /// A copy of N.
    public func copyOfData() -> Cells<Scalar> { data.counts.copy() }

    /// A copy of S; nil if all are 1.
    public func copyOfWeights() -> Cells<Scalar>? { data.copyOfSelection() }

    /// Does nothing: counts are compared cell by cell.
    public func smooth(by radius: Double) {}

    /// `Σ [λ − N − N ln(λ/N)]`. Collective.
    public func value(of prediction: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        data.select(&prediction)
        return try loss(of: prediction)
    }

    /// The value, and `S − N/B`. Collective.
    public func evaluate(
        _ prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        var expected = prediction.copy()
        data.select(&expected)
        let value = try loss(of: expected)
        prediction.combine(data.counts) { biased, count in count == 0 ? 0 : -count / biased }
        if data.selection != nil {
            prediction.combine(data.selection!) { $0 + $1 }
        } else {
            prediction.map { $0 + 1 }
        }
        return Assessment(value: value, cotangent: prediction)
    }

    /// `Σ [λ − N − N ln(λ/N)]` with `ln λ = η + ln S`. Collective.
    public func value(ofExponential logarithm: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        data.select(logarithm: &logarithm)
        return try loss(ofLogarithm: logarithm)
    }

    /// The value, and `λ − N`. Collective.
    public func evaluate(
        exponential logarithm: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        data.select(logarithm: &logarithm)
        let value = try loss(ofLogarithm: logarithm)
        logarithm.combine(data.counts) { exp($0) - $1 }
        return Assessment(value: value, cotangent: logarithm)
    }

    private func loss(of expected: borrowing Cells<Scalar>) throws -> Double {
        try expected.sum(with: data.counts, of: "the loss") { mean, count in
            count == 0 ? mean : mean - count - count * log(mean / count)
        }
    }

    private func loss(ofLogarithm expected: borrowing Cells<Scalar>) throws -> Double {
        try expected.sum(with: data.counts, of: "the loss") { logarithm, count in
            count == 0 ? exp(logarithm) : exp(logarithm) - count - count * (logarithm - log(count))
        }
    }
}
