internal import CKernels
internal import Memory
package import Mesh
package import Particles

/// From a mesh to one of twice as many points along each axis: eight times the transpose of ``Reduction``.
///
///     (E c)(x) = Σ_i 2 C(8, 4 + x − 2 i)/2⁸ c(i) per axis
///
/// that is (1, 28, 70, 28, 1)/128 around even points and (8, 56, 56, 8)/128 around odd ones.
package struct Expansion<Scalar: ParticleScalar> {
    /// The finer mesh.
    let fine: Decomposition

    /// To a finer mesh.
    package init(fine: Decomposition) { self.fine = fine }

    /// The range of the coarse mesh that a range of the fine one is made from.
    package static func window(of block: Range<Int>) -> Range<Int> {
        block.lowerBound / 2 - 2..<(block.upperBound - 1) / 2 + 3
    }

    /// The expanded field, with undefined ghost planes.
    ///
    /// - Parameter window: of the coarser mesh, ``window(of:)`` this rank's block along x and y.
    package func callAsFunction(_ window: borrowing Window<Scalar>, ghosts: GhostWidth) -> Field<Scalar> {
        let result = Field<Scalar>(fine, ghosts: ghosts, for: "pyramid")
        let memory = fine.grid.memory
        fine.grid.phases.measure(.reduction) {
            let scratch = Buffer<Scalar>(
                count: Int(palindrome_expand_mesh_scratch(Int64(window.y.count), Int64(fine.shape.z / 2))),
                from: memory, for: "filters")
            unsafe Scalar.kernels(in: fine.grid.kernels).meshes.expand(
                window.forKernel, result.target, scratch.start)
        }
        return result
    }
}
