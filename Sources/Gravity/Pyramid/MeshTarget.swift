internal import CKernels
internal import Mesh

extension Field {
    /// The owned block as kernels take it; valid as long as the field is.
    var target: palindrome_target {
        unsafe palindrome_target(
            values: values.start + ownedOffset, first_x: Int64(decomposition.x.lowerBound),
            first_y: Int64(decomposition.y.lowerBound), count_x: Int64(decomposition.x.count),
            count_y: Int64(decomposition.y.count), x_stride: Int64(xStride))
    }
}
