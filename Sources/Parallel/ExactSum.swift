/// Sums of floating-point terms that do not depend on their order, nor on who holds them.
///
/// Every term is rounded once to a multiple of 2^(−e), the same on all ranks, and added as an integer:
///
///     S = 2^(−e) Σᵢ round(2^e tᵢ),    e such that 2⁶¹ ≤ 2^e max|tᵢ| < 2⁶²
///
/// so the error of a term is below 2⁻⁶² of the largest one (a `Double` rounds at 2⁻⁵³ of each), and
/// 2⁶⁴ terms fit into 128 bits.
public struct ExactSum: Sendable {
    @usableFromInline let exponent: Int
    @usableFromInline let scale: (first: Double, second: Double)
    @usableFromInline var total: Int128 = 0

    /// An empty sum of terms that are at most `maximum` in magnitude on any rank.
    public init(maximum: Double) {
        exponent = maximum > 0 ? 61 - Int(maximum.exponent) : 0
        // In two factors, since 2^e alone may overflow while the product does not.
        scale = Self.factors(exponent)
    }

    /// Adds one term.
    @inlinable
    public mutating func add(_ term: Double) {
        total &+= Int128(Int64((term * scale.first * scale.second).rounded(.toNearestOrEven)))
    }

    /// Adds what another rank-local sum of the same scale holds.
    public mutating func add(_ other: ExactSum) {
        precondition(exponent == other.exponent)
        total &+= other.total
    }

    /// The sum of this rank's terms.
    public var value: Double { Self.scaled(Double(total), -exponent) }

    /// The sums over all ranks of the group.
    public static func total(_ sums: [ExactSum], over communicator: Communicator) -> [Double] {
        let totals = communicator.sum(sums.map(\.total))
        return zip(sums, totals).map { scaled(Double($1), -$0.exponent) }
    }

    private static func factors(_ exponent: Int) -> (first: Double, second: Double) {
        let half = exponent / 2
        return (.powerOfTwo(half), .powerOfTwo(exponent - half))
    }

    private static func scaled(_ value: Double, _ exponent: Int) -> Double {
        let (first, second) = factors(exponent)
        return value * first * second
    }
}

/// A sum met NaN or infinity.
public struct NotFiniteError: ReportedError, Equatable {
    /// What was summed.
    public let quantity: String

    /// A sum of `quantity` failed.
    public init(quantity: String) { self.quantity = quantity }

    /// Always the user: values that overflow come from the configuration or from data.
    public var fault: Fault { .user }
    /// The one line.
    public var message: String { "\(quantity) is not finite (NaN or infinity)" }
}

extension Communicator {
    /// The exact sum over all ranks of `count` local terms.
    ///
    /// - Parameters:
    ///   - count: number of terms on this rank.
    ///   - quantity: what is summed, for the error.
    ///   - term: the terms, asked for twice each; must be the same both times.
    /// - Throws: ``NotFiniteError`` on all ranks when a term on any rank is NaN or infinite.
    @inlinable
    public func exactSum(
        count: Int, of quantity: String, _ term: (Int) -> Double
    ) throws(NotFiniteError) -> Double {
        var largest = 0.0
        for index in 0..<count {
            let magnitude = abs(term(index))
            if !(magnitude <= largest) { largest = magnitude.isFinite ? magnitude : .nan }
            if largest.isNaN { break }
        }
        let maximum = maximum(largest)
        guard maximum.isFinite else { throw NotFiniteError(quantity: quantity) }
        var sum = ExactSum(maximum: maximum)
        for index in 0..<count { sum.add(term(index)) }
        return ExactSum.total([sum], over: self)[0]
    }
}
