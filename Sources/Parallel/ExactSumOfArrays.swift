package import Kernels
package import Memory

extension ExactSum {
    /// The largest magnitude of this rank's terms; not finite if one of them is not.
    package static func largest(of terms: borrowing Buffer<Double>, by kernels: SumKernels) -> Double {
        unsafe kernels.largest(Int64(terms.count), terms.start)
    }

    /// Adds many terms; the same bits as one by one.
    package mutating func add(_ terms: borrowing Buffer<Double>, by kernels: SumKernels) {
        unsafe add { unsafe kernels.exact(Int64(terms.count), terms.start, [$0.0, $0.1], $1) }
    }

    /// The largest magnitude of the products of the numbers in two arrays; not finite if one of them is not.
    package static func largestProduct<Scalar: KernelScalar>(
        _ x: Span<Scalar>, _ y: Span<Scalar>, by table: KernelTable
    ) -> Double {
        let kernels = Scalar.kernels(in: table).products
        return unsafe withAddresses(x, y) { unsafe kernels.largest(Int64(x.count), $0, $1) }
    }

    /// Adds the products of the numbers in two arrays, each in double; the same bits as one by one.
    mutating func addProducts<Scalar: KernelScalar>(
        _ x: Span<Scalar>, _ y: Span<Scalar>, by table: KernelTable
    ) {
        let kernels = Scalar.kernels(in: table).products
        unsafe Self.withAddresses(x, y) { x0, y0 in
            unsafe add { unsafe kernels.exact(Int64(x.count), x0, y0, [$0.0, $0.1], $1) }
        }
    }

    @unsafe private static func withAddresses<Scalar: KernelScalar, Result>(
        _ x: Span<Scalar>, _ y: Span<Scalar>, _ body: (UnsafeRawPointer?, UnsafeRawPointer?) -> Result
    ) -> Result {
        unsafe x.withUnsafeBytes { x in
            unsafe y.withUnsafeBytes { y in unsafe body(x.baseAddress, y.baseAddress) }
        }
    }

    /// Adds what a kernel makes: integers, of terms times two factors, onto the two words of the total.
    @unsafe public mutating func add(
        _ kernel: (_ factors: (Double, Double), _ words: UnsafeMutablePointer<UInt64>) -> Void
    ) {
        let own = UInt128(bitPattern: total)
        var words = [UInt64(truncatingIfNeeded: own), UInt64(truncatingIfNeeded: own >> 64)]
        unsafe kernel((scale.first, scale.second), &words)
        total = Int128(bitPattern: UInt128(words[1]) << 64 | UInt128(words[0]))
    }
}
