import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

final class SnapshotTests: SPMDTestCase {
    private func write(
        _ path: String, on grid: SIMD2<Int>, shape: SIMD3<Int>, precision: String,
        in unit: LengthUnit = .megaparsec
    ) throws -> Snapshot {
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid))
        let rows = Rows(of: mesh)
        var snapshot = Snapshot(
            scaleFactor: 0.25, spacing: 2, omegaMatter: 0.3, omegaBaryon: 0.05, omegaLambda: 0.7, hubble: 0.7,
            stateChecksum: "0123456789abcdef")
        snapshot.age = 13.5
        snapshot.lengthUnit = unit
        let particles = Snapshot.Particles(
            of: mesh,
            positions: { range, values in
                for index in values.indices {
                    let global = rows.globalIndex(of: range.lowerBound + index / 3)
                    // The last particle stands at the very end of the box.
                    values[index] =
                        global == mesh.pointCount - 1 ? 2 * Double(shape[index % 3]) : Double(global) / 1e6
                }
            },
            momenta: { range, values in
                for index in values.indices {
                    values[index] = Double(rows.globalIndex(of: range.lowerBound + index / 3)) + 0.1
                }
            })
        var provenance = testProvenance
        provenance.precision = precision
        try snapshot.write(particles, to: path, provenance: provenance)
        return snapshot
    }

    func testHeaderIsGadgets() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("snapshot.h5")
        let snapshot = try write(path, on: gridShapes[0], shape: [18, 18, 18], precision: "single")
        let file = try InputFile(opening: path, over: world)
        func header(_ name: String) throws -> AttributeValue? { try file.attribute(name, of: "/Header") }
        XCTAssertEqual(try header("NumPart_ThisFile"), .integers([0, 5832, 0, 0, 0, 0]))
        XCTAssertEqual(try header("NumPart_Total"), .words([0, 5832, 0, 0, 0, 0]))
        XCTAssertEqual(try header("NumPart_Total_HighWord"), .words([0, 0, 0, 0, 0, 0]))
        XCTAssertEqual(try header("MassTable"), .reals([0, snapshot.particleMass, 0, 0, 0, 0]))
        XCTAssertEqual(try header("Time"), .real(0.25))
        XCTAssertEqual(try header("Redshift"), .real(3))
        XCTAssertEqual(try header("BoxSize"), .real(36))
        XCTAssertEqual(try header("Omega0"), .real(0.3))
        XCTAssertEqual(try header("HubbleParam"), .real(0.7))
        XCTAssertEqual(try header("Time_GYR"), .real(13.5))
        // What yt takes a file for one by, whose units stand in it.
        XCTAssertTrue(
            Set(["/Constants", "/Header", "/Parameters", "/Units"]).isSubset(of: try file.groups()))
        XCTAssertEqual(
            try XCTUnwrap(file.attribute("UnitTime_in_s", of: "/Units")?.real), 3.0856775814913674e19,
            accuracy: 1e7)
        XCTAssertEqual(
            try XCTUnwrap(file.attribute("GRAVITY", of: "/Constants")?.real), 6.6743e-8, accuracy: 1e-12)
        XCTAssertEqual(try file.attribute("state_checksum"), .text("0123456789abcdef"))
        XCTAssertEqual(try file.attribute("units", of: "/PartType1/Coordinates"), .text("Mpc/h"))
        XCTAssertNotNil(try Provenance(of: file))
    }

    func testBoxesThatAreNoCubesHaveThreeSizes() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("snapshot.h5")
        _ = try write(path, on: gridShapes[0], shape: [18, 20, 5], precision: "single")
        let file = try InputFile(opening: path, over: world)
        XCTAssertEqual(try file.attribute("BoxSize", of: "/Header"), .reals([36, 40, 10]))
        XCTAssertEqual(try file.attribute("BoxSize", of: "/Parameters"), .real(40), "a number for Gadget-4")
        XCTAssertEqual(try file.attribute("LONG_X", of: "/Config"), .real(0.9))
        XCTAssertEqual(try file.attribute("LONG_Y", of: "/Config"), .real(1))
        XCTAssertEqual(try file.attribute("LONG_Z", of: "/Config"), .real(0.25))
    }

    func testKiloparsecsAreAThousandTimesAsManyAndComeBack() throws {
        let scratch = ScratchDirectory(over: world)
        let grid = RankGrid(world: world, shape: gridShapes[0])
        for unit in LengthUnit.allCases {
            _ = try write(
                scratch.file("s.hdf5"), on: gridShapes[0], shape: [18, 20, 5], precision: "single", in: unit)
            let file = try InputFile(opening: scratch.file("s.hdf5"), over: world)
            let factor = unit == .megaparsec ? 1.0 : 1000
            let positions = try file.readArray(at: "/PartType1/Coordinates", as: Double.self)
            XCTAssertEqual(positions[3 * 77 + 1], factor * (77 / 1e6))
            XCTAssertEqual(positions.suffix(3), [36, 40, 10].map { (factor * $0).nextDown })
            XCTAssertEqual(try file.attribute("units", of: "/PartType1/Coordinates"), .text(unit.rawValue))
            let centimetres = 3.085677581491367e24 / factor
            for name in [
                ("UnitLength_in_cm", "/Units"), ("UnitLength_in_cm", "/Parameters"),
                ("to_cgs", "/PartType1/Coordinates"),
            ] {
                XCTAssertEqual(
                    try XCTUnwrap(file.attribute(name.0, of: name.1)?.real), centimetres,
                    accuracy: 1e-12 * centimetres)
            }
            let read = try SnapshotParticles(reading: scratch.file("s.hdf5"), over: world) { _ in grid.shape }
            XCTAssertEqual(read.haloFile.box, [36, 40, 10])
            XCTAssertEqual(read.haloFile.snapshot.spacing, 2)
            XCTAssertEqual(read.haloFile.snapshot.lengthUnit, unit)
        }
    }

    func testCriticalDensityIsTheKnownNumber() {
        XCTAssertEqual(Snapshot.criticalDensity, 27.753_662_7, accuracy: 1e-6)
    }

    func testParticlesStandInLagrangianOrderWithGadgetsVelocities() throws {
        let scratch = ScratchDirectory(over: world)
        for precision in ["single", "double"] {
            var contents: [UInt8]?
            for grid in gridShapes {
                _ = try write(scratch.file("s.h5"), on: grid, shape: [18, 20, 5], precision: precision)
                let bytes = scratch.bytes("s.h5")
                XCTAssertTrue(contents ?? bytes == bytes, "the file depends on the grid")
                contents = bytes
            }
            let file = try InputFile(opening: scratch.file("s.h5"), over: world)
            XCTAssertEqual(
                try file.readArray(at: "/PartType1/ParticleIDs", as: UInt64.self), (0..<1800).map(UInt64.init)
            )
            let positions = try file.readArray(at: "/PartType1/Coordinates", as: Double.self)
            XCTAssertEqual(positions[3 * 77 + 1], 77 / 1e6)
            XCTAssertEqual(positions.suffix(3), [36, 40, 10].map(\.nextDown))
            let velocities = try file.readArray(at: "/PartType1/Velocities", as: Double.self)
            // 100 p a^(−3/2) with a = 1/4 is 800 p.
            XCTAssertEqual(velocities[3 * 77 + 2], 800 * 77.1, accuracy: precision == "single" ? 1e-2 : 1e-9)
            XCTAssertEqual(
                try file.dataset("/PartType1/Velocities").typeName,
                precision == "single" ? "float32" : "float64")
            XCTAssertEqual(try file.dataset("/PartType1/Velocities").shape, [1800, 3])
        }
    }
}
