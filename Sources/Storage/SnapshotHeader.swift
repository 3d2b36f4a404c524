/// What a snapshot of this program says of itself.
struct SnapshotHeader {
    let snapshot: Snapshot
    let provenance: Provenance
    /// Particles along each side.
    let shape: SIMD3<Int>
    /// Sides of the box [Mpc/h].
    let box: SIMD3<Double>
    /// The mass of a particle [10¹⁰ Msun/h].
    let particleMass: Double
    /// Whether it was written by a run in double precision.
    var isDouble: Bool { provenance.precision == "double" }

    /// Reads the header. Collective.
    ///
    /// - Throws: ``StorageError``, the user's, on all ranks when it is none of this program's.
    init(of file: borrowing InputFile) throws(StorageError) {
        func foreign(_ what: String) -> StorageError {
            StorageError(
                .missingDataset, fault: .user,
                "\(file.path): is no snapshot of this program (it has no \(what)); give a file that "
                    + "`palindrome simulate` wrote")
        }
        guard let provenance = try Provenance(of: file) else { throw foreign("code_version") }
        guard let checksum = try file.attribute("state_checksum")?.text else {
            throw foreign("state_checksum")
        }
        func header(_ name: String) throws(StorageError) -> AttributeValue {
            guard let value = try file.attribute(name, of: "/Header") else {
                throw foreign("/Header/\(name)")
            }
            return value
        }
        func number(_ name: String) throws(StorageError) -> Double {
            guard let value = try header(name).real else { throw foreign("number /Header/\(name)") }
            return value
        }
        let count = try header("NumPart_ThisFile").integers?.dropFirst().first ?? 0
        let centimetres = try file.attribute("UnitLength_in_cm", of: "/Units")?.real
        guard let unit = centimetres.map(LengthUnit.init(centimetres:)) ?? .megaparsec else {
            throw foreign("lengths in Mpc/h or kpc/h")
        }
        let sides = (try header("BoxSize").reals ?? []).map(unit.read)
        guard count > 0, sides.count == 1 || sides.count == 3, sides.allSatisfy({ $0 > 0 }) else {
            throw foreign("particles of type 1 in a box")
        }
        box = sides.count == 1 ? SIMD3(repeating: sides[0]) : SIMD3(sides[0], sides[1], sides[2])
        let distance = Self.cubeRoot(box.x * box.y * box.z / Double(count))
        let shape = SIMD3<Int>((box / distance).rounded(.toNearestOrEven))
        guard shape.x > 0, shape.y > 0, shape.z > 0, shape.x * shape.y * shape.z == count else {
            throw foreign("particles that started from a grid")
        }
        var snapshot = Snapshot(
            scaleFactor: try number("Time"), spacing: box.x / Double(shape.x),
            omegaMatter: try number("Omega0"),
            omegaBaryon: try number("OmegaBaryon"), omegaLambda: try number("OmegaLambda"),
            hubble: try number("HubbleParam"), stateChecksum: checksum)
        snapshot.age = try file.attribute("Time_GYR", of: "/Header")?.real
        snapshot.lengthUnit = unit
        self.snapshot = snapshot
        particleMass = try header("MassTable").reals?.dropFirst().first ?? 0
        self.provenance = provenance
        self.shape = shape
    }

    private static func cubeRoot(_ value: Double) -> Double {
        var root = Double(sign: .plus, exponent: Int(value.exponent) / 3, significand: 1.5)
        // Newton's method converges from either side within a few steps; ten leave no doubt.
        for _ in 0..<10 { root -= (root - value / (root * root)) / 3 }
        return root
    }
}
