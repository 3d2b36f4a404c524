package import CKernels

/// From one mesh to another of the pyramid, and the filters on each.
@safe package struct MeshKernels {
    package typealias Window = palindrome_window
    package typealias Target = palindrome_target
    package typealias Scratch = UnsafeMutableRawPointer?

    // resample.h
    package var reduce: (Window, Target, Scratch) -> Void
    package var expand: (Window, Target, Scratch) -> Void
    // short_range.h
    package var shortRange: (Window, palindrome_short_range, Target, Scratch) -> Int32

    static var f32: MeshKernels {
        unsafe MeshKernels(
            reduce: palindrome_reduce_mesh_f32, expand: palindrome_expand_mesh_f32,
            shortRange: palindrome_short_range_f32)
    }

    static var f64: MeshKernels {
        unsafe MeshKernels(
            reduce: palindrome_reduce_mesh_f64, expand: palindrome_expand_mesh_f64,
            shortRange: palindrome_short_range_f64)
    }
}
