internal import CKernels
public import Memory

extension ExactSum {
    /// The largest magnitude of this rank's terms; not finite if one of them is not.
    public static func largest(of terms: borrowing Buffer<Double>) -> Double {
        unsafe palindrome_largest(Int64(terms.count), terms.start)
    }

    /// Adds many terms; the same bits as one by one.
    public mutating func add(_ terms: borrowing Buffer<Double>) {
        let own = UInt128(bitPattern: total)
        var words = [UInt64(truncatingIfNeeded: own), UInt64(truncatingIfNeeded: own >> 64)]
        unsafe palindrome_exact_sum(
            Int64(terms.count), terms.start, scale.first, scale.second, &words)
        total = Int128(bitPattern: UInt128(words[1]) << 64 | UInt128(words[0]))
    }
}
