import Memory
import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

final class GoldenTests: SPMDTestCase {
    func testNumbersOfGoldenAAreThoseOfItsAuthor() throws {
        let golden = try Golden("golden_A_exact.h5")
        XCTAssertEqual(try golden.attribute("Omega_m"), 0.3)
        XCTAssertEqual(try golden.attribute("nsteps"), 15)
        XCTAssertEqual(try golden.attributes("ptcl_grid_shape"), [32, 32, 32])
        XCTAssertEqual(try golden.shape("white_noise"), [32, 32, 32])
        // D1(a = 1) < 1 with dark energy, and the table ends today.
        XCTAssertEqual(try golden.values("growth/a").count, 31)
        XCTAssertEqual(try golden.values("growth/a").max(), 1)
        // Deflated, chunked, complex: the first mode is the mean, which is no displacement.
        XCTAssertEqual(try golden.values("linear_modes").count, 2 * 32 * 32 * 17)
        XCTAssertEqual(try golden.values("gradient/fd_white_noise_index").count, 12)
        let noise = try golden.values("white_noise")
        XCTAssertEqual(noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count), 1, accuracy: 0.03)
    }

    func testGoldenRowsAndFieldsAreReadOnEveryGrid() throws {
        let path = TestData.path("golden_B_exact.h5")
        for grid in gridShapes where grid.x * 3 <= 16 && grid.y * 3 <= 16 {
            let mesh = try Decomposition(shape: [16, 16, 16], over: RankGrid(world: world, shape: grid))
            let input = try InputFile(opening: path, over: world)
            let rows = Rows(of: mesh, columns: 3)
            let momenta: Buffer<Double> = try input.read(rows, at: "nbody/mom_stop", for: "test")
            let all = try input.readArray(at: "nbody/mom_stop", as: Double.self)
            let noise: Field<Float> = try input.readField(at: "white_noise", over: mesh, for: "test")
            let allNoise = try input.readArray(at: "white_noise", as: Double.self)
            for row in 0..<rows.count {
                let index = rows.globalIndex(of: row)
                for axis in 0..<3 { XCTAssertEqual(momenta.span[3 * row + axis], all[3 * index + axis]) }
                XCTAssertEqual(noise.values.span[row], Float(allNoise[index]))
            }
        }
    }

    func testKnownRandomBitsAreThere() throws {
        let known = try Golden("jax_normal.h5")
        XCTAssertEqual(try known.values("key42"), [0, 42])
        XCTAssertEqual(try known.shape("bits42_uint32"), [3, 7, 11])
    }
}
