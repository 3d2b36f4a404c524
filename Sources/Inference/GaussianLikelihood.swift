internal import Glibc
public import Observables
public import Parallel
public import Particles

/// Data, weights or their errors that no loss can be made of.
public struct ObjectiveError: ReportedError, Equatable {
    /// The one line.
    public let message: String
    /// Always the user: these are their data.
    public var fault: Fault { .user }

    init(_ message: String) { self.message = message }
}

/// Whether the size of errors is given or sought with the universe.
public enum ErrorSize: Sendable {
    /// Given.
    case known
    /// A parameter of the observation.
    case sought
}

/// Data with Gaussian errors of one size, cell by cell, with weights or a mask.
///
///     −ln p = Σ_c r(c)² / (2σ²),    r = S_R[√w (ρ − d)],    S_R = exp(−k²R²/2)
///
/// ρ is predicted, d the data, w weights. R may be 0. The derivative by ρ is `√w S_R[r] / σ²`. If the size of the errors is
/// sought too, `n ln(σ/σ₀)` is added, n being the cells that count and σ₀ where σ starts; `σ̄ = n/σ − Σ r²/σ³`.
public final class GaussianLikelihood<Scalar: ParticleScalar>: Likelihood {
    private let data: Cells<Scalar>
    /// The cells whose weight is not 0.
    public let cellCount: Int
    /// Of data and weights.
    public let summary: DataSummary?
    private let rootWeights: Cells<Scalar>?
    let sigma: Double
    private let errors: ErrorSize
    private let grid: CellGrid<Scalar>
    private var smoothing: CellSmoothing<Scalar>?
    private var radius = 0.0

    /// `sigma`, if it is sought.
    public var parameters: [OwnParameter] { errors == .sought ? [OwnParameter("sigma", sigma)] : [] }

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - data: d, on the cells of the grid; where the weight is 0, anything, NaN too.
    ///   - weights: w ≥ 0; all 1 if not given.
    ///   - sigma: σ > 0 of a cell, and whether it is known.
    ///   - grid: the cells.
    ///   - name: of the objective, for errors.
    /// - Throws: ``ObjectiveError`` on all ranks when data that count or weights are NaN or infinite, a weight is negative, or all
    ///   weights are 0.
    public init(
        data: consuming Cells<Scalar>, weights: consuming Cells<Scalar>?, sigma: Double,
        _ errors: ErrorSize = .known, on grid: CellGrid<Scalar>, named name: String = "objective"
    ) throws {
        precondition(sigma > 0)
        var data = data
        var roots: Cells<Scalar>?
        var count = grid.count
        if var found = weights {
            count = try found.requireWeights(as: "\(name).weights")
            data.clear(where: found)
            try data.requireNumbers(as: name)
            summary = try data.summary(
                weightedBy: found, named: "\(name).data", counting: (count, of: grid.count))
            found.map { $0.squareRoot() }
            roots = consume found
        } else {
            try data.requireNumbers(as: name)
            summary = try data.summary(named: "\(name).data", of: grid.count)
        }
        self.data = data
        self.sigma = sigma
        self.errors = errors
        self.grid = grid
        cellCount = count
        rootWeights = roots
    }

    /// Smooths the residual with another radius R [Mpc/h] from now on.
    public func smooth(by radius: Double) {
        guard radius != self.radius else { return }
        self.radius = radius
        smoothing = CellSmoothing(radius: radius, on: grid)
    }

    /// A copy of d.
    public func copyOfData() -> Cells<Scalar> { data.copy() }

    /// A copy of the weights w, to the last rounding of a square root; nil if all are 1.
    public func copyOfWeights() -> Cells<Scalar>? {
        guard rootWeights != nil else { return nil }
        var weights = rootWeights!.copy()
        weights.map { $0 * $0 }
        return weights
    }

    /// `Σ r² / (2σ²)`. Collective.
    public func value(of prediction: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        let sigma = own.first ?? self.sigma
        return try loss(of: residual(prediction), sigma) + normalisation(sigma)
    }

    /// `Σ r² / (2σ²)` and `√w S_R[r] / σ²`. Collective.
    public func evaluate(
        _ prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        let sigma = own.first ?? self.sigma
        var residual = residual(prediction)
        let value = try loss(of: residual, sigma)
        if let smoothing { residual = smoothing(residual) }
        multiplyByRootWeights(&residual)
        residual.scale(by: 1 / (sigma * sigma))
        return Assessment(
            value: value + normalisation(sigma),
            parameters: errors == .sought ? [(Double(cellCount) - 2 * value) / sigma] : [],
            cotangent: residual)
    }

    /// `n ln(σ/σ₀)`, if σ is sought.
    private func normalisation(_ sigma: Double) -> Double {
        errors == .sought ? Double(cellCount) * log(sigma / self.sigma) : 0
    }

    /// `S_R[√w (ρ − d)]`
    private func residual(_ prediction: consuming Cells<Scalar>) -> Cells<Scalar> {
        prediction.combine(data) { $0 - $1 }
        multiplyByRootWeights(&prediction)
        guard let smoothing else { return prediction }
        return smoothing(prediction)
    }

    private func multiplyByRootWeights(_ cells: inout Cells<Scalar>) {
        guard rootWeights != nil else { return }
        cells.combine(rootWeights!) { $0 * $1 }
    }

    private func loss(of residual: borrowing Cells<Scalar>, _ sigma: Double) throws -> Double {
        try residual.sum(of: "the loss") { $0 * $0 } / (2 * sigma * sigma)
    }
}
