internal import Background
internal import Configuration
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage
internal import Survey

/// The universes that galaxies are made of: snapshots, and catalogues of haloes.
struct MockUniverses {
    private let configuration: RunConfiguration
    private let cubes: SurveyCubes
    private let world: Communicator

    init(of configuration: RunConfiguration, _ cubes: SurveyCubes, over world: Communicator) {
        self.configuration = configuration
        self.cubes = cubes
        self.world = world
    }

    /// The file of a mock: the one given, or that of the configuration's own run at its end.
    private func path(of mock: MockSection) -> String {
        if let given = mock.universe { return given }
        let label =
            "a" + OutputSection.label(configuration.output.snapshots.last ?? configuration.evolution.stop)
        let name = mock.tracers == .matter ? "snapshot_\(label).hdf5" : HaloFile.name(label)
        return "\(configuration.output.directory)/\(name)"
    }

    /// Finds out whether the file of a mock can be opened. Collective.
    ///
    /// - Throws: the same on all ranks.
    func require(_ mock: MockSection) throws {
        let path = path(of: mock)
        guard mock.universe != nil || !world.broadcast([Files.exists(path) ? 1 : 0]).contains(0) else {
            throw UsageError(
                "\(path) is not there; a mock is made of a universe; run palindrome simulate"
                    + (mock.tracers == .haloes ? " with output.haloes: true" : "") + ", or give mock.universe"
            )
        }
        _ = try InputFile(opening: path, over: world)
    }

    /// ρ/ρ̄ of the cells, as it is seen. Collective.
    func density(for mock: MockSection) throws -> Field<Float> {
        let path = path(of: mock)
        let grid = cubes.decomposition.grid
        let snapshot = try SnapshotParticles(reading: path, over: world) { shape in
            guard Decomposition.fits(shape, on: grid.shape) else {
                throw UsageError(
                    "\(path): \(shape.x) x \(shape.y) x \(shape.z) particles are too few for \(world.size) ranks; use fewer"
                )
            }
            return grid.shape
        }
        try check(path, snapshot.haloFile.box, snapshot.haloFile.snapshot.omegaMatter)
        let shift = shift(for: mock, at: snapshot.scaleFactor)
        let mesh = try Decomposition(shape: configuration.box.mesh, over: grid)
        let particles = snapshot.seen(over: mesh) { shift($0, $1) }
        return cubes.mesh.average(try particles.relativeDensity(), over: cubes.decomposition)
    }

    /// Haloes where they seem to be.
    struct Haloes {
        /// Rows of their catalogue, the heaviest first.
        let rows: [Int]
        /// [10¹⁰ Msun/h].
        let masses: [Double]
        /// In the box [Mpc/h].
        let positions: [SIMD3<Double>]
    }

    /// The heaviest haloes of a catalogue. Collective.
    func haloes(for mock: MockSection) throws -> Haloes {
        let path = path(of: mock)
        let table = try HaloTable(reading: path, over: world)
        try check(path, table.box, table.omegaMatter)
        let sample = try HaloSample(of: table, numberDensity: mock.numberDensity, named: path)
        let shift = shift(for: mock, at: table.scaleFactor)
        return Haloes(
            rows: sample.rows, masses: sample.masses,
            positions: sample.rows.map {
                RedshiftShift.wrapped(shift(table.positions[$0], table.velocities[$0]), into: table.box)
            })
    }

    private func shift(for mock: MockSection, at scaleFactor: Double) -> RedshiftShift {
        let sight: RedshiftShift.Sight =
            switch mock.redshiftSpace {
            case .none: .none
            case .radial: .radial(from: cubes.mesh.observer)
            case .x, .y, .z: .axis(mock.redshiftSpace.axis!)
            }
        let cosmology = Cosmology<Double>(configuration.cosmology, power: .eisensteinHu)
        return RedshiftShift(
            along: sight, at: scaleFactor, expansionRate: cosmology.expansionRate(at: scaleFactor))
    }

    /// Refuses a universe that is not the configuration's.
    private func check(_ path: String, _ box: SIMD3<Double>, _ omegaMatter: Double) throws(UsageError) {
        let size = configuration.box.size
        guard (0..<3).allSatisfy({ abs(box[$0] - size[$0]) <= 1e-6 * size[$0] }) else {
            throw UsageError(
                "\(path): its box is \(box.x) x \(box.y) x \(box.z) Mpc/h; it must be that of the configuration, "
                    + "\(size.x) x \(size.y) x \(size.z); give the configuration that made it")
        }
        guard abs(omegaMatter - configuration.cosmology.omegaMatter) <= 1e-6 else {
            throw UsageError(
                "\(path): its Omega_m is \(omegaMatter); it must be that of the configuration, "
                    + "\(configuration.cosmology.omegaMatter); give the configuration that made it")
        }
    }
}
