/// The periodic box: a particle grid, its spacing, and the force mesh over the same volume.
public struct Box: Sendable, Equatable {
    /// Particles along x, y and z.
    public let particles: SIMD3<Int>
    /// Spacing s of the particle grid [Mpc/h].
    public let spacing: Double
    /// Points of the force mesh along x, y and z.
    public let mesh: SIMD3<Int>

    /// A box.
    ///
    /// - Precondition: the mesh has the aspect of the particle grid.
    public init(particles: SIMD3<Int>, spacing: Double, mesh: SIMD3<Int>) {
        precondition(
            particles.x * mesh.y == particles.y * mesh.x && particles.x * mesh.z == particles.z * mesh.x)
        self.particles = particles
        self.spacing = spacing
        self.mesh = mesh
    }

    /// Lengths of the sides [Mpc/h].
    public var size: SIMD3<Double> { SIMD3<Double>(particles) * spacing }
    /// Mesh cell h [Mpc/h].
    public var cell: Double { spacing * Double(particles.x) / Double(mesh.x) }
    /// The number of particles.
    public var particleCount: Int { particles.x * particles.y * particles.z }
    /// The number of mesh points.
    public var meshCount: Int { mesh.x * mesh.y * mesh.z }
}
