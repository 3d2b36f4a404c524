internal import CKernels
internal import Memory
internal import Mesh

// What kernels take, made of what owns the data.

extension palindrome_particle_block {
    /// The owned part of a mesh, in an array without ghosts.
    init(_ decomposition: Decomposition) {
        self.init(decomposition, lower: 0, xStride: decomposition.y.count * decomposition.shape.z)
    }

    /// The owned part of a mesh in a field with its ghosts.
    init<Element>(_ field: borrowing Field<Element>) {
        self.init(field.decomposition, lower: field.ghosts.lower, xStride: field.xStride)
    }

    private init(_ decomposition: Decomposition, lower: Int, xStride: Int) {
        let shape = decomposition.shape
        self.init(
            points_x: Int64(shape.x), points_y: Int64(shape.y), points_z: Int64(shape.z),
            first_x: Int64(decomposition.x.lowerBound), first_y: Int64(decomposition.y.lowerBound),
            owned_x: Int64(decomposition.x.count), owned_y: Int64(decomposition.y.count),
            lower: Int64(lower), x_stride: Int64(xStride), y_stride: Int64(shape.z))
    }
}

extension palindrome_mesh_field {
    /// A field with its ghosts, filled; valid as long as it is.
    init<Scalar: ParticleScalar>(_ field: borrowing Field<Scalar>) {
        unsafe self.init(block: palindrome_particle_block(field), values: field.values.start)
    }
}

extension palindrome_vectors {
    /// Three arrays; valid as long as they are.
    init<Element>(_ arrays: borrowing InlineArray<3, Buffer<Element>>) {
        unsafe self.init(along: (.init(arrays[0].start), .init(arrays[1].start), .init(arrays[2].start)))
    }
}

extension SIMD3<Double> {
    /// As a struct of a kernel takes them.
    var components: (Double, Double, Double) { (x, y, z) }
}
