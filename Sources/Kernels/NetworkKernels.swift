package import CKernels

/// Layers of networks on many cells at once, in double precision.
@safe package struct NetworkKernels {
    package typealias Numbers = UnsafePointer<Double>?
    package typealias Result = UnsafeMutablePointer<Double>?

    // network.h
    package var apply: (palindrome_dense, Int64, Int64, Numbers, Result) -> Void
    package var activationTranspose: (palindrome_activation, Int64, Numbers, Result) -> Void
    package var products: (palindrome_layer_cells, palindrome_layer_sums) -> Void
    package var haloMass: (Int64, palindrome_mass_rule, Numbers, Numbers, Result) -> Void
    package var haloMassAdjoint: (Int64, palindrome_mass_rule, Numbers, Result, Result) -> Void
    package var crossEntropy: (Int64, Numbers, Numbers, Result, Result) -> Void

    static var c: NetworkKernels {
        unsafe NetworkKernels(
            apply: palindrome_dense_apply, activationTranspose: palindrome_activation_transpose,
            products: palindrome_dense_products, haloMass: palindrome_halo_mass,
            haloMassAdjoint: palindrome_halo_mass_adjoint, crossEntropy: palindrome_cross_entropy)
    }
}

/// Rows of a field as networks read them, and store what they find, in the field's precision.
@safe package struct RowKernels {
    package typealias Rows = UnsafePointer<UnsafeRawPointer?>?
    package typealias Numbers = UnsafePointer<Double>?
    package typealias Result = UnsafeMutablePointer<Double>?

    // network.h
    package var neighbours: (palindrome_rows, Rows, Numbers, Numbers, Result) -> Void
    package var neighboursTranspose: (palindrome_rows, Rows, palindrome_taps, Result, Result) -> Void
    package var standardised: (palindrome_rows, UnsafeRawPointer?, Double, Double, Result) -> Void
    package var stored: (palindrome_rows, Numbers, UnsafeMutableRawPointer?) -> Void

    static var f32: RowKernels {
        unsafe RowKernels(
            neighbours: palindrome_neighbours_f32, neighboursTranspose: palindrome_neighbours_transpose_f32,
            standardised: palindrome_row_standardised_f32, stored: palindrome_row_stored_f32)
    }

    static var f64: RowKernels {
        unsafe RowKernels(
            neighbours: palindrome_neighbours_f64, neighboursTranspose: palindrome_neighbours_transpose_f64,
            standardised: palindrome_row_standardised_f64, stored: palindrome_row_stored_f64)
    }
}
