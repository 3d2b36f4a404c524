/// The box, its particles and its force mesh.
public struct BoxSection: Sendable, Equatable {
    /// The particle grid (nx, ny, nz).
    public var particles: SIMD3<Int>
    /// The spacing of the particle grid, the same on all axes [Mpc/h].
    public var spacing: Double
    /// The force mesh (mx, my, mz), of the same aspect.
    public var mesh: SIMD3<Int>

    /// B = m / n, 1 or more.
    public var meshFactor: Double { Double(mesh.x) / Double(particles.x) }
    /// The sides of the box [Mpc/h].
    public var size: SIMD3<Double> { spacing * SIMD3<Double>(particles) }
    /// A cell of the force mesh, the same on all axes [Mpc/h].
    public var cell: Double { size.x / Double(mesh.x) }
    /// The number of particles.
    public var particleCount: Int { particles.x * particles.y * particles.z }
    /// The number of cells of the force mesh.
    public var cellCount: Int { mesh.x * mesh.y * mesh.z }

    /// Fewest points along a side: a stencil and a cloud must fit.
    static let fewest = 4
    /// Fewest mesh points along z, the side that is never shared: the taps of a force must not overlap.
    static let fewestAlongZ = 6
    /// Most points along a side: products of three stay far from the end of 64 bits.
    static let most = 65536

    /// Spacings of which anything is known [Mpc/h].
    static let spacings = 1e-4...1e4

    init(_ section: SectionReader) {
        let range = Self.fewest...Self.most
        let given = section.sides("particles", range, example: 128)
        particles = given ?? SIMD3(repeating: 128)
        spacing = section.positive("spacing", default: 1)
        section.exclude("size", "spacing", "remove spacing, it is size / particles")
        let size = section.lengths("size", example: 128)
        if let size { spacing = Self.spacing(between: particles.x, over: size.x) }
        let factor = section.number("mesh_factor", .within(1...16), example: 2)
        let mesh = section.sides("mesh", range, example: 128)
        section.exclude("mesh", "mesh_factor", "keep mesh_factor")
        self.mesh = mesh ?? particles
        if let size { checkSize(size, section) }
        if let mesh { checkMesh(mesh, section) } else if let factor { scaleMesh(by: factor, section) }
        if !Self.spacings.contains(spacing) {
            section.conflict(
                size == nil ? "spacing" : "size", is: size.map { "\($0.x)" } ?? "\(spacing)",
                "it must be from \(Self.spacings.lowerBound) to \(Self.spacings.upperBound) Mpc/h", "try 1.0")
        }
        if self.mesh.max() > Self.most {
            section.conflict(
                "mesh_factor", is: "\(meshFactor)",
                "it must make at most \(Self.most) mesh points along a side, not \(self.mesh.max())",
                "use fewer particles or a smaller factor")
        }
        if self.mesh.z < Self.fewestAlongZ {
            section.conflict(
                section.has("mesh") ? "mesh" : "particles", is: shown(mesh ?? particles),
                "the force mesh must have at least \(Self.fewestAlongZ) points along z, not \(self.mesh.z)",
                "use more particles along z, or mesh_factor: 2")
        }
    }

    /// The distance of which so many make a length; exactly, if one of the nearest does.
    private static func spacing(between count: Int, over length: Double) -> Double {
        let spacing = length / Double(count)
        return [spacing, spacing.nextUp, spacing.nextDown].first { $0 * Double(count) == length } ?? spacing
    }

    /// Particles have one spacing along all axes.
    private func checkSize(_ sides: SIMD3<Double>, _ section: SectionReader) {
        let wanted = spacing * SIMD3<Double>(particles)
        for axis in 1..<3 where abs(wanted[axis] - sides[axis]) > 1e-9 * sides[axis] {
            section.conflict(
                "size", is: "[\(sides.x), \(sides.y), \(sides.z)]",
                "it must have the aspect of box.particles (\(shown(particles)))",
                "try [\(sides.x), \(wanted.y), \(wanted.z)]")
            return
        }
    }

    private func checkMesh(_ mesh: SIMD3<Int>, _ section: SectionReader) {
        let (particles, suggestion) = (
            shown(particles), "try \(shown(particles)) or \(shown(particles &* 2))"
        )
        for axis in 0..<3 where mesh[axis] < self.particles[axis] {
            section.conflict(
                "mesh", is: shown(mesh), "it must be at least box.particles (\(particles))", suggestion)
            return
        }
        for axis in 1..<3 where mesh[axis] * self.particles[0] != mesh[0] * self.particles[axis] {
            section.conflict(
                "mesh", is: shown(mesh), "it must have the aspect of box.particles (\(particles))", suggestion
            )
            return
        }
    }

    private mutating func scaleMesh(by factor: Double, _ section: SectionReader) {
        let exact = factor * SIMD3<Double>(particles)
        let rounded = exact.rounded(.toNearestOrEven)
        for axis in 0..<3 where abs(exact[axis] - rounded[axis]) > 1e-9 * exact[axis] {
            section.conflict(
                "mesh_factor", is: "\(factor)",
                "it must make whole numbers of box.particles (\(shown(particles))), not \(exact[axis])",
                "try \(Int(factor.rounded(.down))) or \(Int(factor.rounded(.up)))")
            return
        }
        mesh = SIMD3(Int(rounded.x), Int(rounded.y), Int(rounded.z))
    }

    var entries: [ResolvedEntry] {
        [
            .init("particles", listed(particles)), .init("spacing", "\(spacing)"),
            .init("mesh", listed(mesh)),
        ]
    }
}

/// `128` for a cube, `[16, 27, 16]` otherwise.
func shown(_ sides: SIMD3<Int>) -> String {
    sides == SIMD3(repeating: sides.x) ? "\(sides.x)" : listed(sides)
}

private func listed(_ sides: SIMD3<Int>) -> String { "[\(sides.x), \(sides.y), \(sides.z)]" }
