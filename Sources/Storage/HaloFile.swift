public import Measurement
public import Parallel

/// A catalogue of haloes in the layout of Gadget-4's `fof_subhalo_tab` files, which the community's readers open.
///
/// Rows are in the order of the catalogue, the longest halo first. `/IDs/ID` lists members, halo by halo, and
/// `GroupOffsetType` says where in it a halo's begin. Beyond Gadget's, `/Membership/GroupNumber` has each particle's row in
/// Lagrangian order (−1 in none), and `/Group` has `GroupLabel` and `GroupSpansBox` (see ``Halo``). There is no
/// substructure: `/Subhalo` is empty. A group `/FOF` would keep yt from knowing the file.
///
/// - Source: Springel et al. 2021, MNRAS 506, 2871, and the code's documentation of its catalogues.
public struct HaloFile: Sendable, Equatable {
    /// The moment, the box and the cosmology; and what a velocity's unit is.
    public let snapshot: Snapshot
    /// Particles along each side.
    public let shape: SIMD3<Int>

    /// Sides of the box [Mpc/h].
    public let box: SIMD3<Double>
    /// The mass of a particle [10¹⁰ Msun/h].
    public let particleMass: Double

    /// A catalogue of what a snapshot of a run would hold.
    public init(of snapshot: Snapshot, shape: SIMD3<Int>) {
        let (sides, unit) = (SIMD3<Double>(shape) * snapshot.spacing, snapshot.lengthUnit)
        var box = SIMD3<Double>()
        // As they come back from the snapshot's header.
        for axis in 0..<3 { box[axis] = unit.read(unit.stored(sides[axis])) }
        self.init(of: snapshot, shape: shape, box: box, particleMass: snapshot.particleMass)
    }

    /// A catalogue of what a snapshot holds: with the numbers of its header, since others may differ in last bits.
    init(of snapshot: Snapshot, shape: SIMD3<Int>, box: SIMD3<Double>, particleMass: Double) {
        self.snapshot = snapshot
        self.shape = shape
        self.box = box
        self.particleMass = particleMass
    }

    /// The name of the file for a moment, by its label such as `a1.0000`.
    public static func name(_ label: String) -> String { "fof_subhalo_tab_\(label).hdf5" }

    /// Writes the file. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks; then there is no file.
    public func write(
        _ catalogue: HaloCatalogue, _ members: borrowing HaloMembers, to path: String, provenance: Provenance,
        over world: Communicator
    ) throws(StorageError) {
        let particles = shape.x * shape.y * shape.z
        var file = try OutputFile(
            creating: path,
            expectedBytes: 350 * catalogue.totalCount + 8 * catalogue.memberCount + 4 * particles,
            provenance: provenance, over: world)
        file.set("state_checksum", to: .text(snapshot.stateChecksum))
        file.set("linking_length", to: .real(catalogue.criterion.linkingLength))
        file.set("minimum_particles", to: .integer(catalogue.criterion.minimumParticles))
        writeHeader(to: file, catalogue)
        try writeGroups(catalogue, to: &file)
        try file.write(
            members.identities.span, as: RowRun(members.members, of: catalogue.memberCount), at: "/IDs/ID",
            labels: Labels(units: "1", description: "Lagrangian indices of members, halo by halo"))
        try file.write(
            members.numbers.span, as: RowRun(members.particles, of: particles), at: "/Membership/GroupNumber",
            labels: Labels(
                units: "1", description: "row of the halo of each particle, in Lagrangian order; -1: none"))
        file.set("description", to: .text("no substructure is sought"), on: "/Subhalo")
        try file.finish()
    }

    private func writeHeader(to file: borrowing OutputFile, _ catalogue: HaloCatalogue) {
        let isCube = shape.x == shape.y && shape.y == shape.z
        let header: [(String, AttributeValue)] = [
            ("BoxSize", isCube ? .real(box.x) : .reals([box.x, box.y, box.z])),
            ("Redshift", .real(1 / snapshot.scaleFactor - 1)),
            ("Time", .real(snapshot.scaleFactor)),
            ("Omega0", .real(snapshot.omegaMatter)),
            ("OmegaLambda", .real(snapshot.omegaLambda)),
            ("HubbleParam", .real(snapshot.hubble)),
            ("NumFiles", .integer(1)),
            ("Ngroups_ThisFile", .integer(catalogue.totalCount)),
            ("Ngroups_Total", .integer(catalogue.totalCount)),
            ("Nsubgroups_ThisFile", .integer(0)),
            ("Nsubhalos_ThisFile", .integer(0)),
            ("Nsubhalos_Total", .integer(0)),
            ("Nids_ThisFile", .integer(catalogue.memberCount)),
            ("Nids_Total", .integer(catalogue.memberCount)),
        ]
        for (name, value) in header { file.set(name, to: value, on: "/Header") }
    }

    private func writeGroups(_ catalogue: HaloCatalogue, to file: inout OutputFile) throws(StorageError) {
        let haloes = catalogue.haloes
        func column(_ columns: Int = 1) -> RowRun {
            RowRun(catalogue.rows, of: catalogue.totalCount, columns: columns)
        }
        // All particles are of type 1.
        func ofType1<Number: Numeric>(_ values: [Number]) -> [Number] {
            values.flatMap { [0, $0, 0, 0, 0, 0] }
        }
        let centres = haloes.flatMap { position(of: $0) }
        let masses = haloes.map { Double($0.length) * particleMass }
        let lengths = haloes.map(\.length)
        let speed = snapshot.scaleFactor.squareRoot() * Snapshot.velocityQuantum
        let velocities = haloes.flatMap { halo in (0..<3).map { halo.velocity[$0] * speed } }
        let length = Snapshot.scaling(a: 1, h: -1, length: 1, velocity: 0, mass: 0)
        let mass = Snapshot.scaling(a: 0, h: -1, length: 0, velocity: 0, mass: 1)
        for name in ["GroupPos", "GroupCM"] {
            try file.write(
                centres, as: column(3), at: "/Group/\(name)",
                labels: Labels(units: "Mpc/h", description: "comoving centre of mass", more: length))
        }
        try file.write(
            velocities, as: column(3), at: "/Group/GroupVel",
            labels: Labels(
                units: "km/s", description: "mean peculiar velocity",
                more: Snapshot.scaling(a: 0, h: 0, length: 0, velocity: 1, mass: 0)))
        try file.write(
            masses, as: column(), at: "/Group/GroupMass",
            labels: Labels(units: "1e10 Msun/h", description: "particles times their mass", more: mass))
        try file.write(
            ofType1(masses), as: column(6), at: "/Group/GroupMassType",
            labels: Labels(units: "1e10 Msun/h", description: "the mass by type of particle", more: mass))
        func counts(_ values: [Int], _ columns: Int, _ name: String, _ description: String)
            throws(StorageError)
        {
            try file.write(
                values, as: column(columns), at: "/Group/\(name)",
                labels: Labels(units: "1", description: description))
        }
        try counts(lengths, 1, "GroupLen", "particles")
        try counts(ofType1(lengths), 6, "GroupLenType", "particles by type")
        try counts(
            ofType1(Array(catalogue.offsets.dropLast())), 6, "GroupOffsetType",
            "where its members begin in /IDs/ID")
        try counts(haloes.map { _ in -1 }, 1, "GroupFirstSub", "no substructure")
        try counts(haloes.map { _ in 0 }, 1, "GroupNsubs", "no substructure")
        try counts(haloes.map(\.label), 1, "GroupLabel", "the smallest Lagrangian index of its particles")
        try counts(
            haloes.map { $0.spansBox ? 1 : 0 }, 1, "GroupSpansBox",
            "1: it extends over half the box or more, and its centre is that of the particle GroupLabel")
    }

    private func position(of halo: Halo) -> [Double] {
        (0..<3).map { min(halo.centre[$0] * box[$0], box[$0].nextDown) }
    }
}
