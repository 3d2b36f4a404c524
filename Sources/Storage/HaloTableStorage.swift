public import Measurement
public import Parallel

extension HaloTable {
    /// Reads a catalogue, whole on every rank. Collective.
    ///
    /// - Throws: ``StorageError``, the user's, on all ranks when it is missing, damaged or no catalogue of this program.
    public init(reading path: String, over world: Communicator) throws(StorageError) {
        let file = try InputFile(opening: path, over: world)
        func foreign(_ missing: String) -> StorageError {
            StorageError(
                .missingDataset, fault: .user,
                "\(file.path): is no catalogue of haloes (it has no \(missing)); give a file that `palindrome haloes` "
                    + "wrote")
        }
        func header(_ name: String) throws(StorageError) -> AttributeValue {
            guard let value = try file.attribute(name, of: "/Header") else {
                throw foreign("/Header/\(name)")
            }
            return value
        }
        guard let linkingLength = try file.attribute("linking_length")?.real,
            let minimum = try file.attribute("minimum_particles")?.integer
        else { throw foreign("linking_length and minimum_particles") }
        let sides = try header("BoxSize").reals ?? []
        guard sides.count == 1 || sides.count == 3, let time = try header("Time").real,
            let omega = try header("Omega0").real, FriendsOfFriends.linkingLengths.contains(linkingLength),
            minimum >= 2
        else { throw foreign("usable header") }
        func vectors(_ name: String) throws(StorageError) -> [SIMD3<Double>] {
            let values = try file.readArray(at: name, as: Double.self)
            return (0..<values.count / 3).map {
                SIMD3(values[3 * $0], values[3 * $0 + 1], values[3 * $0 + 2])
            }
        }
        let lengths = try file.readArray(at: "/Group/GroupLen", as: Int.self)
        let masses = try file.readArray(at: "/Group/GroupMass", as: Double.self)
        let positions = try vectors("/Group/GroupPos")
        let velocities = try vectors("/Group/GroupVel")
        guard [masses.count, positions.count, velocities.count].allSatisfy({ $0 == lengths.count }) else {
            throw file.damaged("its datasets do not have one row for each halo")
        }
        self.init(
            at: time, in: sides.count == 1 ? SIMD3(repeating: sides[0]) : SIMD3(sides[0], sides[1], sides[2]),
            omegaMatter: omega,
            criterion: FriendsOfFriends(linkingLength: linkingLength, minimumParticles: minimum),
            lengths: lengths, masses: masses, positions: positions, velocities: velocities)
    }
}
