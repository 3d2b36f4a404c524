import Measurement
import Memory
import Mesh
import Parallel
import Particles
import Storage
import TestSupport
import XCTest

final class HaloFileTests: SPMDTestCase {
    private let shape: SIMD3<Int> = [18, 20, 18]
    private let snapshot = Snapshot(
        scaleFactor: 0.25, spacing: 0.7, omegaMatter: 0.3, omegaBaryon: 0.05, omegaLambda: 0.7, hubble: 0.7,
        stateChecksum: "0123456789abcdef")

    /// Every other particle in one of nine clumps, one around the corner of the box; the others strewn about.
    private func particles<Scalar: ParticleScalar>(_ mesh: Decomposition) -> ParticleSet<Scalar> {
        let total = shape.x * shape.y * shape.z
        let own = Array(stride(from: mesh.grid.world.rank, to: total, by: mesh.grid.world.size))
        let units = StateUnits.units(
            box: SIMD3<Double>(shape) * 0.7, velocityDispersion: 5, for: Scalar.self)
        var set = ParticleSet<Scalar>(mesh, units: units, count: own.count, totalCount: total)
        for (slot, particle) in own.enumerated() {
            set.index[slot] = particle
            for axis in 0..<3 {
                let bits = UInt64(particle * 3 + axis + 1) &* 0x9e37_79b9_7f4a_7c15
                let mixed = (bits ^ (bits >> 29)) &* 0xbf58_476d_1ce4_e5b9
                let far = Scalar.Position(truncatingIfNeeded: mixed >> (64 - Scalar.Position.bitWidth))
                let clump = Scalar.Position(particle % 18) << (Scalar.Position.bitWidth - 5)
                var positions = set.position[axis].mutableSpan
                positions[slot] =
                    particle % 2 == 0 ? clump &+ far >> 7 &- 1 << (Scalar.Position.bitWidth - 8) : far
                var momenta = set.momentum[axis].mutableSpan
                momenta[slot] = units.momentum(of: Double(particle % 100) * 0.0137 - 0.5 + Double(axis))!
            }
        }
        set.route()
        return set
    }

    private func writeCatalogue(
        _ file: HaloFile, _ particles: HaloParticles, _ criterion: FriendsOfFriends, to path: String,
        precision: String
    ) throws {
        let found = criterion.haloes(among: particles)
        var provenance = testProvenance
        provenance.precision = precision
        try file.write(
            found.catalogue, found.members(of: particles), to: path, provenance: provenance, over: world)
    }

    private func checkRunAndSnapshot<Scalar: StorableScalar>(_: Scalar.Type, precision: String) throws {
        let scratch = ScratchDirectory(over: world)
        let criterion = FriendsOfFriends()
        var first: [UInt8]?
        for grid in gridShapes {
            let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid))
            let set: ParticleSet<Scalar> = particles(mesh)
            var provenance = testProvenance
            provenance.precision = precision
            try snapshot.write(
                set.inLagrangianOrder(over: mesh), to: scratch.file("snapshot.h5"), provenance: provenance)
            try snapshot.withHaloParticles(set, from: mesh) {
                try writeCatalogue(
                    HaloFile(of: snapshot, shape: shape), $0, criterion, to: scratch.file("run.hdf5"),
                    precision: precision)
            }
            let read = try SnapshotParticles(reading: scratch.file("snapshot.h5"), over: world) { _ in grid }
            try writeCatalogue(
                read.haloFile, read.haloParticles, criterion, to: scratch.file("snapshot.hdf5"),
                precision: precision)
            let bytes = scratch.bytes("run.hdf5")
            XCTAssertTrue(bytes == scratch.bytes("snapshot.hdf5"), "run and snapshot differ, \(precision)")
            XCTAssertTrue(bytes == first ?? bytes, "the file depends on the grid, \(precision)")
            first = bytes
        }
        let table = try HaloTable(reading: scratch.file("run.hdf5"), over: world)
        XCTAssertGreaterThan(table.count, 8)
        try InputFile(opening: scratch.file("run.hdf5"), over: world).verify()
    }

    func testRunsAndTheirSnapshotsGiveTheSameBytesOnEveryGrid() throws {
        try checkRunAndSnapshot(Float.self, precision: "single")
        try checkRunAndSnapshot(Double.self, precision: "double")
    }

    func testRowsAreThoseOfTheParticlesInUnitsOfGadget() throws {
        let scratch = ScratchDirectory(over: world)
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        let set: ParticleSet<Float> = particles(mesh)
        let path = scratch.file("haloes.hdf5")
        try snapshot.write(
            set.inLagrangianOrder(over: mesh), to: scratch.file("snapshot.h5"), provenance: testProvenance)
        try snapshot.withHaloParticles(set, from: mesh) {
            try writeCatalogue(
                HaloFile(of: snapshot, shape: shape), $0, FriendsOfFriends(), to: path, precision: "single")
        }
        let table = try HaloTable(reading: path, over: world)
        let file = try InputFile(opening: path, over: world)
        let places = try InputFile(opening: scratch.file("snapshot.h5"), over: world)
        let positions = try places.readArray(at: "/PartType1/Coordinates", as: Double.self)
        let velocities = try places.readArray(at: "/PartType1/Velocities", as: Double.self)
        let identities = try file.readArray(at: "/IDs/ID", as: Int.self)
        let numbers = try file.readArray(at: "/Membership/GroupNumber", as: Int32.self)
        let offsets = try file.readArray(at: "/Group/GroupOffsetType", as: Int.self)
        XCTAssertEqual(identities.count, table.lengths.reduce(0, +))
        XCTAssertEqual(table.lengths, table.lengths.sorted(by: >))
        for halo in 0..<table.count {
            let members = identities[offsets[6 * halo + 1]..<offsets[6 * halo + 1] + table.lengths[halo]]
            XCTAssertTrue(members.allSatisfy { numbers[$0] == Int32(halo) })
            XCTAssertEqual(
                table.masses[halo], Double(table.lengths[halo]) * snapshot.particleMass, accuracy: 1e-9)
            for axis in 0..<3 {
                // Distances from the first member, the nearer way round the box.
                let first = positions[3 * members.first! + axis]
                let apart = members.map {
                    (positions[3 * $0 + axis] - first).remainder(dividingBy: table.box[axis])
                }
                let centre = first + apart.reduce(0, +) / Double(members.count)
                let error = (table.positions[halo][axis] - centre).remainder(dividingBy: table.box[axis])
                XCTAssertEqual(error, 0, accuracy: 1e-9)
                let speed = members.reduce(0) { $0 + velocities[3 * $1 + axis] } / Double(members.count)
                // Peculiar velocities are sqrt(a) = 1/2 of Gadget's.
                XCTAssertEqual(table.velocities[halo][axis], speed / 2, accuracy: 1e-4)
            }
        }
        XCTAssertEqual(numbers.count { $0 >= 0 }, identities.count)
        XCTAssertEqual(try file.attribute("Ngroups_Total", of: "/Header"), .integer(table.count))
        XCTAssertEqual(try file.attribute("BoxSize", of: "/Header"), .reals([18 * 0.7, 20 * 0.7, 18 * 0.7]))
        XCTAssertFalse(try file.groups().contains("/FOF"), "yt would take it for another format")
    }

    func testABoxWithoutHaloesIsAnEmptyCatalogue() throws {
        let scratch = ScratchDirectory(over: world)
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        let set: ParticleSet<Float> = particles(mesh)
        try snapshot.withHaloParticles(set, from: mesh) {
            try writeCatalogue(
                HaloFile(of: snapshot, shape: shape), $0, FriendsOfFriends(minimumParticles: 6000),
                to: scratch.file("none.hdf5"), precision: "single")
        }
        XCTAssertEqual(try HaloTable(reading: scratch.file("none.hdf5"), over: world).count, 0)
    }

    func testFilesOfOthersAreOneLine() throws {
        let scratch = ScratchDirectory(over: world)
        var file = try OutputFile(creating: scratch.file("other.h5"), provenance: testProvenance, over: world)
        try file.write([1.0], at: "/values", labels: Labels(units: "1", description: "a test"))
        try file.finish()
        assertThrowsEverywhere("other.h5: is no catalogue of haloes") {
            _ = try HaloTable(reading: scratch.file("other.h5"), over: world)
        }
        assertThrowsEverywhere("other.h5: is no snapshot of this program (it has no state_checksum)") {
            _ = try SnapshotParticles(reading: scratch.file("other.h5"), over: world) { _ in gridShapes[0] }
        }
        let whole = scratch.bytes("other.h5")
        scratch.write(Array(whole.prefix(whole.count / 2)), to: "cut.h5")
        assertThrowsEverywhere("cut.h5: is damaged or cut off") {
            _ = try SnapshotParticles(reading: scratch.file("cut.h5"), over: world) { _ in gridShapes[0] }
        }
    }
}
