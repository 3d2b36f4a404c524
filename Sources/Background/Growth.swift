import Numerics

/// The scale factor where growth starts, in matter domination: D1 = a, D2 = −(3/7)a².
///
/// It is the start of the reference data: curvature and dark energy are not quite nothing there
/// (Ω_k a/Ω_m is about 1e-6), so the choice shows in the seventh digit of D1 where Ω_k is not zero.
let growthStart = 3.0277272261966697e-06

/// Growth at the given scale factors, each integrated to, none interpolated.
///
///     D1″ + (2 + H′/H) D1′ = (3/2) Ω_m(a) D1
///     D2″ + (2 + H′/H) D2′ = (3/2) Ω_m(a) (D2 − D1²)
///
/// A result depends on the cosmology and its own scale factor alone, not on what else was asked for,
/// and its value is the same to the last bit for `Double` and for `Dual`.
/// Relative accuracy about 1e-12. Where E² is not positive the result is not a number.
///
/// - Parameters:
///   - scaleFactors: in any order, each at least 3.03e-6.
///   - cosmology: the expansion.
/// - Returns: one entry per scale factor, in the given order.
/// - Source: Bouchet et al. 1995, eqs. 7 and A7; Bernardeau et al. 2002, §2.4.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Dual)
public func growthFactors<Scalar: CosmologyScalar>(
    at scaleFactors: [Double], _ cosmology: Cosmology<Scalar>
) -> [GrowthFactors<Scalar>] {
    let equation = GrowthEquation(cosmology: cosmology)
    let order = scaleFactors.indices.sorted { scaleFactors[$0] < scaleFactors[$1] }
    var results = [GrowthFactors<Scalar>?](repeating: nil, count: scaleFactors.count)
    // A main path of steps that knows nothing of the scale factors asked for; from the last point of it
    // before each of them one shorter step leads there.
    var path = ExtrapolatedPath(start: Double.log(growthStart), state: equation.initialState)
    for index in order {
        let a = scaleFactors[index]
        precondition(a >= growthStart, "growth is asked for at a = \(a), before it starts")
        let state = path.state(at: Double.log(a), equation.rates)
        results[index] = equation.growthFactors(at: a, state)
    }
    return results.map { $0! }
}

/// The growth equations in G1 = D1/a and G2 = −D2/a², which hardly change early.
///
///     G1″ = −(3 + e − O) G1 − (4 + e) G1′
///     G2″ = O G1² − (8 + 2e − O) G2 − (6 + e) G2′,    e = H′/H,  O = (3/2) Ω_m(a)
///
/// The state is (G1, G1′, G2, G2′), the variable ln a.
private struct GrowthEquation<Scalar: CosmologyScalar> {
    let cosmology: Cosmology<Scalar>

    var initialState: InlineArray<4, Scalar> { [1, 0, Scalar(3) / Scalar(7), 0] }

    func rates(at logA: Double, _ state: InlineArray<4, Scalar>) -> InlineArray<4, Scalar> {
        let expansion = cosmology.expansion(at: Double.exp(logA))
        let e = expansion.slope
        let source = expansion.matterFraction.scaled(by: 1.5)
        let first = (source - 3 - e) * state[0] - (4 + e) * state[1]
        let second =
            source * (state[0] * state[0] + state[2]) - (8 + e.scaled(by: 2)) * state[2] - (6 + e) * state[3]
        return [state[1], first, state[3], second]
    }

    func growthFactors(at a: Double, _ state: InlineArray<4, Scalar>) -> GrowthFactors<Scalar> {
        let rates = rates(at: Double.log(a), state)
        let (g1, g1Prime, g1DoublePrime) = (state[0], state[1], rates[1])
        let (g2, g2Prime, g2DoublePrime) = (state[2], state[3], rates[3])
        return GrowthFactors(
            scaleFactor: a, expansionRate: cosmology.expansionRate(at: a),
            expansionRateSlope: cosmology.expansionRateSlope(at: a),
            d1: g1.scaled(by: a),
            d1Prime: (g1 + g1Prime).scaled(by: a),
            d1DoublePrime: (g1 + g1Prime.scaled(by: 2) + g1DoublePrime).scaled(by: a),
            d2: g2.scaled(by: -a * a),
            d2Prime: (g2.scaled(by: 2) + g2Prime).scaled(by: -a * a),
            d2DoublePrime: ((g2 + g2Prime).scaled(by: 4) + g2DoublePrime).scaled(by: -a * a))
    }
}
