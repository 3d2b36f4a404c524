internal import CKernels
internal import Memory
package import Mesh
package import Particles

/// The part of a Green's function that a coarser mesh does not hold: a kernel of compact support, a sum of separable
/// symmetric filters.
///
///     S = Σ_m f_m ⊗ f_m ⊗ f_m
///
/// It is symmetric, so it is its own transpose.
package struct ShortRange: Sendable, Equatable {
    /// `f_m`, from the centre outwards.
    package let terms: [[Double]]

    /// Points that the filters reach to either side.
    package var radius: Int { terms[0].count - 1 }

    /// `field += scale S window`, but for the ghost planes.
    ///
    /// - Parameter window: ``radius`` wider than this rank's block.
    package func apply<Scalar: ParticleScalar>(
        to window: borrowing Window<Scalar>, scale: Double, addingTo field: inout Field<Scalar>
    ) {
        let mesh = field.decomposition
        let target = unsafe field.target
        let kernels = Scalar.kernels(in: mesh.grid.kernels).meshes
        mesh.grid.phases.measure(.shortRange) {
            let scratch = Buffer<Scalar>(
                count: scratch(points: mesh.shape.z, rows: mesh.y.count), isRandomlyAccessed: true,
                from: mesh.grid.memory, for: "filters")
            unsafe withFilter(scale: scale) { filter in
                let status = unsafe kernels.shortRange(window.forKernel, filter, target, scratch.start)
                precondition(status == 0, "a filter without a kernel")
            }
        }
    }

    /// Numbers of scratch for a block of rows.
    func scratch(points: Int, rows: Int) -> Int {
        unsafe withFilter(scale: 1) {
            unsafe Int(palindrome_short_range_scratch($0, Int64(points), Int64(rows)))
        }
    }

    private func withFilter<Result>(scale: Double, _ body: (palindrome_short_range) -> Result) -> Result {
        unsafe terms.flatMap { $0 }.withUnsafeBufferPointer { taps in
            unsafe body(
                palindrome_short_range(
                    radius: Int64(radius), terms: Int64(terms.count), taps: taps.baseAddress!, scale: scale))
        }
    }
}
