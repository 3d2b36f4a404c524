internal import Glibc

extension RandomBits {
    /// The least n whose distribution function reaches a number: a Poisson variate of a uniform one.
    ///
    ///     n = min {n : Σ_{m ≤ n} λ^m e^(−λ)/m! ≥ u}
    ///
    /// - Parameters:
    ///   - uniform: u, from 0 to 1.
    ///   - mean: λ ≥ 0, so small that e^−λ is far from the least of numbers; larger means are sums of equal parts.
    /// - Source: Devroye 1986, §X.3.3.
    public static func poissonQuantile(_ uniform: Double, mean: Double) -> Int {
        var number = 0
        var term = exp(-mean)
        var sum = term
        // The sum stops growing where the terms fall below its last digit, and u may be above it.
        while uniform > sum && term > 0 {
            number += 1
            term *= mean / Double(number)
            sum += term
        }
        return number
    }
}
