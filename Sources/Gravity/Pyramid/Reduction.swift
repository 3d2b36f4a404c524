internal import CKernels
internal import Memory
package import Mesh
package import Particles

/// From a mesh to one of half as many points along each axis: smoothed by a B-spline of order 8, even points kept.
///
///     (R d)(i) = Σ_a C(8, 4 + a)/2⁸ d(2 i + a) per axis,    transform cos⁸(k/2)
///
/// Its transpose is ``Expansion`` over eight: `⟨R x, y⟩ = ⟨x, E y⟩/8`.
package struct Reduction<Scalar: ParticleScalar> {
    /// The coarser mesh.
    let coarse: Decomposition

    /// To a coarser mesh.
    package init(coarse: Decomposition) { self.coarse = coarse }

    /// Points on either side of twice a coarse block that it is made from.
    package static var radius: Int { Int(palindrome_resample_radius) }

    /// The reduced field, without ghosts.
    ///
    /// - Parameter window: of the finer mesh, ``radius`` and one wider than this rank's block there: blocks of the
    ///   two meshes are misaligned by at most a plane.
    package func callAsFunction(_ window: borrowing Window<Scalar>) -> Field<Scalar> {
        let result = Field<Scalar>(coarse, ghosts: .none, for: "pyramid")
        let memory = coarse.grid.memory
        coarse.grid.phases.measure(.reduction) {
            let scratch = Buffer<Scalar>(
                count: Int(palindrome_reduce_mesh_scratch(Int64(coarse.y.count), Int64(coarse.shape.z))),
                from: memory, for: "filters")
            unsafe Scalar.kernels(in: coarse.grid.kernels).meshes.reduce(
                window.forKernel, result.target, scratch.start)
        }
        return result
    }
}
