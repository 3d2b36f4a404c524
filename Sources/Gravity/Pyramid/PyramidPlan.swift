internal import Mesh
public import Particles

/// The law of a pyramid of meshes, as it is chosen: how many levels, and how exact.
public struct PyramidPlan: ForcePlan, Equatable {
    /// How exact the short range is.
    public enum Accuracy: Sendable {
        /// Force errors of 3e-4 of the rms force: P(k) to 1e-4 at all k.
        case standard
        /// Wider filters: 1.2e-4, and P(k) to 1e-5.
        case accurate
    }

    /// The discretisation that it stands for.
    public let kernel: ForceKernel
    /// Short ranges of the levels above the coarsest.
    package let filters: [ShortRange]

    /// Meshes below the finest.
    public var levels: Int { filters.count }

    /// A pyramid, if there are filters for it: ``Accuracy/standard`` of 1 to 3 levels for `1_4`, `3_4` and `5_4`,
    /// ``Accuracy/accurate`` of 1 and 2 for `1_4`.
    ///
    /// A spectral gradient needs the fine modes, and divided windows were not fitted.
    public init?(kernel: ForceKernel, levels: Int, accuracy: Accuracy) {
        guard kernel.gradient == .fourPoint, !kernel.deconvolvesWindows,
            let taps = Self.taps(kernel.laplacian, accuracy), 1...taps.count ~= levels
        else { return nil }
        self.kernel = kernel
        filters = taps.prefix(levels).map(ShortRange.init(terms:))
    }

    private static func taps(_ laplacian: ForceKernel.Laplacian, _ accuracy: Accuracy) -> [[[Double]]]? {
        switch (laplacian, accuracy) {
        case (.continuous, .standard): PyramidTaps.defaultContinuous
        case (.secondOrder, .standard): PyramidTaps.defaultSecondOrder
        case (.fourthOrder, .standard): PyramidTaps.defaultFourthOrder
        case (.continuous, .accurate): PyramidTaps.accurateContinuous
        case (_, .accurate): nil
        }
    }

    /// The points of a level's mesh, from the finest one's.
    static func shape(of level: Int, below finest: SIMD3<Int>) -> SIMD3<Int> {
        SIMD3(finest.x >> level, finest.y >> level, finest.z >> level)
    }

    /// The pyramid. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when a rank would have no plane of the coarsest mesh.
    public func law<Scalar: ParticleScalar>(on mesh: ForceMesh<Scalar>) throws -> any ForceLaw<Scalar> {
        try Pyramid(mesh, following: self)
    }
}

extension PyramidPlan {
    /// Why a pyramid cannot stand on a mesh.
    public enum Misfit: Sendable, Equatable {
        /// A side is not a multiple of `divisor`.
        case indivisible(side: Int, divisor: Int)
        /// A side of a level above the coarsest is shorter than its filter.
        case shorterThanFilter(side: Int, filter: Int)
        /// A rank would have no plane of a level along x or y.
        case moreRanksThanPlanes(ranks: Int, planes: Int)
    }

    /// What is wrong with a mesh on a grid of ranks, if anything is.
    public func misfit(on mesh: SIMD3<Int>, over ranks: SIMD2<Int>) -> Misfit? {
        let divisor = 1 << levels
        for axis in 0..<3 where mesh[axis] % divisor != 0 {
            return .indivisible(side: mesh[axis], divisor: divisor)
        }
        for (level, filter) in filters.enumerated() {
            let shape = Self.shape(of: level, below: mesh)
            for axis in 0..<3 where shape[axis] < 2 * filter.radius + 1 {
                return .shorterThanFilter(side: shape[axis], filter: 2 * filter.radius + 1)
            }
        }
        let coarsest = Self.shape(of: levels, below: mesh)
        for axis in 0..<2 where coarsest[axis] < ranks[axis] {
            return .moreRanksThanPlanes(ranks: ranks[axis], planes: coarsest[axis])
        }
        return nil
    }
}
