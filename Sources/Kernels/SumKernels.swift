package import CKernels

/// Sums that do not depend on order, of numbers in double precision and of integers.
@safe package struct SumKernels {
    /// What the terms of an exact sum are multiplied by, and the words they are added to.
    package typealias Factors = UnsafePointer<Double>?
    package typealias Words = UnsafeMutablePointer<UInt64>?

    // exact_sum.h
    package var largest: (Int64, UnsafePointer<Double>?) -> Double
    package var exact: (Int64, UnsafePointer<Double>?, Factors, Words) -> Void
    // rim.h
    package var rimTotal: (palindrome_rim) -> UInt64

    static var c: SumKernels {
        unsafe SumKernels(
            largest: palindrome_largest, exact: palindrome_exact_sum, rimTotal: palindrome_rim_total)
    }
}

/// Exact sums of the products of numbers in two arrays, each product in double.
@safe package struct ProductKernels {
    package typealias Numbers = UnsafeRawPointer?

    // exact_sum.h
    package var largest: (Int64, Numbers, Numbers) -> Double
    package var exact: (Int64, Numbers, Numbers, SumKernels.Factors, SumKernels.Words) -> Void

    static var f32: ProductKernels {
        unsafe ProductKernels(largest: palindrome_largest_product_f32, exact: palindrome_exact_products_f32)
    }

    static var f64: ProductKernels {
        unsafe ProductKernels(largest: palindrome_largest_product_f64, exact: palindrome_exact_products_f64)
    }
}
