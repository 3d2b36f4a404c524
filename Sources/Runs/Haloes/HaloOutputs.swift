internal import Background
internal import Configuration
internal import Measurement
internal import Parallel
internal import Records
internal import Storage

/// What is written of the haloes of one moment: their catalogue, and how many there are of each mass.
struct HaloOutputs {
    let criterion: FriendsOfFriends
    let provenance: Provenance
    /// The expected mass function; nil if the cosmology is not known.
    let expected: HaloMassFunction?
    let context: RunContext
    /// Haloes per volume that fields will take [(h/Mpc)³]; nil if there are none to be made.
    var numberDensity: Double?

    /// The files of a moment.
    static func names(_ label: String) -> [String] { [HaloFile.name(label), MassFunctionTable.name(label)] }

    /// What the cosmology of a run that made a file leads one to expect. Collective.
    ///
    /// - Returns: nil if its configuration cannot be read, or its table of linear power is not where it was.
    static func expectation(
        at scaleFactor: Double, of provenance: Provenance, on world: Communicator
    ) -> HaloMassFunction? {
        let bytes = Array(provenance.configuration.utf8)
        guard let run = try? RunConfiguration(bytes: bytes, name: "the snapshot's configuration"),
            let model = try? run.linearPowerModel(on: world)
        else { return nil }
        let cosmology = Cosmology<Double>(run.cosmology, power: model)
        return HaloMassFunction(cosmology, LinearPower(cosmology, model), at: scaleFactor)
    }

    /// Finds haloes, says how many, and writes what there is to say of them. Collective.
    ///
    /// - Parameter label: of the moment, such as `a1.0000`.
    /// - Returns: the catalogue's path.
    /// - Throws: the same on all ranks when there are too few haloes, or a file cannot be written.
    func write(
        _ particles: HaloParticles, as file: HaloFile, to directory: String, _ label: String
    ) throws -> String {
        let world = context.world
        let found = criterion.haloes(among: particles)
        let path = "\(directory)/\(HaloFile.name(label))"
        if let numberDensity {
            // Before anything is written.
            _ = try HaloSample.count(
                of: numberDensity, in: file.box.x * file.box.y * file.box.z,
                having: found.catalogue.totalCount,
                of: criterion, named: path)
        }
        tell(found.catalogue, path)
        let members = found.members(of: particles)
        try world.phases.measure(.output) {
            try file.write(found.catalogue, members, to: path, provenance: provenance, over: world)
            try write(
                massFunctionOf: found.catalogue, as: file, to: "\(directory)/\(MassFunctionTable.name(label))"
            )
        }
        return path
    }

    private func tell(_ catalogue: HaloCatalogue, _ path: String) {
        let longest = context.world.maximum(catalogue.haloes.first?.length ?? 0)
        context.say(
            "\(path): \(catalogue.totalCount) haloes of at least \(criterion.minimumParticles) particles, "
                + "the largest has \(longest)")
        let spanning = catalogue.spanningCount(over: context.world)
        guard spanning > 0 else { return }
        context.say(
            "warning: \(spanning) of them extend over half the box or more; their centres are places "
                + "of particles (GroupSpansBox)")
    }

    private func write(massFunctionOf catalogue: HaloCatalogue, as file: HaloFile, to path: String) throws {
        let world = context.world
        let longest = world.maximum(catalogue.haloes.first?.length ?? 0)
        let edges = MassFunctionTable.edges(from: criterion.minimumParticles, through: longest)
        var counts = [Int](repeating: 0, count: edges.count - 1)
        for halo in catalogue.haloes { counts[edges.lastIndex { $0 <= halo.length }!] += 1 }
        if !counts.isEmpty { counts = world.sum(counts) }
        let volume = file.box.x * file.box.y * file.box.z
        let bins = counts.indices.map { bin in
            // Masses are whole numbers of particles: a bin ends between two of them.
            let lowest = (Double(edges[bin]) - 0.5) * file.particleMass * 1e10
            let highest = (Double(edges[bin + 1]) - 0.5) * file.particleMass * 1e10
            return MassFunctionTable.Bin(
                lowest: lowest, highest: highest, count: counts[bin],
                expected: expected.map { $0.number(from: lowest, to: highest) * volume } ?? .nan)
        }
        let table = MassFunctionTable(at: file.snapshot.scaleFactor, in: volume, bins)
        try world.writeFile(path, text: { table.text })
    }
}
