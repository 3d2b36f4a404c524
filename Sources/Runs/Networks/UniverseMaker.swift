internal import Background
internal import Configuration
internal import Dynamics
internal import InitialConditions
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

/// Makes the universes that networks learn from: the haloes of a fine run, and the density of a coarse run of the same
/// modes.
struct UniverseMaker {
    let configuration: RunConfiguration
    let provenance: Provenance
    let context: RunContext

    private var world: Communicator { context.world }
    private var settings: TrainSection { configuration.train }

    /// The name of the file of a seed.
    static func name(seed: Int) -> String { "universe_\(seed).h5" }

    /// Makes the universe of a seed and writes `/density`, `/counts`, `/mass` and `/white_noise`. Collective.
    ///
    /// - Throws: ``StopRequest`` on all ranks when it shall stop; the same on all ranks when there are too few haloes, or the file
    ///   cannot be written.
    func make(seed: Int, to path: String) throws {
        switch configuration.run.precision {
        case .single: try make(Float.self, seed: seed, to: path)
        case .double: try make(Double.self, seed: seed, to: path)
        }
    }

    private func make<Scalar: StorableScalar>(_: Scalar.Type, seed: Int, to path: String) throws {
        let end = configuration.evolution.stop
        let fine = configuration.fineRun(seed: seed)
        try fine.requireRoom(for: .simulation, on: world)
        let shape = fine.box.particles
        context.say(
            "universe \(seed): \(shape.x) x \(shape.y) x \(shape.z) particles through \(settings.fineSteps) steps"
        )
        let haloes = try haloes(of: fine, named: "universe \(seed)", as: Scalar.self)

        let coarse: ForwardModel<Scalar> = try configuration.forwardModel(
            Scalar.self, observing: [end], on: world)
        let noise = try matchedNoise(of: fine, seed: seed, over: coarse.particleGrid) as Field<Scalar>
        let kept = noise.copy(for: "white noise")
        let mesh = coarse.mesh
        var density = Field<Double>(mesh, ghosts: .none, for: "density")
        try run(coarse, from: noise) { particles in
            let found = try particles.relativeDensity()
            density.mapPoints { x, y, z, _ in Double(found[x, y, z]) }
        }
        try write(density, haloes, kept, to: path, seed: seed)
        context.say("\(path): \(haloes.count) haloes, the lightest of \(haloes.masses.last ?? 0) 1e10 Msun/h")
    }

    private func haloes<Scalar: StorableScalar>(
        of fine: RunConfiguration, named name: String, as _: Scalar.Type
    ) throws -> HaloSample {
        let model: ForwardModel<Scalar> = try fine.forwardModel(
            Scalar.self, observing: [fine.evolution.stop], on: world)
        let halo = configuration.halo
        let criterion = FriendsOfFriends(
            linkingLength: halo.linkingLength, minimumParticles: halo.minimumParticles)
        var table: HaloTable?
        try run(model, from: try fine.whiteNoise(over: model.particleGrid)) { particles in
            let cosmology = model.cosmology
            let snapshot = Snapshot(
                scaleFactor: fine.evolution.stop, spacing: model.box.spacing,
                omegaMatter: cosmology.omegaMatter.value, omegaBaryon: cosmology.omegaBaryon.value,
                omegaLambda: cosmology.omegaDarkEnergy.value, hubble: cosmology.h.value, stateChecksum: "")
            let found = snapshot.withHaloParticles(particles, from: model.particleGrid) {
                criterion.haloes(among: $0).catalogue
            }
            table = self.table(of: found, in: snapshot, box: model.box.size)
        }
        return try HaloSample(of: table!, numberDensity: settings.numberDensity, named: name)
    }

    /// A catalogue whole on every rank. Collective.
    private func table(of found: HaloCatalogue, in snapshot: Snapshot, box: SIMD3<Double>) -> HaloTable {
        // Each rank its rows, zeros elsewhere.
        var all = [Int](repeating: 0, count: 4 * found.totalCount)
        for (row, halo) in zip(found.rows, found.haloes) {
            all[4 * row] = halo.length
            for axis in 0..<3 {
                let place = min(halo.centre[axis] * box[axis], box[axis].nextDown)
                all[4 * row + 1 + axis] = Int(bitPattern: UInt(place.bitPattern))
            }
        }
        if !all.isEmpty { all = world.sum(all) }
        let rows = 0..<all.count / 4
        return HaloTable(
            at: snapshot.scaleFactor, in: box, omegaMatter: snapshot.omegaMatter, criterion: found.criterion,
            lengths: rows.map { all[4 * $0] },
            masses: rows.map { Double(all[4 * $0]) * snapshot.particleMass },
            positions: rows.map { row in
                let place = (1...3).map { Double(bitPattern: UInt64(UInt(bitPattern: all[4 * row + $0]))) }
                return SIMD3(place[0], place[1], place[2])
            },
            velocities: rows.map { _ in .zero })
    }

    private func matchedNoise<Scalar: StorableScalar>(
        of fine: RunConfiguration, seed: Int, over grid: Decomposition
    ) throws -> Field<Scalar> {
        let fineGrid = try Decomposition(shape: fine.box.particles, over: grid.grid)
        var kept = Field<Scalar>(grid, ghosts: .none, for: "white noise")
        guard settings.refine > 1 else { return try fine.whiteNoise(over: grid) }
        let whole: Field<Double> = try fine.whiteNoise(over: fineGrid)
        let matched = whole.matchedNoise(over: grid, fresh: UInt64(seed) ^ 0x6d61_7463_6865_6400)
        // As a seed's numbers are kept.
        kept.mapPoints { x, y, z, _ in Scalar(Float(matched[x, y, z])) }
        return kept
    }

    /// Runs to the end, where it looks. Collective.
    private func run<Scalar: StorableScalar>(
        _ model: ForwardModel<Scalar>, from noise: consuming Field<Scalar>,
        _ look: (inout ParticleSet<Scalar>) throws -> Void
    ) throws {
        try context.stopIfAsked()
        var evolution = try model.start(from: noise)
        while !evolution.isFinished {
            try evolution.advance { _, particles in try look(&particles) }
            try context.stopIfAsked()
        }
    }

    private func write<Scalar: StorableScalar>(
        _ density: borrowing Field<Double>, _ haloes: HaloSample, _ noise: borrowing Field<Scalar>,
        to path: String, seed: Int
    ) throws {
        let mesh = density.decomposition
        var file = try OutputFile(
            creating: path, expectedBytes: 24 * mesh.pointCount + 8 * noise.decomposition.pointCount,
            provenance: provenance, over: world)
        file.set("universe_seed", to: .integer(seed))
        file.set("scale_factor", to: .real(configuration.evolution.stop))
        file.set("number_density", to: .real(settings.numberDensity))
        file.set("cell", to: .real(configuration.box.cell))
        try file.write(
            density, at: "/density",
            labels: Labels(units: "1", description: "matter density of the coarse run / mean, [x][y][z]"))
        try file.write(
            haloes.field(.counts, over: mesh), at: "/counts",
            labels: Labels(units: "1", description: "haloes per cell, cloud-in-cell, [x][y][z]"))
        try file.write(
            haloes.field(.mass, over: mesh), at: "/mass",
            labels: Labels(
                units: "1e10 Msun/h", description: "mass of haloes per cell, cloud-in-cell, [x][y][z]"))
        try file.write(
            noise, at: "/white_noise",
            labels: Labels(
                units: "1",
                description: "white noise of the coarse run, the truth of a reconstruction, [x][y][z]"))
        try file.finish()
    }
}
