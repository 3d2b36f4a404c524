internal import Glibc
public import Observables
public import Particles

/// Data whose logarithm has Gaussian errors of one size, cell by cell, with weights or a mask.
///
///     −ln p = Σ_c r(c)² / (2σ²),    r = S_R[√w (y − y_d)],    y = ln(ρ + ρ₀),  y_d = ln(d + ρ₀)
///
/// ρ is predicted, d the data, w weights, ρ₀ what keeps empty cells finite. As ``GaussianLikelihood`` of y; the derivative by
/// ρ is `ȳ/(ρ + ρ₀)`.
///
/// - Source: Coles & Jones 1991, MNRAS 248, 1; Wang et al. 2013, ApJ 772, 63.
public final class LogNormalLikelihood<Scalar: ParticleScalar>: Likelihood {
    /// `sigma`, if it is sought.
    public var parameters: [OwnParameter] { gaussian.parameters }
    /// The cells whose weight is not 0.
    public var cellCount: Int { gaussian.cellCount }
    /// Of data and weights.
    public let summary: DataSummary?
    /// Of y.
    let gaussian: GaussianLikelihood<Scalar>
    /// ρ₀.
    let floor: Double

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - data: d, on the cells of the grid; where the weight is 0, anything, NaN too.
    ///   - weights: w ≥ 0; all 1 if not given.
    ///   - sigma: σ > 0 of y, and whether it is known.
    ///   - floor: ρ₀ > 0, in the units of the data.
    ///   - grid: the cells.
    ///   - name: of the objective, for errors.
    /// - Throws: ``ObjectiveError`` on all ranks as ``GaussianLikelihood`` does, and when data that count are not above −ρ₀.
    public init(
        data: consuming Cells<Scalar>, weights: consuming Cells<Scalar>?,
        _ errors: (sigma: Double, size: ErrorSize), above floor: Double, on grid: CellGrid<Scalar>,
        named name: String = "objective"
    ) throws {
        var data = data
        var found: Cells<Scalar>?
        if let given = weights {
            let count = try given.requireWeights(as: "\(name).weights")
            data.clear(where: given)
            try data.requireNumbers(as: name)
            // Whatever stands where nothing counts has a logarithm.
            data.combine(given) { $1 == 0 ? max($0, 0) : $0 }
            summary = try data.summary(
                weightedBy: given, named: "\(name).data", counting: (count, of: grid.count))
            found = consume given
        } else {
            try data.requireNumbers(as: name)
            summary = try data.summary(named: "\(name).data", of: grid.count)
        }
        guard try data.count(where: { $0 + floor <= 0 }) == 0 else {
            throw ObjectiveError(
                "\(name).data holds numbers of no logarithm, the first at \(data.firstPlace { $0 + floor <= 0 }); with "
                    + "\(name).likelihood: log-normal they must be above -density_floor (\(-floor)); set \(name).weights to "
                    + "0 there, or raise \(name).density_floor")
        }
        data.map { log($0 + floor) }
        gaussian = try GaussianLikelihood(
            data: data, weights: found, sigma: errors.sigma, errors.size, on: grid, named: name)
        self.floor = floor
    }

    /// Smooths the residual with another radius R [Mpc/h] from now on.
    public func smooth(by radius: Double) { gaussian.smooth(by: radius) }

    /// d, to the last rounding of a logarithm.
    public func copyOfData() -> Cells<Scalar> {
        var data = gaussian.copyOfData()
        data.map { exp($0) - floor }
        return data
    }

    /// A copy of the weights w; nil if all are 1.
    public func copyOfWeights() -> Cells<Scalar>? { gaussian.copyOfWeights() }

    /// See the formula above. Collective.
    public func value(of prediction: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        prediction.map { log($0 + floor) }
        return try gaussian.value(of: prediction, own)
    }

    /// See the formula above. Collective.
    public func evaluate(
        _ prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        let density = prediction.copy()
        prediction.map { log($0 + floor) }
        let found = try gaussian.evaluate(prediction, own)
        let (value, parameters) = (found.value, found.parameters)
        var cotangent = found.takeCotangent()
        cotangent.combine(density) { $0 / ($1 + floor) }
        return Assessment(value: value, parameters: parameters, cotangent: cotangent)
    }
}
