import Dynamics
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class GoldenEvolutionTests: SPMDTestCase {
    private func finalErrors<Scalar: ParticleScalar>(
        _ name: String, _ scalar: Scalar.Type, on shape: SIMD2<Int>
    ) throws -> (displacement: Double, momentum: Double, density: Double) {
        let universe = try GoldenUniverse(name)
        let model = try universe.model(Scalar.self, on: RankGrid(world: world, shape: shape))
        var evolution = try model.start(from: universe.noise(over: model.particleGrid))
        var densityError = Double.nan
        while !evolution.isFinished {
            try evolution.advance { observation, particles in
                XCTAssertEqual(observation.scaleFactor, 1)
                densityError = try self.densityError(universe, particles)
            }
        }
        let state = evolution.particles.inLagrangianOrder(over: model.particleGrid)
        let errors = universe.relativeErrors(
            of: state, displacement: try universe.file.values("nbody/disp_stop"),
            momentum: try universe.file.values("nbody/mom_stop"))
        return (errors.displacement, errors.momentum, densityError)
    }

    /// Relative L2 error of ρ/ρ̄ on the mesh.
    private func densityError<Scalar: ParticleScalar>(
        _ universe: GoldenUniverse, _ particles: borrowing ParticleSet<Scalar>
    ) throws -> Double {
        let expected = try universe.file.values("nbody/dens_stop")
        let density = try particles.relativeDensity()
        let mesh = density.decomposition
        var error = 0.0
        var norm = 0.0
        for x in mesh.x {
            for y in mesh.y {
                for z in 0..<mesh.shape.z {
                    let reference = expected[(x * mesh.shape.y + y) * mesh.shape.z + z]
                    let difference = Double(density.values.span[density.offset(x: x, y: y, z: z)]) - reference
                    error += difference * difference
                    norm += reference * reference
                }
            }
        }
        let sums = world.sum([Int128(error * 1e30), Int128(norm * 1e30)])
        return (Double(sums[0]) / Double(sums[1])).squareRoot()
    }

    func testKicksAndDriftsAreThoseOfTheReference() throws {
        try leaveToTestsOfBits()
        for name in ["A", "B"] {
            let universe = try GoldenUniverse(name)
            let model = try universe.model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
            // The reference keeps (3/2) Ω_m in the force, we in the kick.
            let gravity = 1.5 * universe.parameters.omegaMatter
            var kicks: [Double] = []
            var drifts: [Double] = []
            for stage in model.schedule.stages {
                switch stage {
                case .kick(let coefficient): kicks.append(coefficient.value / gravity)
                case .drift(let coefficient): drifts.append(coefficient.value)
                case .force, .observe: break
                }
            }
            let first = try universe.file.values("nbody/kick1")
            let second = try universe.file.values("nbody/kick2")
            let drift = try universe.file.values("nbody/drift")
            XCTAssertEqual(drifts.count, drift.count)
            for step in drift.indices {
                XCTAssertEqual(kicks[2 * step], first[step], accuracy: 1e-10 * abs(first[step]))
                XCTAssertEqual(kicks[2 * step + 1], second[step], accuracy: 1e-10 * abs(second[step]))
                XCTAssertEqual(drifts[step], drift[step], accuracy: 1e-10 * abs(drift[step]))
            }
        }
    }

    func testFinalStateOfTheReferenceIsReproducedInDoublePrecision() throws {
        try leaveToTestsOfBits()
        for name in ["A", "B"] {
            let particles = try GoldenUniverse(name).box.particles
            for shape in sample(of: gridShapes.filter { Decomposition.fits(particles, on: $0) }) {
                let errors = try finalErrors(name, Double.self, on: shape)
                XCTAssertLessThan(errors.displacement, 1e-9, "universe \(name)")
                XCTAssertLessThan(errors.momentum, 1e-9, "universe \(name)")
                XCTAssertLessThan(errors.density, 1e-9, "universe \(name)")
            }
        }
    }

    func testFinalStateOfTheReferenceIsReproducedInSinglePrecision() throws {
        try leaveToTestsOfBits()
        let errors = try finalErrors("A", Float.self, on: gridShapes[0])
        XCTAssertLessThan(errors.displacement, 1e-5)
        XCTAssertLessThan(errors.momentum, 1e-5)
        XCTAssertLessThan(errors.density, 1e-5)
    }
}
