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
        if Scalar.self == Float.self {
            unsafe palindrome_reduce_mesh_f32(window, target, scratch.numbers())
        } else {
            unsafe palindrome_reduce_mesh_f64(window, target, scratch.numbers())
        }
    }

    static func expand(
        _ window: palindrome_window, _ target: palindrome_target, _ scratch: borrowing Scratch
    ) {
        if Scalar.self == Float.self {
            unsafe palindrome_expand_mesh_f32(window, target, scratch.numbers())
        } else {
            unsafe palindrome_expand_mesh_f64(window, target, scratch.numbers())
        }
    }

    static func shortRange(
        _ window: palindrome_window, _ filter: palindrome_short_range, _ target: palindrome_target,
        _ scratch: borrowing Scratch
    ) {
        let status =
            Scalar.self == Float.self
            ? unsafe palindrome_short_range_f32(window, filter, target, scratch.numbers())
            : unsafe palindrome_short_range_f64(window, filter, target, scratch.numbers())
        precondition(status == 0, "a filter without a kernel")
    }
}

extension Buffer {
    fileprivate func numbers<Number>() -> UnsafeMutablePointer<Number> {
        unsafe UnsafeMutableRawPointer(start).assumingMemoryBound(to: Number.self)
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
