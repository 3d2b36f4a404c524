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

/// Data with Gaussian errors of one size, cell by cell, with weights or a mask.
///
///     −ln p = Σ_c r(c)² / (2σ²),    r = S_R[√w (ρ − d)],    S_R = exp(−k²R²/2)
///
/// ρ is predicted, d the data, w weights. R may be 0. The derivative by ρ is `√w S_R[r] / σ²`.
public final class GaussianLikelihood<Scalar: ParticleScalar>: Likelihood {
    private let data: Cells<Scalar>
    /// The cells whose weight is not 0.
    public let cellCount: Int
    /// Of data and weights.
    public let summary: DataSummary?
    private let rootWeights: Cells<Scalar>?
    let sigma: Double
    private let grid: CellGrid<Scalar>
    private var smoothing: CellSmoothing<Scalar>?
    private var radius = 0.0

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - data: d, on the cells of the grid; where the weight is 0, anything, NaN too.
    ///   - weights: w ≥ 0; all 1 if not given.
    ///   - sigma: σ > 0 of a cell.
    ///   - grid: the cells.
    ///   - name: of the objective, for errors.
    /// - Throws: ``ObjectiveError`` on all ranks when data that count or weights are NaN or infinite, a weight is negative, or all
    ///   weights are 0.
    public init(
        data: consuming Cells<Scalar>, weights: consuming Cells<Scalar>?, sigma: Double,
        on grid: CellGrid<Scalar>, named name: String = "objective"
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
    public func value(of prediction: consuming Cells<Scalar>) throws -> Double {
        try loss(of: residual(prediction))
    }

    /// `Σ r² / (2σ²)` and `√w S_R[r] / σ²`. Collective.
    public func evaluate(_ prediction: consuming Cells<Scalar>) throws -> Assessment<Scalar> {
        var residual = residual(prediction)
        let value = try loss(of: residual)
        if let smoothing { residual = smoothing(residual) }
        multiplyByRootWeights(&residual)
        residual.scale(by: 1 / (sigma * sigma))
        return Assessment(value: value, cotangent: residual)
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

    private func loss(of residual: borrowing Cells<Scalar>) throws -> Double {
        try residual.sum(of: "the loss") { $0 * $0 } / (2 * sigma * sigma)
    }
}

extension Cells {
    /// Requires that all cells hold finite numbers. Collective.
    ///
    /// - Parameter name: of the objective, for the error.
    func requireNumbers(as name: String) throws {
        let wrong = try count { !$0.isFinite }
        guard wrong > 0 else { return }
        throw ObjectiveError(
            "\(name).data holds NaN or infinity at \(wrong) \(cellName)s that count, the first at \(firstWrongPlace); "
                + "set \(name).weights to 0 there, or give numbers")
    }

    /// Where the first cell is that holds no number. Collective; there must be one.
    private var firstWrongPlace: [Int] {
        switch self {
        case .mesh(let field):
            let (world, shape) = (field.decomposition.grid.world, field.decomposition.shape)
            var first = Int.max
            field.forEachPoint { x, y, z, value in
                if !value.isFinite { first = min(first, (x * shape.y + y) * shape.z + z) }
            }
            first = world.minimum(first)
            return [first / shape.z / shape.y, first / shape.z % shape.y, first % shape.z]
        case .plane(let pixels):
            return [pixels.firstIndex { !$0.isFinite } ?? 0]
        }
    }

    /// Requires weights: finite, at least 0, not all 0. Collective.
    ///
    /// - Returns: how many are not 0.
    func requireWeights(as key: String) throws -> Int {
        guard try count(where: { !$0.isFinite }) == 0 else {
            throw ObjectiveError("\(key) holds NaN or infinity; weights must be numbers, at least 0")
        }
        guard try count(where: { $0 < 0 }) == 0 else {
            throw ObjectiveError("\(key) holds negative numbers; weights must be at least 0")
        }
        let positive = try count { $0 > 0 }
        guard positive > 0 else {
            throw ObjectiveError("\(key) is 0 everywhere; at least one \(cellName) must count")
        }
        return positive
    }

    /// How many cells of all ranks are such. Collective.
    func count(where isSuch: (Double) -> Bool) throws -> Int {
        Int(try sum(of: "a count") { isSuch($0) ? 1 : 0 })
    }

    private var cellName: String {
        switch self {
        case .mesh: "mesh point"
        case .plane: "pixel"
        }
    }
}
