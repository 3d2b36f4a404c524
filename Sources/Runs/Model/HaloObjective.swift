internal import Configuration
internal import Dynamics
internal import Inference
internal import Measurement
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Storage

/// `kind: haloes`: the density of matter, networks that make masses of haloes of it, and errors of their logarithms.
extension ObjectiveSection {
    /// The comparison of masses. Collective.
    ///
    /// - Throws: the same on all ranks when networks or data cannot be read, are of another kind of run, or hold no haloes.
    func ofHaloes<Scalar: StorableScalar>(
        _ keys: Haloes, of model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let (transform, cell) = (model.layout.meshTransform, model.box.cell)
        let networks = try keys.networks(of: self, for: model, on: model.mesh.grid.world)
        let bias = HaloMassBias(networks, on: transform)
        let view = HaloView(softening: keys.softening, width: keys.width)
        bias.look(through: view)
        let errors: HaloMassLikelihood<Scalar>.Errors =
            if let sigma = keys.sigma { .constant(sigma) } else if keys.whitens {
                .whitened(networks.residuals)
            } else { .byMass(networks.residuals) }
        return Comparison(
            at: a, MatterDensity(on: transform, cell: cell), bias: bias,
            try HaloMassLikelihood(
                of: .mesh(bias.smoothed(try masses(for: networks, of: model))), errors, seenThrough: view,
                on: transform, cell: cell, named: name))
    }

    /// Masses of haloes on the force mesh [10¹⁰ Msun/h per cell], of a field or of the heaviest of a catalogue. Collective.
    private func masses<Scalar: StorableScalar>(
        for networks: HaloNetworks, of model: ForwardModel<Scalar>
    ) throws -> Field<Scalar> {
        guard case .dataset(let address) = data else {
            preconditionFailure("what lies on the mesh was validated to be a dataset")
        }
        var found = Field<Scalar>(model.mesh, ghosts: .none, for: "data")
        guard !address.isCatalogue else {
            let haloes = try address.catalogue(
                in: model.box.size, at: a, numberDensity: networks.numberDensity, on: model.mesh.grid.world)
            let field = haloes.field(.mass, over: model.mesh)
            found.mapPoints { x, y, z, _ in Scalar(field[x, y, z]) }
            return found
        }
        let file = try InputFile(opening: address.file, over: model.mesh.grid.world)
        for (key, own) in [("number_density", networks.numberDensity), ("scale_factor", a)] {
            let told = try file.attribute(key)?.real ?? file.attribute(key, of: address.dataset)?.real
            if let told, abs(told - own) > 1e-6 * own {
                throw UsageError(
                    "\(name).data is \(address), whose \(key) is \(told); it must be \(own), that of "
                        + (key == "number_density" ? "\(name).network" : "\(name).a")
                        + "; make it anew with `palindrome haloes --field`")
            }
        }
        return try file.readField(
            at: address.dataset, over: model.mesh, ghosts: .none, for: "data", expecting: .any)
    }
}

extension ObjectiveSection.Haloes {
    /// The networks, which are of such runs. Collective.
    ///
    /// - Throws: the same on all ranks when they cannot be read, or were trained for another kind of run.
    func networks<Scalar: StorableScalar>(
        of section: ObjectiveSection, for model: ForwardModel<Scalar>, on world: Communicator
    ) throws -> HaloNetworks {
        let (found, path) = try networks(on: world)
        try found.require(
            cell: model.box.cell, meshFactor: Double(model.box.mesh.x) / Double(model.box.particles.x),
            scaleFactor: section.a,
            key: "\(section.name).network", path: path)
        return found
    }

    /// The networks, and what they are called. Collective.
    func networks(on world: Communicator) throws -> (HaloNetworks, String) {
        switch network {
        case .shipped: (try world.agree { try ShippedNetworks.haloes() }, "the shipped network")
        case .file(let path): (try NetworkFile.read(path, over: world), path)
        }
    }
}

extension DatasetAddress {
    /// Haloes of a catalogue, the heaviest. Collective.
    ///
    /// - Parameters:
    ///   - box: that the catalogue must be of [Mpc/h].
    ///   - scaleFactor: as well.
    ///   - density: haloes per volume [(h/Mpc)³]; all if nil.
    /// - Throws: the same on all ranks when it cannot be read, is of another box or time, or has too few.
    func catalogue(
        in box: SIMD3<Double>, at scaleFactor: Double, numberDensity density: Double?,
        on world: Communicator
    ) throws -> HaloSample {
        let table = try HaloTable(reading: file, over: world)
        guard (0..<3).allSatisfy({ abs(table.box[$0] - box[$0]) < 1e-6 * box[$0] }) else {
            throw UsageError(
                "\(self): its box is \(table.box.x) x \(table.box.y) x \(table.box.z) Mpc/h; it must be that of the "
                    + "configuration, \(box.x) x \(box.y) x \(box.z); change box.particles or box.spacing")
        }
        guard abs(table.scaleFactor - scaleFactor) < 1e-6 * scaleFactor else {
            throw UsageError(
                "\(self): is of a = \(table.scaleFactor); it must be of the end of the run, a = \(scaleFactor); change "
                    + "evolution.a_stop or take another catalogue")
        }
        return try HaloSample(
            of: table, numberDensity: density ?? Double(table.count) / table.volume, named: file)
    }
}
