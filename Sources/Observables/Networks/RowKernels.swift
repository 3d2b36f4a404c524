internal import CKernels
internal import Particles

/// The C kernels that read rows of a field for networks, and store them, in the field's precision.
@safe struct RowKernels {
    typealias Rows = UnsafePointer<UnsafeRawPointer?>?
    typealias Numbers = UnsafePointer<Double>?
    typealias Result = UnsafeMutablePointer<Double>?

    let neighbours: (palindrome_rows, Rows, Numbers, Numbers, Result) -> Void
    let neighboursTranspose: (palindrome_rows, Rows, palindrome_taps, Result, Result) -> Void
    let standardised: (palindrome_rows, UnsafeRawPointer?, Double, Double, Result) -> Void
    let stored: (palindrome_rows, Numbers, UnsafeMutableRawPointer?) -> Void

    /// Those of one precision.
    static func of<Scalar: ParticleScalar>(_: Scalar.Type) -> RowKernels {
        Scalar.self == Float.self
            ? unsafe RowKernels(
                neighbours: palindrome_neighbours_f32,
                neighboursTranspose: palindrome_neighbours_transpose_f32,
                standardised: palindrome_row_standardised_f32, stored: palindrome_row_stored_f32)
            : unsafe RowKernels(
                neighbours: palindrome_neighbours_f64,
                neighboursTranspose: palindrome_neighbours_transpose_f64,
                standardised: palindrome_row_standardised_f64, stored: palindrome_row_stored_f64)
    }
}
