internal import Glibc
public import Observables
public import Particles

/// Counts that scatter more than Poisson's: a Poisson variate whose mean is a gamma variate of shape r.
///
///     −ln p = Σ_c [−lnΓ(N + r) + lnΓ(r) + ln N! + r ln(1 + λ/r) − N ln(λ/(r + λ))],    λ = S B
///
/// with the variance λ + λ²/r. The constant is chosen such that λ = N makes 0 where r is as it starts. Cells with S = 0 do not
/// count. Derivatives, η being ln B:
///
///     η̄ = r (λ − N)/(r + λ),    r̄ = Σ [ψ(r) − ψ(N + r) + ln(1 + λ/r) + (N − λ)/(r + λ)]
///
/// - Source: Ata et al. 2015, MNRAS 446, 4250.
public final class NegativeBinomialLikelihood<Scalar: ParticleScalar>: CountLikelihood {
    /// `dispersion` r > 0.
    public var parameters: [OwnParameter] { [OwnParameter("dispersion", dispersion)] }
    /// The cells that are seen.
    public var cellCount: Int { data.cellCount }
    /// Of the counts.
    public var summary: DataSummary? { data.summary }
    private let data: SelectedCounts<Scalar>
    private let dispersion: Double

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - counts: N, whole numbers ≥ 0, on the cells of the grid.
    ///   - selection: S ≥ 0; all 1 if not given.
    ///   - dispersion: r > 0.
    ///   - grid: the cells.
    ///   - name: of the objective, for errors.
    ///   - key: by which the selection was given.
    /// - Throws: ``ObjectiveError`` on all ranks as ``PoissonLikelihood`` does.
    public init(
        counts: consuming Cells<Scalar>, selection: consuming Cells<Scalar>?, dispersion: Double,
        on grid: CellGrid<Scalar>, named name: String = "objective", selectedBy key: String = "selection"
    ) throws {
        data = try SelectedCounts(
            counts, selection, on: grid, .init(name: name, key: key, likelihood: "negative-binomial"))
        self.dispersion = dispersion
    }

    /// A copy of N.
    public func copyOfData() -> Cells<Scalar> { data.counts.copy() }

    /// A copy of S; nil if all are 1.
    public func copyOfWeights() -> Cells<Scalar>? { data.copyOfSelection() }

    /// See the formula above. Collective.
    public func value(ofExponential logarithm: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        data.select(logarithm: &logarithm)
        return try loss(of: logarithm, own[0])
    }

    /// See the formulas above. Collective.
    public func evaluate(
        exponential logarithm: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        let shape = own[0]
        data.select(logarithm: &logarithm)
        let value = try loss(of: logarithm, shape)
        let slope = try logarithm.sum(with: data.counts, of: "the derivative by the dispersion") {
            let mean = exp($0)
            return log1p(mean / shape) + ($1 - mean) / (shape + mean)
                - RisingFactorial.slope(of: shape, count: $1)
        }
        logarithm.combine(data.counts) { logarithm, count in
            let mean = exp(logarithm)
            return shape * (mean - count) / (shape + mean)
        }
        return Assessment(value: value, parameters: [slope], cotangent: logarithm)
    }

    private func loss(of logarithm: borrowing Cells<Scalar>, _ shape: Double) throws -> Double {
        let start = dispersion
        return try logarithm.sum(with: data.counts, of: "the loss") { logarithm, count in
            let mean = exp(logarithm)
            let empty = shape * log1p(mean / shape)
            guard count > 0 else { return empty }
            let here =
                empty - count * (logarithm - log(shape + mean))
                - RisingFactorial.logarithm(of: shape, count: count)
            let least =
                start * log1p(count / start) - count * (log(count) - log(start + count))
                - RisingFactorial.logarithm(of: start, count: count)
            return here - least
        }
    }
}
