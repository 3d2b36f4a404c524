internal import CKernels
internal import Memory
internal import Mesh
internal import Particles

/// The C kernels of the pyramid, in the precision of the scratch that they are given.
enum FilterKernels<Scalar: ParticleScalar> {
    typealias Scratch = Buffer<Scalar>

    static func reduce(
        _ window: palindrome_window, _ target: palindrome_target, _ scratch: borrowing Scratch
    ) {
        let kernel =
            unsafe Scalar.self == Float.self ? palindrome_reduce_mesh_f32 : palindrome_reduce_mesh_f64
        unsafe kernel(window, target, scratch.start)
    }

    static func expand(
        _ window: palindrome_window, _ target: palindrome_target, _ scratch: borrowing Scratch
    ) {
        let kernel =
            unsafe Scalar.self == Float.self ? palindrome_expand_mesh_f32 : palindrome_expand_mesh_f64
        unsafe kernel(window, target, scratch.start)
    }

    static func shortRange(
        _ window: palindrome_window, _ filter: palindrome_short_range, _ target: palindrome_target,
        _ scratch: borrowing Scratch
    ) {
        let kernel =
            unsafe Scalar.self == Float.self ? palindrome_short_range_f32 : palindrome_short_range_f64
        let status = unsafe kernel(window, filter, target, scratch.start)
        precondition(status == 0, "a filter without a kernel")
    }
}

extension Field {
    /// The owned block as kernels take it; valid as long as the field is.
    var target: palindrome_target {
        unsafe palindrome_target(
            values: values.start + ownedOffset, first_x: Int64(decomposition.x.lowerBound),
            first_y: Int64(decomposition.y.lowerBound), count_x: Int64(decomposition.x.count),
            count_y: Int64(decomposition.y.count), x_stride: Int64(xStride))
    }
}
