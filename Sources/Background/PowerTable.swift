import Numerics

/// A linear matter power spectrum at one redshift, tabulated, such as CLASS or CAMB write it.
///
/// Between the rows ln P is a cubic spline in ln k.
public struct PowerTable: Sendable, Equatable {
    /// What happens outside the table.
    public enum Extrapolation: Sendable, Equatable {
        /// It is an error.
        case forbidden
        /// The power law of the table's end goes on.
        case powerLaw
    }

    /// The name of the file, for messages.
    public let source: String
    /// What happens outside `range`.
    public let extrapolation: Extrapolation
    /// k of the rows, increasing [h/Mpc].
    public let wavenumbers: [Double]
    /// P of the rows [(Mpc/h)³].
    public let powers: [Double]
    /// The redshift at which it was computed.
    public let redshift: Double
    /// Columns of the file, of which the first two were taken.
    public let columns: Int
    private let logarithm: CubicSpline

    /// The range of k that the rows cover [h/Mpc].
    public var range: ClosedRange<Double> { wavenumbers[0]...wavenumbers[wavenumbers.count - 1] }

    init(
        rows: TableRows, source: String, extrapolation: Extrapolation, redshift: Double
    ) throws(PowerTableError) {
        self.source = source
        self.extrapolation = extrapolation
        self.redshift = redshift
        columns = rows.columns
        (wavenumbers, powers) = (rows.wavenumbers, rows.powers)
        logarithm = CubicSpline(
            xs: wavenumbers.map { Double.log($0) }, ys: powers.map { Double.log($0) })
        guard logarithm.isFinite else {
            throw PowerTableError(
                source: source, line: nil, value: "two rows have almost the same k",
                rule: "be a smooth curve through rows apart", remedy: "remove one of the rows")
        }
    }

    /// P(k) at ``redshift`` [(Mpc/h)³].
    ///
    /// - Parameter k: wavenumber, positive [h/Mpc].
    /// - Throws: `PowerTableError` if k is outside `range` and extrapolation was not asked for.
    public func callAsFunction(_ k: Double) throws(PowerTableError) -> Double {
        try requireCoverage(from: k, to: k)
        return interpolated(at: k)
    }

    /// Finds out once, before a loop, whether the table can answer for all k in `[lowest, highest]` [h/Mpc].
    ///
    /// - Throws: `PowerTableError` if not, with the offending k.
    public func requireCoverage(from lowest: Double, to highest: Double) throws(PowerTableError) {
        guard extrapolation == .forbidden else { return }
        for k in [lowest, highest] where !range.contains(k) {
            throw PowerTableError(
                source: source, line: nil, value: "k = \(k) h/Mpc",
                rule: "lie within the table, \(range.lowerBound) to \(range.upperBound) h/Mpc",
                remedy: "use a wider table, a box and mesh that need less, or ask for extrapolation")
        }
    }

    /// Whether `k` may be asked for, up to the rounding of a wavenumber that was checked in another form.
    func answers(at k: Double) -> Bool {
        extrapolation == .powerLaw
            || (k >= range.lowerBound * (1 - 1e-9) && k <= range.upperBound * (1 + 1e-9))
    }

    /// P(k) without a check of the range.
    func interpolated(at k: Double) -> Double { Double.exp(logarithm(Double.log(k))) }
}
