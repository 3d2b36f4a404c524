import Numerics

/// Where the shape of the linear power spectrum comes from.
public enum LinearPowerModel: Sendable, Equatable {
    /// Eisenstein & Hu 1998 with acoustic oscillations.
    case eisensteinHu
    /// Eisenstein & Hu 1998 without acoustic oscillations.
    case eisensteinHuNoWiggle
    /// A table, brought from its redshift to others by growth. Its shape is fixed: Ω_m, Ω_k, w0 and w_a act through
    /// growth; n_s, Ω_b and h not at all. Its amplitude is its own: A_s scales it only where the A_s that it was computed
    /// with is known, by the ratio of the two; a given σ8 rescales it.
    case table(PowerTable, scalarAmplitude: Double?)

    /// An A_s to measure others by.
    var referenceAmplitude: Double {
        switch self {
        case .eisensteinHu, .eisensteinHuNoWiggle: 2e-9
        case .table(_, let scalarAmplitude): scalarAmplitude ?? 2e-9
        }
    }

    /// Whether A_s, where it is given, decides the amplitude.
    var feelsScalarAmplitude: Bool {
        if case .table(_, nil) = self { false } else { true }
    }
}

/// The linear matter power spectrum of a cosmology.
///
///     P(k, a) = (4/25) (c k/H0)⁴ Ω_m⁻² T²(k) D1²(a) · (2π²/k³) A_s (k/k_pivot)^(n_s−1),  k_pivot = 0.05/Mpc
///
/// or, from a table, P(k, a) = P_table(k) (A_s / A_s,table) D1²(a) / D1²(a_table), without the ratio where A_s,table is not known.
public struct LinearPower<Scalar: CosmologyScalar>: Sendable {
    private enum Shape {
        case eisensteinHu(EisensteinHu<Scalar>)
        case eisensteinHuNoWiggle(EisensteinHuNoWiggle<Scalar>)
        case table(PowerTable)
    }

    /// D1(1), with D1 → a early.
    public let growthToday: Scalar
    private let shape: Shape
    /// What multiplies T² k (k/k_pivot)^(n_s−1), or the table.
    private let amplitude: Scalar
    /// n_s − 1.
    private let tilt: Scalar
    private let logH: Scalar

    /// The spectrum of a cosmology; all that does not depend on k is computed here, once.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Dual)
    public init(_ cosmology: Cosmology<Scalar>, _ model: LinearPowerModel) {
        var growthOfTable: Scalar?
        if case .table(let table, _) = model, table.redshift > 0 {
            let growth = growthFactors(at: [1, 1 / (1 + table.redshift)], cosmology)
            growthToday = growth[0].d1
            growthOfTable = growth[1].d1
        } else {
            growthToday = growthFactors(at: [1], cosmology)[0].d1
        }
        tilt = cosmology.spectralIndex - 1
        logH = Scalar.log(cosmology.h)
        switch model {
        case .eisensteinHu:
            shape = .eisensteinHu(EisensteinHu(cosmology))
            amplitude = Self.primordialFactor(cosmology)
        case .eisensteinHuNoWiggle:
            shape = .eisensteinHuNoWiggle(EisensteinHuNoWiggle(cosmology))
            amplitude = Self.primordialFactor(cosmology)
        case .table(let table, _):
            shape = .table(table)
            let ratio = cosmology.scalarAmplitude.scaled(by: 1 / model.referenceAmplitude)
            let growth = growthOfTable ?? growthToday
            amplitude = ratio / (growth * growth)
        }
    }

    /// P₀(k) = P(k, 1) / D1²(1), the spectrum for D1 = 1 that initial conditions are drawn from [(Mpc/h)³].
    ///
    /// For Eisenstein–Hu it holds no growth factor; for a table D1 at its redshift is in it, with its derivatives.
    ///
    /// P₀(0) = 0; on dual numbers leave k = 0 out before taking a root, whose slope there is infinite.
    ///
    /// - Parameter k: wavenumber, not negative; a table must cover it (`requireCoverage`) [h/Mpc].
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Dual)
    public func callAsFunction(_ k: Double) -> Scalar {
        precondition(k >= 0, "a wavenumber is negative")
        guard k > 0 else { return 0 }
        switch shape {
        case .eisensteinHu(let transfer): return primordial(k) * squared(transfer(k))
        case .eisensteinHuNoWiggle(let transfer): return primordial(k) * squared(transfer(k))
        case .table(let table):
            precondition(table.answers(at: k), "k is outside the table; requireCoverage was not asked")
            return amplitude.scaled(by: table.interpolated(at: k))
        }
    }

    /// P(k, a) = P₀(k) D1²(a) [(Mpc/h)³].
    ///
    /// - Parameters:
    ///   - k: wavenumber [h/Mpc].
    ///   - growth: of the same cosmology, at a.
    public func evolved(_ k: Double, to growth: GrowthFactors<Scalar>) -> Scalar {
        self(k) * squared(growth.d1)
    }

    /// P(k, 1) [(Mpc/h)³], k in h/Mpc.
    public func today(_ k: Double) -> Scalar { self(k) * squared(growthToday) }

    /// T(k), one at k = 0; nothing for a table, which has none.
    ///
    /// - Parameter k: wavenumber, not negative [h/Mpc].
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Dual)
    public func transfer(_ k: Double) -> Scalar? {
        switch shape {
        case .eisensteinHu(let transfer): transfer(k)
        case .eisensteinHuNoWiggle(let transfer): transfer(k)
        case .table: nil
        }
    }

    /// Finds out once, before a loop, whether there is an answer for all k in `[lowest, highest]` [h/Mpc].
    ///
    /// - Throws: `PowerTableError` if a table ends before and extrapolation was not asked for.
    public func requireCoverage(from lowest: Double, to highest: Double) throws(PowerTableError) {
        if case .table(let table) = shape { try table.requireCoverage(from: lowest, to: highest) }
    }

    /// The k between which it is known; nothing if everywhere [h/Mpc].
    var knownRange: ClosedRange<Double>? {
        if case .table(let table) = shape { table.range } else { nil }
    }

    /// The spectrum before transfer: amplitude × k (k/k_pivot)^(n_s−1).
    private func primordial(_ k: Double) -> Scalar {
        amplitude * Scalar.exp(tilt * (Scalar(Double.log(k / 0.05)) + logH)).scaled(by: k)
    }

    /// (4/25) (c/H0)⁴ 2π² A_s / Ω_m².
    private static func primordialFactor(_ cosmology: Cosmology<Scalar>) -> Scalar {
        let hubbleRadius = 2997.92458
        let squaredRadius = hubbleRadius * hubbleRadius
        let factor = 0.32 * Double.pi * Double.pi * squaredRadius * squaredRadius
        return cosmology.scalarAmplitude.scaled(by: factor) / (cosmology.omegaMatter * cosmology.omegaMatter)
    }

    private func squared(_ x: Scalar) -> Scalar { x * x }
}
