import Background
import Dynamics
import Inference
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class GoldenGradientTests: SPMDTestCase {
    private static let names = ["A_s_1e9", "n_s", "Omega_m", "Omega_b", "h", "Omega_k", "w_0", "w_a"]

    private struct Errors {
        var value = 0.0
        var noise = 0.0
        var displacement = 0.0
        var momentum = 0.0
        var parameters: [Double] = []
        var differingWords = 0
    }

    private func errors<Scalar: ParticleScalar>(
        _ name: String, _ scalar: Scalar.Type, on shape: SIMD2<Int>
    ) throws -> Errors {
        let universe = try GoldenUniverse(name)
        let model = try universe.model(Scalar.self, on: RankGrid(world: world, shape: shape))
        // The reference's loss is Σ (ρ − target)².
        let objective = try densityComparison(
            universe.field("loss/target", over: model.mesh), sigma: 0.5.squareRoot(), model)
        let noise: Field<Scalar> = try universe.noise(over: model.particleGrid)
        let gradient = try gradient(model, [objective], at: noise).takeUniverse()

        var errors = Errors()
        errors.differingWords = gradient.differingWords
        let value = try universe.file.values("loss/value")[0]
        errors.value = abs(gradient.value / value - 1)
        for (index, name) in Self.names.enumerated() {
            let expected = try universe.file.values("gradient/\(name)")[0]
            let found = gradient.parameters.derivatives[index] * (index == 0 ? 1e-9 : 1)
            errors.parameters.append(abs(found / expected - 1))
        }
        let expected = try universe.file.values("gradient/white_noise")
        errors.noise = relativeError(gradient.noise.decomposition) { x, y, z, index in
            (Double(gradient.noise.values.span[gradient.noise.offset(x: x, y: y, z: z)]), expected[index])
        }
        let displacement = try universe.file.values("adjoint/disp_start")
        let momentum = try universe.file.values("adjoint/mom_start")
        for axis in 0..<3 {
            var local = 0
            errors.displacement = max(
                errors.displacement,
                relativeError(model.particleGrid) { _, _, _, index in
                    defer { local += 1 }
                    return (
                        Double(gradient.initial.position[axis].span[local]), displacement[3 * index + axis]
                    )
                })
            local = 0
            errors.momentum = max(
                errors.momentum,
                relativeError(model.particleGrid) { _, _, _, index in
                    defer { local += 1 }
                    return (Double(gradient.initial.momentum[axis].span[local]), momentum[3 * index + axis])
                })
        }
        return errors
    }

    /// Relative L2 error over all ranks.
    private func relativeError(
        _ grid: Decomposition, _ pair: (Int, Int, Int, Int) -> (found: Double, expected: Double)
    ) -> Double {
        var error = 0.0
        var norm = 0.0
        for x in grid.x {
            for y in grid.y {
                for z in 0..<grid.shape.z {
                    let (found, expected) = pair(x, y, z, (x * grid.shape.y + y) * grid.shape.z + z)
                    error += (found - expected) * (found - expected)
                    norm += expected * expected
                }
            }
        }
        let norms = world.allGather([
            Int(bitPattern: UInt(error.bitPattern)), Int(bitPattern: UInt(norm.bitPattern)),
        ])
        let sums = norms.reduce((0.0, 0.0)) {
            (
                $0.0 + Double(bitPattern: UInt64(bitPattern: Int64($1[0]))),
                $0.1 + Double(bitPattern: UInt64(bitPattern: Int64($1[1])))
            )
        }
        return (sums.0 / sums.1).squareRoot()
    }

    func testTheGradientOfTheReferenceIsReproducedInDoublePrecision() throws {
        try leaveToTestsOfBits()
        for name in ["A", "B"] {
            let particles = try GoldenUniverse(name).box.particles
            for shape in sample(of: gridShapes.filter { Decomposition.fits(particles, on: $0) }) {
                let errors = try errors(name, Double.self, on: shape)
                XCTAssertEqual(errors.differingWords, 0)
                XCTAssertLessThan(errors.value, 1e-9, "universe \(name)")
                XCTAssertLessThan(errors.noise, 1e-8, "universe \(name)")
                XCTAssertLessThan(errors.displacement, 1e-8, "universe \(name)")
                XCTAssertLessThan(errors.momentum, 1e-8, "universe \(name)")
                for (parameter, error) in zip(Self.names, errors.parameters) {
                    XCTAssertLessThan(error, 1e-8, "universe \(name), \(parameter)")
                }
                if world.isRoot { print("golden \(name) on \(shape): \(errors)") }
            }
        }
    }

    func testTheGradientOfTheReferenceIsReproducedInSinglePrecision() throws {
        try leaveToTestsOfBits()
        let errors = try errors("A", Float.self, on: gridShapes[0])
        if world.isRoot { print("golden A single: \(errors)") }
        XCTAssertEqual(errors.differingWords, 0)
        XCTAssertLessThan(errors.value, 1e-5)
        XCTAssertLessThan(errors.noise, 1e-5)
        for (parameter, error) in zip(Self.names, errors.parameters) {
            XCTAssertLessThan(error, 1e-4, "\(parameter)")
        }
    }
}
