internal import CKernels
public import Memory

extension ExactSum {
    /// The largest magnitude of this rank's terms; not finite if one of them is not.
    public static func largest(of terms: borrowing Buffer<Double>) -> Double {
        unsafe palindrome_largest(Int64(terms.count), terms.start)
    }

    /// Adds many terms; the same bits as one by one.
    public mutating func add(_ terms: borrowing Buffer<Double>) {
        unsafe add { unsafe palindrome_exact_sum(Int64(terms.count), terms.start, [$0.0, $0.1], $1) }
    }

    /// Adds the products of the numbers in two arrays, each in double; the same bits as one by one.
    mutating func addProducts<Scalar: ExactTerm>(_ x: Span<Scalar>, _ y: Span<Scalar>) {
        unsafe add { unsafe Scalar._addProducts(x, y, times: $0, to: $1) }
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

/// The numbers of which exact inner products are made.
public protocol ExactTerm: BitwiseCopyable {
    /// The largest magnitude of the products of some numbers; not finite if one of them is not.
    static func _largestProduct(_ x: Span<Self>, _ y: Span<Self>) -> Double
    /// Adds the products, each in double, to the two words of a 128-bit integer, times two powers of two.
    static func _addProducts(
        _ x: Span<Self>, _ y: Span<Self>, times scale: (Double, Double),
        to words: UnsafeMutablePointer<UInt64>)
}

extension Float: ExactTerm {
    /// See ``ExactTerm``.
    public static func _largestProduct(_ x: Span<Float>, _ y: Span<Float>) -> Double {
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                unsafe palindrome_largest_product_f32(Int64(x.count), x.baseAddress, y.baseAddress)
            }
        }
    }

    /// See ``ExactTerm``.
    public static func _addProducts(
        _ x: Span<Float>, _ y: Span<Float>, times scale: (Double, Double),
        to words: UnsafeMutablePointer<UInt64>
    ) {
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                unsafe palindrome_exact_products_f32(
                    Int64(x.count), x.baseAddress, y.baseAddress, [scale.0, scale.1], words)
            }
        }
    }
}

extension Double: ExactTerm {
    /// See ``ExactTerm``.
    public static func _largestProduct(_ x: Span<Double>, _ y: Span<Double>) -> Double {
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                unsafe palindrome_largest_product_f64(Int64(x.count), x.baseAddress, y.baseAddress)
            }
        }
    }

    /// See ``ExactTerm``.
    public static func _addProducts(
        _ x: Span<Double>, _ y: Span<Double>, times scale: (Double, Double),
        to words: UnsafeMutablePointer<UInt64>
    ) {
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                unsafe palindrome_exact_products_f64(
                    Int64(x.count), x.baseAddress, y.baseAddress, [scale.0, scale.1], words)
            }
        }
    }
}
