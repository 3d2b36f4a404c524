internal import Numerics

/// Growth at the given scale factors with D1 as the time, see ``GrowthFactors/inGrowthTime``; a = 0 is among those
/// that may be asked for.
///
/// - Parameters:
///   - scaleFactors: in any order, each 0 or at least 3.03e-6.
///   - cosmology: the expansion.
/// - Returns: one entry per scale factor, in the given order.
public func growthInGrowthTime<Scalar: CosmologyScalar>(
    at scaleFactors: [Double], _ cosmology: Cosmology<Scalar>
) -> [GrowthFactors<Scalar>] {
    var later = growthFactors(at: scaleFactors.filter { $0 > 0 }, cosmology).makeIterator()
    return scaleFactors.map { $0 > 0 ? later.next()!.inGrowthTime : .atTheBeginning }
}

extension GrowthFactors {
    /// The same with D1 as the time: ′ = d/dD1, so that D1′ = 1 and D2′ = dD2/dD1. Second derivatives are not known.
    ///
    /// Momenta are those that they were: what is multiplied by D′ to be one is G_D = a² E dD1/dlna now.
    public var inGrowthTime: GrowthFactors {
        GrowthFactors(
            scaleFactor: scaleFactor, expansionRate: expansionRate, expansionRateSlope: expansionRateSlope,
            d1: d1, d1Prime: 1, d1DoublePrime: 0, d2: d2, d2Prime: d2Prime / d1Prime,
            d2DoublePrime: Scalar(.nan),
            givenMomentumScale: driftFunction)
    }

    /// The same with other momenta: m D′ of a displacement field that grows as D.
    public func withMomentumScale(_ scale: Scalar) -> GrowthFactors {
        var growth = self
        growth.givenMomentumScale = scale
        return growth
    }

    /// a = 0 with D1 as the time: nothing has grown, and dD2/dD1 is 0.
    static var atTheBeginning: GrowthFactors {
        GrowthFactors(
            scaleFactor: 0, expansionRate: Scalar(.infinity), expansionRateSlope: -1.5, d1: 0, d1Prime: 1,
            d1DoublePrime: 0, d2: 0, d2Prime: 0, d2DoublePrime: Scalar(.nan), givenMomentumScale: 0)
    }
}

extension GrowthFactors<Dual> {
    /// Without derivatives.
    public var values: GrowthFactors<Double> {
        GrowthFactors<Double>(
            scaleFactor: scaleFactor, expansionRate: expansionRate.value,
            expansionRateSlope: expansionRateSlope.value, d1: d1.value, d1Prime: d1Prime.value,
            d1DoublePrime: d1DoublePrime.value, d2: d2.value, d2Prime: d2Prime.value,
            d2DoublePrime: d2DoublePrime.value, givenMomentumScale: givenMomentumScale?.value)
    }
}
