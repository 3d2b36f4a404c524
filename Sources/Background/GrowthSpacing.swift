/// Scale factors that divide the growth D1 between two of them into equal parts.
///
///     D1(a_n) = D1(a_0) + [D1(a_N) − D1(a_0)] n/N
///
/// The first and the last are exact, those between to a relative 1e-12.
///
/// - Parameters:
///   - start: a_0, 0 or at least 3.03e-6.
///   - stop: a_N, greater than a_0.
///   - steps: N, at least 1.
///   - cosmology: the expansion, in which D1 grows throughout.
public func scaleFactorsEquallySpacedInGrowth(
    from start: Double, to stop: Double, steps: Int, _ cosmology: Cosmology<Double>
) -> [Double] {
    func growth(_ scaleFactors: [Double]) -> [GrowthFactors<Double>] {
        growthFactors(at: scaleFactors, cosmology)
    }
    let ends = growthInGrowthTime(at: [start, stop], cosmology).map(\.d1)
    let wanted = (1..<steps).map { ends[0] + (ends[1] - ends[0]) * Double($0) / Double(steps) }
    // D1 is nearly a early: no step of Newton's leaves the interval far behind.
    var found = (1..<steps).map { start + (stop - start) * Double($0) / Double(steps) }
    for _ in 0..<mostIterations {
        let next = zip(zip(found, growth(found)), wanted).map { point, wanted in
            let (a, growth) = point
            // dD1/da = D1′/a
            let moved = a - (growth.d1 - wanted) * a / growth.d1Prime
            return min(max(moved, max(a / 4, growthStart)), stop)
        }
        let isSettled = zip(found, next).allSatisfy { abs($0 - $1) <= 1e-12 * $1 }
        found = next
        if isSettled { break }
    }
    return [start] + found + [stop]
}

private let mostIterations = 40
