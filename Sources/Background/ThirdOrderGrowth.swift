import Numerics

/// Third-order growth at one scale factor; ′ = d/dlna.
///
///     ψ3 = D3a ∇φ3a + D3b ∇φ3b + D3c ∇⁻²(∇ × C)
///
/// In an Einstein–de Sitter universe D3a = a³/3, D3b = −(10/21) a³, D3c = a³/7.
public struct ThirdOrderGrowth<Scalar: CosmologyScalar>: Sendable {
    /// D3a, of the determinant of φ1's second derivatives.
    public let d3a: Scalar
    /// D3a′.
    public let d3aPrime: Scalar
    /// D3b, of the product of φ1's and φ2's; negative.
    public let d3b: Scalar
    /// D3b′.
    public let d3bPrime: Scalar
    /// D3c, of the transverse part.
    public let d3c: Scalar
    /// D3c′.
    public let d3cPrime: Scalar
}

extension ThirdOrderGrowth {
    /// Nothing has grown yet.
    public static var none: ThirdOrderGrowth {
        ThirdOrderGrowth(d3a: 0, d3aPrime: 0, d3b: 0, d3bPrime: 0, d3c: 0, d3cPrime: 0)
    }

    /// The same by another time, in which rates are some times as much.
    func withRates(times factor: Scalar) -> ThirdOrderGrowth {
        ThirdOrderGrowth(
            d3a: d3a, d3aPrime: d3aPrime * factor, d3b: d3b, d3bPrime: d3bPrime * factor, d3c: d3c,
            d3cPrime: d3cPrime * factor)
    }
}

extension ThirdOrderGrowth<Dual> {
    /// Without derivatives.
    var values: ThirdOrderGrowth<Double> {
        ThirdOrderGrowth<Double>(
            d3a: d3a.value, d3aPrime: d3aPrime.value, d3b: d3b.value, d3bPrime: d3bPrime.value,
            d3c: d3c.value, d3cPrime: d3cPrime.value)
    }
}

/// Third-order growth at a scale factor.
///
///     D3a″ + (2 + H′/H) D3a′ = (3/2) Ω_m(a) (D3a + 2 D1³)
///     D3b″ + (2 + H′/H) D3b′ = (3/2) Ω_m(a) (D3b + 2 D1 D2 − 2 D1³)
///     D3c′ = D1′ D2 − D1 D2′
///
/// It begins with the growing modes of Einstein–de Sitter where D1 and D2 begin. Relative accuracy about 1e-12, the
/// value the same to the last bit for `Double` and for `Dual`. Where E² is not positive the result is not a number.
///
/// - Parameters:
///   - a: scale factor, at least 3.03e-6.
///   - cosmology: the expansion.
/// - Source: Bouchet et al. 1995; Catelan 1995; Rampf & Buchert 2012; Matsubara 2015 for general cosmologies.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Dual)
public func thirdOrderGrowth<Scalar: CosmologyScalar>(
    at a: Double, _ cosmology: Cosmology<Scalar>
) -> ThirdOrderGrowth<Scalar> {
    precondition(a >= growthStart, "growth is asked for at a = \(a), before it starts")
    let equation = ThirdOrderEquation(cosmology: cosmology)
    var path = ExtrapolatedPath(start: Double.log(growthStart), state: equation.initialState)
    return equation.growth(at: a, path.state(at: Double.log(a), equation.rates))
}

/// The equations in G1 = D1/a, G2 = −D2/a², A = D3a/a³, B = −D3b/a³ and C = D3c/a³, which hardly change early.
///
///     G1″ = −(3 + e − O) G1 − (4 + e) G1′
///     G2″ = O G1² − (8 + 2e − O) G2 − (6 + e) G2′
///     A″  = 2 O G1³ − (15 + 3e − O) A − (8 + e) A′
///     B″  = 2 O G1 (G1² + G2) − (15 + 3e − O) B − (8 + e) B′
///     C′  = G1 G2 − G1′ G2 + G1 G2′ − 3 C,    e = H′/H,  O = (3/2) Ω_m(a)
///
/// The state is (G1, G1′, G2, G2′, A, A′, B, B′, C), the variable ln a.
private struct ThirdOrderEquation<Scalar: CosmologyScalar> {
    typealias State = InlineArray<9, Scalar>

    let cosmology: Cosmology<Scalar>

    var initialState: State {
        [
            1, 0, Scalar(3) / Scalar(7), 0, Scalar(1) / Scalar(3), 0, Scalar(10) / Scalar(21), 0,
            Scalar(1) / Scalar(7),
        ]
    }

    func rates(at logA: Double, _ state: State) -> State {
        let expansion = cosmology.expansion(at: Double.exp(logA))
        let e = expansion.slope
        let source = expansion.matterFraction.scaled(by: 1.5)
        let (g1, g1Prime, g2, g2Prime) = (state[0], state[1], state[2], state[3])
        let first = (source - 3 - e) * g1 - (4 + e) * g1Prime
        let second = source * (g1 * g1 + g2) - (8 + e.scaled(by: 2)) * g2 - (6 + e) * g2Prime
        let (pull, drag) = (source - 15 - e.scaled(by: 3), 8 + e)
        let drive = (source * g1).scaled(by: 2)
        let determinant = drive * g1 * g1 + pull * state[4] - drag * state[5]
        let mixed = drive * (g1 * g1 + g2) + pull * state[6] - drag * state[7]
        let transverse = g1 * g2 - g1Prime * g2 + g1 * g2Prime - state[8].scaled(by: 3)
        return [g1Prime, first, g2Prime, second, state[5], determinant, state[7], mixed, transverse]
    }

    func growth(at a: Double, _ state: State) -> ThirdOrderGrowth<Scalar> {
        let cube = a * a * a
        let rates = rates(at: Double.log(a), state)
        func slope(_ index: Int) -> Scalar { state[index].scaled(by: 3) + rates[index] }
        return ThirdOrderGrowth(
            d3a: state[4].scaled(by: cube), d3aPrime: slope(4).scaled(by: cube),
            d3b: state[6].scaled(by: -cube), d3bPrime: slope(6).scaled(by: -cube),
            d3c: state[8].scaled(by: cube), d3cPrime: slope(8).scaled(by: cube))
    }
}
