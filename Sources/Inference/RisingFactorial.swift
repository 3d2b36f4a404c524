internal import Glibc

/// The logarithm of `r (r + 1) … (r + n − 1) = Γ(r + n)/Γ(r)` for whole n, and its slope.
///
/// The first 32 factors one by one, the rest by Stirling's series at arguments above 32, whose next terms are below 1e-14.
/// The C library's `lgamma` would do for the first, but has no digamma beside it.
///
/// - Source: Abramowitz & Stegun 1964, 6.1.40 and 6.3.18.
enum RisingFactorial {
    private static var factors: Double { 32 }

    /// `lnΓ(r + n) − lnΓ(r)`.
    ///
    /// - Parameters:
    ///   - base: r > 0.
    ///   - count: n, a whole number ≥ 0.
    static func logarithm(of base: Double, count: Double) -> Double {
        let first = sum(upTo: count) { log(base + $0) }
        guard count > factors else { return first }
        return first + logGamma(base + count) - logGamma(base + factors)
    }

    /// `ψ(r + n) − ψ(r)`.
    static func slope(of base: Double, count: Double) -> Double {
        let first = sum(upTo: count) { 1 / (base + $0) }
        guard count > factors else { return first }
        return first + digamma(base + count) - digamma(base + factors)
    }

    private static func sum(upTo count: Double, _ term: (Double) -> Double) -> Double {
        var sum = 0.0
        for index in 0..<Int(min(count, factors)) { sum += term(Double(index)) }
        return sum
    }

    /// For x > 32, up to a constant.
    private static func logGamma(_ x: Double) -> Double {
        let inverse = 1 / x
        let square = inverse * inverse
        return (x - 0.5) * log(x) - x + inverse * (1 / 12.0 - square * (1 / 360.0 - square / 1260))
    }

    /// For x > 32.
    private static func digamma(_ x: Double) -> Double {
        let inverse = 1 / x
        let square = inverse * inverse
        return log(x) - inverse / 2 - square * (1 / 12.0 - square * (1 / 120.0 - square / 252))
    }
}
