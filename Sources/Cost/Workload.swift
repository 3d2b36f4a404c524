public import Gravity
internal import Mesh
internal import Particles

/// A problem on a grid of ranks, as far as its cost depends on it.
public struct Workload: Sendable {
    /// Particles along x, y and z.
    public var particles: SIMD3<Int>
    /// Points of the force mesh along x, y and z.
    public var mesh: SIMD3<Int>
    /// Ranks along x and y.
    public var ranks: SIMD2<Int>
    /// Bytes of a number: 4 or 8.
    public var wordBytes: Int
    /// The law of gravity.
    public var force: any ForcePlan
    /// The order up to which initial conditions take products free of aliasing, 2 or 3; 0 if they do not.
    public var dealiasedOrder = 0
    /// How many forces a gradient keeps for the way back.
    public var keptForces = 0

    /// A problem.
    public init(
        particles: SIMD3<Int>, mesh: SIMD3<Int>, ranks: SIMD2<Int>, wordBytes: Int,
        under force: any ForcePlan
    ) {
        self.particles = particles
        self.mesh = mesh
        self.ranks = ranks
        self.wordBytes = wordBytes
        self.force = force
    }

    /// Bytes of a particle's index.
    var indexBytes: Int { LagrangianIndices.bytes(of: particles.x * particles.y * particles.z) }

    /// How many forces the fullest rank can keep in no more memory than its particles' cotangents need. It is the same on all
    /// ranks; bits cannot tell.
    public var affordableForces: Int {
        let kept = fullestMeshShares.map { force.work(on: $0).arrays.kept }.max()!
        return 6 * wordBytes * largestBlock(of: particles) / max(kept, 1)
    }

    /// The number of ranks.
    public var rankCount: Int { ranks.x * ranks.y }
    /// Particles per rank, on average.
    public var particlesPerRank: Double {
        Double(particles.x) * Double(particles.y) * Double(particles.z) / Double(rankCount)
    }
    /// Mesh cells per rank, on average.
    public var cellsPerRank: Double {
        Double(mesh.x) * Double(mesh.y) * Double(mesh.z) / Double(rankCount)
    }

    /// Whether every rank would own enough planes of both grids.
    public var fits: Bool { ranks.x <= finestGrid.x && ranks.y <= finestGrid.y }

    /// The finest grid of ranks on which the problem fits.
    public var finestGrid: SIMD2<Int> {
        let planes = Decomposition.widestGhostZone
        let most = force.finestGrid(of: mesh)
        return [min(particles.x / planes, most.x), min(particles.y / planes, most.y)]
    }

    /// A rank's share of the force mesh.
    func meshShare(at position: SIMD2<Int>) -> MeshShare {
        MeshShare(of: mesh, on: ranks, at: position, wordBytes: wordBytes)
    }

    /// The shares of the force mesh that send and hold most.
    var fullestMeshShares: [MeshShare] {
        MeshShare.fullestPositions(of: mesh, on: ranks).map(meshShare(at:))
    }
}
