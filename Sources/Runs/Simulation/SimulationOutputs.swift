internal import Background
internal import Configuration
internal import Dynamics
internal import Figures
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Records
internal import Storage
internal import Text

/// What a forward run leaves behind at each output time.
struct SimulationOutputs<Scalar: StorableScalar> {
    let settings: OutputSection
    /// What haloes are, if they are sought.
    let haloes: FriendsOfFriends?
    let model: ForwardModel<Scalar>
    let provenance: Provenance
    let context: RunContext
    /// P(k) of the linear modes of the run's own noise for D1 = 1, by shell; empty if nobody asks.
    var linearOfNoise: [Double] = []

    private var world: Communicator { model.mesh.grid.world }
    private var phases: Phases { model.mesh.grid.phases }

    /// Thickness of the slab in pictures [Mpc/h].
    private static var slab: Double { 16 }

    /// All that is written, in the order of time.
    var names: [String] {
        beginning
            + settings.snapshots.flatMap { scaleFactor -> [String] in
                let time = "a" + OutputSection.label(scaleFactor)
                return ["snapshot_\(time).hdf5"] + (haloes == nil ? [] : HaloOutputs.names(time))
                    + (settings.density ? ["density_\(time).h5"] : [])
                    + (settings.pictures
                        ? ["density_\(time).png", "density_\(time).svg", "power_\(time).svg"] : [])
                    + (settings.powerSpectrum ? ["power_\(time).txt"] : [])
            }
    }

    /// What is written of the initial conditions.
    private var beginning: [String] {
        (settings.whiteNoise ? ["white_noise.h5"] : [])
            + (settings.linearDensity ? ["linear_density.h5"] : [])
    }

    /// The same with the linear power of the noise, made anew, if power spectra are to be written. Collective.
    ///
    /// - Throws: the same on all ranks when the noise cannot be read.
    func knowingNoise(of configuration: RunConfiguration) throws -> SimulationOutputs {
        guard (settings.powerSpectrum || settings.pictures) && !settings.snapshots.isEmpty else {
            return self
        }
        let noise: Field<Scalar> = try configuration.whiteNoise(over: model.particleGrid)
        var outputs = self
        outputs.linearOfNoise = try PowerSpectrum(
            of: model.linearModes(consuming: noise), box: model.box.size
        ).powers
        return outputs
    }

    /// Writes what is asked for of the initial conditions, made anew since a run does not keep them. Collective.
    ///
    /// - Throws: ``StopRequest`` on all ranks, between two files, when the run shall stop.
    func writeBeginning(of configuration: RunConfiguration) throws {
        guard settings.whiteNoise || settings.linearDensity else { return }
        let (box, directory) = (model.box.size, settings.directory)
        let bytes = model.box.particleCount * MemoryLayout<Scalar>.size
        let noise: Field<Scalar> = try configuration.whiteNoise(over: model.particleGrid)
        if settings.whiteNoise {
            try context.stopIfAsked()
            try phases.measure(.output) {
                var file = try OutputFile(
                    creating: "\(directory)/white_noise.h5", expectedBytes: bytes, provenance: provenance,
                    over: world)
                try file.write(noise, at: "/white_noise", box: box, "white noise on the particle grid")
                try file.finish()
            }
        }
        guard settings.linearDensity else { return }
        try context.stopIfAsked()
        let density = model.linearDensity(of: model.linearModes(consuming: noise))
        let background = Cosmology<Double>(model.cosmology.parameters, power: .eisensteinHu)
        let today = growthFactors(at: [1], background)[0].d1
        try phases.measure(.output) {
            var file = try OutputFile(
                creating: "\(directory)/linear_density.h5", expectedBytes: bytes, provenance: provenance,
                over: world)
            try file.write(
                density, at: "/linear_density", box: box, "linear overdensity for D1 = 1 on the particle grid"
            )
            file.set("growth_factor_today", to: .real(today), on: "/linear_density")
            try file.finish()
        }
    }

    /// Writes what the configuration asks for. Collective.
    ///
    /// - Throws: ``StopRequest`` on all ranks, between two files, when the run shall stop.
    func write(_ particles: borrowing ParticleSet<Scalar>, at scaleFactor: Double) throws {
        let name = "a" + OutputSection.label(scaleFactor)
        try context.stopIfAsked()
        let snapshot = snapshot(of: particles, at: scaleFactor)
        try write(particles, as: snapshot, to: "\(settings.directory)/snapshot_\(name).hdf5")
        if let haloes {
            try snapshot.withHaloParticles(particles, from: model.particleGrid) {
                let outputs = HaloOutputs(
                    criterion: haloes, provenance: provenance,
                    expected: HaloMassFunction(
                        Cosmology<Double>(model.cosmology.parameters, power: .eisensteinHu), model.power,
                        at: scaleFactor),
                    context: context)
                _ = try outputs.write(
                    $0, as: HaloFile(of: snapshot, shape: model.box.particles), to: settings.directory, name)
            }
        }
        guard settings.density || settings.powerSpectrum || settings.pictures else { return }
        try context.stopIfAsked()
        var slab: ProjectedMap?
        if settings.pictures { slab = phases.measure(.output) { matter(of: particles) } }
        let density = try particles.relativeDensity()
        if settings.density {
            try phases.measure(.output) {
                try write(density, slab, to: "\(settings.directory)/density_\(name).h5", at: scaleFactor)
            }
        }
        try context.stopIfAsked()
        if let slab {
            try phases.measure(.output) {
                try draw(slab, to: "\(settings.directory)/density_\(name)", at: scaleFactor)
            }
        }
        if settings.powerSpectrum || settings.pictures {
            // The mean of ρ/ρ̄ is in the mode k = 0 alone, which no shell holds.
            let modes = model.solver.transform.forward(density)
            try phases.measure(.output) {
                try write(modes, to: "\(settings.directory)/power_\(name)", at: scaleFactor)
            }
        }
    }

    private func snapshot(of particles: borrowing ParticleSet<Scalar>, at scaleFactor: Double) -> Snapshot {
        let cosmology = model.cosmology
        var snapshot = Snapshot(
            scaleFactor: scaleFactor, spacing: model.box.spacing, omegaMatter: cosmology.omegaMatter.value,
            omegaBaryon: cosmology.omegaBaryon.value, omegaLambda: cosmology.omegaDarkEnergy.value,
            hubble: cosmology.h.value, stateChecksum: hexadecimal(particles.checksum()))
        snapshot.age = hubbleTimeInGigayears / cosmology.h.value * cosmology.age(at: scaleFactor).value
        snapshot.lengthUnit = settings.lengthUnit == .megaparsec ? .megaparsec : .kiloparsec
        return snapshot
    }

    private func write(
        _ particles: borrowing ParticleSet<Scalar>, as snapshot: Snapshot, to path: String
    ) throws {
        let state = particles.inLagrangianOrder(over: model.particleGrid)
        try phases.measure(.output) {
            try snapshot.write(state, to: path, provenance: provenance)
        }
    }

    /// What is looked at: a slab along z.
    private func matter(of particles: borrowing ParticleSet<Scalar>) -> ProjectedMap {
        MatterSheet(along: .z, share: thickness / model.box.size.z, box: model.box.size)
            .map(of: particles, startedFrom: model.particleGrid)
    }

    private var thickness: Double { min(Self.slab, model.box.size.z) }

    private func write(
        _ density: borrowing Field<Scalar>, _ slab: ProjectedMap?, to path: String, at scaleFactor: Double
    ) throws {
        let bytes = model.box.meshCount * MemoryLayout<Scalar>.size
        var file = try OutputFile(creating: path, expectedBytes: bytes, provenance: provenance, over: world)
        let size = model.box.size
        try file.write(
            density, at: "/density",
            labels: Labels(
                units: "1", description: "matter density divided by its mean, cloud-in-cell, [x][y][z]",
                more: ["box_size": .reals([size.x, size.y, size.z]), "scale_factor": .real(scaleFactor)]))
        if let slab {
            try file.write(slab, "mean density of the matter sheet / mean", at: "/slab", thickness: thickness)
        }
        try file.finish()
    }

    private func draw(_ map: ProjectedMap, to path: String, at scaleFactor: Double) throws {
        let figure = MapFigure(
            of: map, .density(of: map), in: .density,
            title:
                "Matter in a slab of \(OutputSection.label(thickness)) Mpc/h at "
                + "a = \(OutputSection.label(scaleFactor))",
            quantity: "density / mean")
        var png: [UInt8] = []  // on rank 0, as the figure
        try world.writeFile(path + ".png") {
            png = try figure.png()
            return png
        }
        try world.writeFile(path + ".svg") { try figure.svg(holding: png) }
    }

    private func write(
        _ modes: borrowing FourierField<Scalar>, to path: String, at scaleFactor: Double
    ) throws {
        let spectrum = try PowerSpectrum(of: modes, box: model.box.size, correcting: .cloudInCell)
        // Growth does not depend on the shape of the power spectrum.
        let background = Cosmology<Double>(model.cosmology.parameters, power: .eisensteinHu)
        let growth = growthFactors(at: [scaleFactor], background)[0]
        let shotNoise = PowerSpectrum.shotNoise(particles: model.box.particleCount, box: model.box.size)
        var table = PowerSpectrumTable(
            spectrum, linear: spectrum.wavenumbers.map { model.power.evolved($0, to: growth) },
            shotNoise: shotNoise, scaleFactor: scaleFactor, box: model.box.size, mesh: model.box.mesh,
            correction: .cloudInCell)
        if !linearOfNoise.isEmpty {
            table.linearOfNoise = table.linear.indices.map {
                $0 < linearOfNoise.count ? growth.d1 * growth.d1 * linearOfNoise[$0] : .nan
            }
        }
        if settings.powerSpectrum { try world.writeFile(path + ".txt") { table.text } }
        if settings.pictures {
            try world.writeFile(path + ".svg") {
                Plot.powerSpectrum(table, title: "Matter power at a = \(OutputSection.label(scaleFactor))")
                    .svg
            }
        }
    }
}
