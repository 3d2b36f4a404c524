public import Mesh
public import Particles

/// A law of gravity as it is chosen, before there are ranks or a precision: what it costs on any ranks, and the
/// law itself on those that are there.
///
/// What cost model, floor and estimate of memory know of a law they ask here.
public protocol ForcePlan: Sendable {
    /// The law on a mesh. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when the ranks' blocks do not suit it.
    func law<Scalar: ParticleScalar>(on mesh: ForceMesh<Scalar>) throws -> any ForceLaw<Scalar>

    /// What one force costs a rank, and what its transpose does.
    func work(on share: MeshShare) -> ForceWork

    /// The finest grid of ranks that can share a mesh.
    func finestGrid(of mesh: SIMD3<Int>) -> SIMD2<Int>
}

extension ForcePlan {
    /// As many ranks as have enough planes of the mesh each.
    public func finestGrid(of mesh: SIMD3<Int>) -> SIMD2<Int> {
        [mesh.x / Decomposition.widestGhostZone, mesh.y / Decomposition.widestGhostZone]
    }
}

/// What a law of gravity costs one rank.
public struct ForceWork: Sendable, Equatable {
    /// Sent from particles to the force as it is kept.
    public var solution: MeshTraffic
    /// Sent from there to the particles' momenta.
    public var readOut: MeshTraffic
    /// Sent in the transpose of a force, once the force is known.
    public var transpose: MeshTraffic
    /// Arrays on the mesh.
    public var arrays: Arrays
    /// Transforms.
    public var transforms: Transforms
    /// Filters of one force; its transpose takes as many.
    public var filters: Filters

    /// Bytes of the arrays on the mesh.
    public struct Arrays: Sendable, Equatable {
        /// The force as it is kept: a potential with its ghost planes, or modes.
        public var kept: Int
        /// The most at once while it is solved for.
        public var solution: Int
        /// The most at once in its transpose, beside ``kept``.
        public var transpose: Int
        /// The most at once where its transpose is solved, when windows and products are gone, beside ``kept``.
        public var transposeSolution: Int
        /// Whether forces and cotangents pass through windows of planes and products of one number per particle.
        public var hasWindows: Bool

        /// Bytes.
        public init(kept: Int, solution: Int, transpose: Int, transposeSolution: Int = 0, hasWindows: Bool) {
            self.kept = kept
            self.solution = solution
            self.transpose = transpose
            self.transposeSolution = transposeSolution
            self.hasWindows = hasWindows
        }
    }

    /// Transforms that all ranks take part in.
    public struct Transforms: Sendable, Equatable {
        /// The mesh that is transformed.
        public var mesh: SIMD3<Int>
        /// Transforms back of one force; one comes before them.
        public var inverses: Int

        /// Transforms of a mesh.
        public init(of mesh: SIMD3<Int>, inverses: Int) {
            self.mesh = mesh
            self.inverses = inverses
        }
    }

    /// Filters that a rank applies to its own block.
    public struct Filters: Sendable, Equatable {
        /// Multiplications with an addition each, those of rows beside the block included.
        public var multiplyAdds: Double
        /// Numbers that must be read or written, per cell of the whole mesh.
        public var wordsPerCell: Double

        /// Filters.
        public init(multiplyAdds: Double, wordsPerCell: Double) {
            self.multiplyAdds = multiplyAdds
            self.wordsPerCell = wordsPerCell
        }

        /// None.
        public static let none = Filters(multiplyAdds: 0, wordsPerCell: 0)
    }

    /// Work.
    public init(
        solution: MeshTraffic, readOut: MeshTraffic = .none, transpose: MeshTraffic, arrays: Arrays,
        transforms: Transforms, filters: Filters = .none
    ) {
        self.solution = solution
        self.readOut = readOut
        self.transpose = transpose
        self.arrays = arrays
        self.transforms = transforms
        self.filters = filters
    }
}
