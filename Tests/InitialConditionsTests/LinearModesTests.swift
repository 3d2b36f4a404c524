import Background
import InitialConditions
import Mesh
import Parallel
import TestSupport
import XCTest

final class LinearModesTests: SPMDTestCase {
    func testLinearModesOfTheReferenceAreReproduced() throws {
        try leaveToTestsOfBits()
        for name in ["A", "B"] {
            let universe = try GoldenUniverse(name)
            let expected = try universe.file.values("linear_modes")
            for shape in gridShapes where Decomposition.fits(universe.box.particles, on: shape) {
                let model = try universe.model(Double.self, on: RankGrid(world: world, shape: shape))
                let modes = model.linearModes(of: try universe.noise(over: model.particleGrid))
                // The file keeps √(V P) W(k): s³ times the overdensity.
                let cell = universe.box.spacing * universe.box.spacing * universe.box.spacing
                let halved = universe.box.particles.z / 2 + 1
                var error = 0.0
                var norm = 0.0
                for x in modes.x {
                    for y in modes.y {
                        for z in modes.z {
                            let index = 2 * ((x * universe.box.particles.y + y) * halved + z)
                            let local = modes.offset(x: x, y: y, z: z)
                            for part in 0..<2 {
                                let difference =
                                    cell * modes.values.span[local + part] - expected[index + part]
                                error += difference * difference
                                norm += expected[index + part] * expected[index + part]
                            }
                        }
                    }
                }
                XCTAssertLessThan((error / max(norm, 1e-300)).squareRoot(), 1e-12, "universe \(name)")
            }
        }
    }

    func testAmplitudesOfSidesWithoutCommonFactorsAreThoseOfThePowerSpectrum() throws {
        let shape = SIMD3(9, 10, 7)
        let power = LinearPower(Cosmology<Double>(.simpleLCDM, power: .eisensteinHu), .eisensteinHu)
        let amplitudes = try ModeAmplitudes(power, shape: shape, spacing: 3)
        let grid = RankGrid(world: world, shape: RankGrid.shapes(for: world.size).first!)
        let decomposition = try Decomposition(shape: shape, over: grid)
        var modes = FourierField<Double>(decomposition, for: "test")
        modes.mapModes { _, _, _, _, _ in (1, 0) }
        amplitudes.apply(to: &modes)
        modes.mapModes { x, y, z, real, imaginary in
            let signed = SIMD3<Double>(
                Double(2 * x > shape.x ? x - shape.x : x), Double(2 * y > shape.y ? y - shape.y : y),
                Double(z))
            let wave = 2 * Double.pi / 3 * signed / SIMD3<Double>(shape)
            let k = (wave * wave).sum().squareRoot()
            XCTAssertEqual(real, k == 0 ? 0 : (power(k) / 27).squareRoot(), accuracy: 1e-13)
            XCTAssertEqual(imaginary, 0)
            return (real, imaginary)
        }
    }

    func testATableThatDoesNotCoverTheBoxIsRefused() throws {
        let table = try PowerTable(parsing: "0.1 100\n0.2 90\n0.3 80\n0.4 70\n0.5 60\n", source: "short.txt")
        let model = LinearPowerModel.table(table, scalarAmplitude: 2e-9)
        let power = LinearPower(Cosmology<Double>(.simpleLCDM, power: model), model)
        XCTAssertThrowsError(try ModeAmplitudes(power, shape: [16, 16, 16], spacing: 4)) {
            XCTAssertTrue("\($0)".contains("short.txt"), "\($0)")
        }
    }
}
