public import Mesh
internal import Parallel

/// A snapshot of the particles in the layout of Gadget-4 and SWIFT, which the community's readers open.
///
/// Particles stand in Lagrangian order, so that files can be compared byte by byte. Units are Gadget's: Mpc/h or kpc/h,
/// 10¹⁰ Msun/h, km/s; `/Units` says so, and `/Constants` what they were reckoned with, which is also what tells yt to look at
/// `/Units`. Sides that are not equal stand in `/Header/BoxSize` as SWIFT writes them, and as Gadget-4 does: the longest in
/// `/Parameters/BoxSize`, each one's part of it in `/Config`.
/// Velocities are Gadget's `u = v / sqrt(a) = 100 p a^(−3/2)` km/s, v the peculiar velocity and p = a² dx/dt
/// in Mpc/h H0.
///
/// - Source: Springel et al. 2021, MNRAS 506, 2871, and the code's documentation of its HDF5 format.
public struct Snapshot: Sendable, Equatable {
    /// Scale factor.
    public var scaleFactor: Double
    /// Spacing of the particle grid [Mpc/h].
    public var spacing: Double
    /// Ω_m.
    public var omegaMatter: Double
    /// Ω_b.
    public var omegaBaryon: Double
    /// Ω of the dark energy.
    public var omegaLambda: Double
    /// h.
    public var hubble: Double
    /// Checksum of the particles' state, in hexadecimal.
    public var stateChecksum: String
    /// The time since a = 0 [Gyr], if it is known.
    public var age: Double?
    /// The unit of lengths in the file; all else here is in Mpc/h whatever it is.
    public var lengthUnit = LengthUnit.megaparsec

    /// What a snapshot says in its header.
    public init(
        scaleFactor: Double, spacing: Double, omegaMatter: Double, omegaBaryon: Double, omegaLambda: Double,
        hubble: Double, stateChecksum: String
    ) {
        self.scaleFactor = scaleFactor
        self.spacing = spacing
        self.omegaMatter = omegaMatter
        self.omegaBaryon = omegaBaryon
        self.omegaLambda = omegaLambda
        self.hubble = hubble
        self.stateChecksum = stateChecksum
    }

    /// Fills in three values for each of a range of this rank's particles, `[x][y][z]` of the particle grid.
    public typealias Fill = (Range<Int>, inout MutableSpan<Double>) -> Void

    /// What is in the file for each particle.
    public struct Particles {
        /// How the particle grid is shared.
        public let decomposition: Decomposition
        /// Comoving positions [Mpc/h]; those at the upper end of the box are set to the largest number below it.
        public let positions: Fill
        /// Momenta p = a² dx/dt [Mpc/h H0].
        public let momenta: Fill

        /// Particles of a grid, asked for piece by piece.
        public init(of decomposition: Decomposition, positions: @escaping Fill, momenta: @escaping Fill) {
            self.decomposition = decomposition
            self.positions = positions
            self.momenta = momenta
        }
    }

    /// The critical density today [10¹⁰ Msun/h / (Mpc/h)³]: 3 H0² / (8π G).
    ///
    /// G Msun is the IAU's nominal solar mass parameter, which is known better than G.
    public static var criticalDensity: Double {
        let hubble = 1e5  // m/s per Mpc/h
        return 3 * hubble * hubble * megaparsec / (8 * Double.pi * 1.327_124_4e20) / 1e10
    }

    /// The mass of a particle [10¹⁰ Msun/h].
    public var particleMass: Double {
        omegaMatter * Self.criticalDensity * spacing * spacing * spacing
    }

    /// The size of the datasets of `count` particles [bytes].
    public static func bytes(of count: Int, precision: String) -> Int {
        count * (24 + (isDouble(precision) ? 24 : 12) + 8)
    }

    /// Writes the file. Collective.
    ///
    /// `Coordinates` are Float64, `Velocities` Float32 (Float64 in a run in double precision), `ParticleIDs` UInt64,
    /// the Lagrangian index.
    ///
    /// - Throws: ``StorageError`` on all ranks; then there is no file.
    public func write(
        _ particles: Particles, to path: String, provenance: Provenance
    ) throws(StorageError) {
        let decomposition = particles.decomposition
        let isDouble = Self.isDouble(provenance.precision)
        var file = try OutputFile(
            creating: path,
            expectedBytes: Self.bytes(of: decomposition.pointCount, precision: provenance.precision),
            provenance: provenance, over: decomposition.grid.world)
        file.set("state_checksum", to: .text(stateChecksum))
        writeHeader(to: file, decomposition.shape, isDouble: isDouble)
        try writeCoordinates(particles, to: &file)
        if isDouble {
            try writeVelocities(particles, as: Double.self, to: &file)
        } else {
            try writeVelocities(particles, as: Float.self, to: &file)
        }
        let rows = Rows(of: decomposition)
        try file.write(
            rows, at: "/PartType1/ParticleIDs",
            labels: Labels(units: "1", description: "Lagrangian index (i ny + j) nz + k of the particle")
        ) { (range, identities: inout MutableSpan<UInt64>) in
            for (index, row) in range.enumerated() { identities[index] = UInt64(rows.globalIndex(of: row)) }
        }
        try file.finish()
    }

    private static let megaparsec = 3.085_677_581_491_367_3e22  // m
    private static let grams = 1.988_409_870_698_051e43  // in 10¹⁰ Msun

    private static func isDouble(_ precision: String) -> Bool { precision == "double" }

    private func writeHeader(to file: borrowing OutputFile, _ shape: SIMD3<Int>, isDouble: Bool) {
        let count = shape.x * shape.y * shape.z
        let edges = [0, 1, 2].map { lengthUnit.stored(Double(shape[$0]) * spacing) }
        let isCube = shape.x == shape.y && shape.y == shape.z
        func perType<Number: Numeric>(_ value: Number) -> [Number] { [0, value, 0, 0, 0, 0] }
        let header: [(String, AttributeValue)] = [
            ("NumPart_ThisFile", .integers(perType(count))),
            ("NumPart_Total", .words(perType(UInt32(truncatingIfNeeded: count)))),
            ("NumPart_Total_HighWord", .words(perType(UInt32(truncatingIfNeeded: count >> 32)))),
            ("MassTable", .reals(perType(particleMass))),
            ("Time", .real(scaleFactor)),
            ("Redshift", .real(1 / scaleFactor - 1)),
            ("BoxSize", isCube ? .real(edges[0]) : .reals(edges)),
            ("NumFilesPerSnapshot", .integer(1)),
            ("Omega0", .real(omegaMatter)),
            ("OmegaLambda", .real(omegaLambda)),
            ("OmegaBaryon", .real(omegaBaryon)),
            ("HubbleParam", .real(hubble)),
            ("Flag_DoublePrecision", .integer(isDouble ? 1 : 0)),
            ("Flag_Sfr", .integer(0)),
            ("Flag_Cooling", .integer(0)),
            ("Flag_StellarAge", .integer(0)),
            ("Flag_Metals", .integer(0)),
            ("Flag_Feedback", .integer(0)),
        ]
        for (name, value) in header { file.set(name, to: value, on: "/Header") }
        if let age { file.set("Time_GYR", to: .real(age), on: "/Header") }
        writeUnits(to: file)
        let parameters: [(String, AttributeValue)] = [
            ("BoxSize", .real(edges.max()!)),
            ("Omega0", .real(omegaMatter)),
            ("OmegaLambda", .real(omegaLambda)),
            ("OmegaBaryon", .real(omegaBaryon)),
            ("HubbleParam", .real(hubble)),
            ("Hubble", .real(100)),
            ("ComovingIntegrationOn", .integer(1)),
        ]
        for (name, value) in parameters { file.set(name, to: value, on: "/Parameters") }
        guard !isCube else { return }
        for (axis, name) in ["LONG_X", "LONG_Y", "LONG_Z"].enumerated() {
            file.set(name, to: .real(edges[axis] / edges.max()!), on: "/Config")
        }
    }

    private func writeUnits(to file: borrowing OutputFile) {
        let (length, velocity) = (lengthUnit.centimetres, 1e5)
        let units: [(String, AttributeValue)] = [
            ("UnitLength_in_cm", .real(length)),
            ("UnitMass_in_g", .real(Self.grams)),
            ("UnitVelocity_in_cm_per_s", .real(velocity)),
        ]
        for (name, value) in units {
            file.set(name, to: value, on: "/Units")
            file.set(name, to: value, on: "/Parameters")
        }
        file.set("UnitTime_in_s", to: .real(length / velocity), on: "/Units")
        file.set("UnitEnergy_in_cgs", to: .real(Self.grams * velocity * velocity), on: "/Units")
        let constants: [(String, Double)] = [
            ("CM_PER_MPC", LengthUnit.megaparsec.centimetres), ("SOLAR_MASS", Self.grams / 1e10),
            ("GRAVITY", 1.327_124_4e26 / (Self.grams / 1e10)),
            ("HUBBLE", 1e7 / LengthUnit.megaparsec.centimetres),
        ]
        for (name, value) in constants { file.set(name, to: .real(value), on: "/Constants") }
    }

    private func writeCoordinates(_ particles: Particles, to file: inout OutputFile) throws(StorageError) {
        let shape = particles.decomposition.shape
        let unit = lengthUnit
        let last = [0, 1, 2].map { unit.stored(Double(shape[$0]) * spacing).nextDown }
        try file.write(
            Rows(of: particles.decomposition, columns: 3), at: "/PartType1/Coordinates",
            labels: Labels(
                units: unit.rawValue, description: "comoving positions in [0, box size)",
                more: Self.scaling(a: 1, h: -1, length: 1, velocity: 0, mass: 0, in: unit))
        ) { (range, values: inout MutableSpan<Double>) in
            particles.positions(range, &values)
            for index in values.indices { values[index] = min(unit.stored(values[index]), last[index % 3]) }
        }
    }

    private func writeVelocities<Element: StorageElement & BinaryFloatingPoint>(
        _ particles: Particles, as type: Element.Type, to file: inout OutputFile
    ) throws(StorageError) {
        let factor = velocityFactor
        var momenta: [Double] = []
        try file.write(
            Rows(of: particles.decomposition, columns: 3), at: "/PartType1/Velocities",
            labels: Labels(
                units: "km/s", description: "peculiar velocities divided by sqrt(a) (Gadget's convention)",
                more: Self.scaling(a: 0.5, h: 0, length: 0, velocity: 1, mass: 0))
        ) { (range, values: inout MutableSpan<Element>) in
            if momenta.count != values.count { momenta = [Double](repeating: 0, count: values.count) }
            var span = momenta.mutableSpan
            particles.momenta(range, &span)
            for index in values.indices { values[index] = Element(factor * span[index]) }
        }
    }

    /// How Gadget-4 says what a dataset's numbers scale with, and what one is in cgs units.
    static func scaling(
        a: Double, h: Double, length: Double, velocity: Double, mass: Double,
        in unit: LengthUnit = .megaparsec
    ) -> [String: AttributeValue] {
        let cgs = length == 1 ? unit.centimetres : mass == 1 ? grams : 1e5
        return [
            "a_scaling": .real(a), "h_scaling": .real(h), "length_scaling": .real(length),
            "mass_scaling": .real(mass), "velocity_scaling": .real(velocity), "to_cgs": .real(cgs),
        ]
    }
}
