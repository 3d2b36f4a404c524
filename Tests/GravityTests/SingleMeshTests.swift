import Gravity
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class SingleMeshTests: SPMDTestCase {
    private let shape = SIMD3(16, 20, 24)
    private let cell = 2.5

    /// δ = cos(k·x) on the mesh, with whole wavenumbers per axis.
    private func wave(_ numbers: SIMD3<Int>, over decomposition: Decomposition) -> Field<Double> {
        var field = Field<Double>(decomposition, ghosts: .none, for: "contrast")
        for x in decomposition.x {
            for y in decomposition.y {
                for z in 0..<shape.z {
                    let target = field.offset(x: x, y: y, z: z)
                    let phase = SIMD3<Double>(SIMD3(x, y, z) &* numbers) / SIMD3<Double>(shape)
                    var values = field.values.mutableSpan
                    values[target] = cos(2 * Double.pi * phase.sum())
                }
            }
        }
        return field
    }

    /// F = −∇∇⁻²δ of δ = cos θ is −(G/K²) sin θ along each axis, G the gradient's and −K² the Laplacian's
    /// eigenvalue, written down here from the definitions and not from the tables of the law.
    func testAPlaneWaveFeelsTheAnalyticForceOfEveryKernel() throws {
        let numbers = SIMD3(2, 3, 1)
        let w = (0..<3).map { 2 * Double.pi * Double(numbers[$0]) / Double(shape[$0]) }
        func sinc(_ x: Double) -> Double { sin(x) / x }
        let continuous = w.reduce(0) { $0 + $1 * $1 }
        let second = w.reduce(0) { $0 + 4 * sin($1 / 2) * sin($1 / 2) }
        let fourth = w.reduce(0) { $0 + (15 - 16 * cos($1) + cos(2 * $1)) / 6 }
        let fourPoint = w.map { (8 * sin($0) - sin(2 * $0)) / 6 }
        let window = w.reduce(1) { $0 / pow(sinc($1 / 2), 4) }
        let expected: [String: (gradient: [Double], laplacian: Double, window: Double)] = [
            "1_4": (fourPoint, continuous, 1), "3_4": (fourPoint, second, 1), "5_4": (fourPoint, fourth, 1),
            "3_2": (w, second, 1), "naive": (w, continuous, 1), "gadget": (fourPoint, continuous, window),
            "eastwood": (w, continuous, window),
        ]
        XCTAssertEqual(Set(expected.keys), Set(ForceKernel.named.map(\.name)))

        for gridShape in gridShapes where Decomposition.fits(shape, on: gridShape) {
            let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShape))
            for (name, kernel) in ForceKernel.named {
                let law = SingleMesh<Double>(ForceMesh(mesh, spacing: cell), kernel: kernel)
                let force = law.solve(wave(numbers, over: mesh), for: ParticlePlanes(ofNobodyOn: mesh))
                let reference = expected[name]!
                for axis in 0..<3 {
                    let component = force.component(axis)
                    let amplitude =
                        -reference.gradient[axis] / reference.laplacian * reference.window * cell
                    for x in mesh.x {
                        for y in mesh.y {
                            for z in 0..<shape.z {
                                let phase = SIMD3<Double>(SIMD3(x, y, z) &* numbers) / SIMD3<Double>(shape)
                                XCTAssertEqual(
                                    component.values.span[component.offset(x: x, y: y, z: z)],
                                    amplitude * sin(2 * Double.pi * phase.sum()), accuracy: 1e-12, name)
                            }
                        }
                    }
                }
            }
        }
    }

    func testAUniformBoxFeelsNoForce() throws {
        let mesh = try Decomposition(
            shape: shape, over: RankGrid(world: world, shape: RankGrid.shapes(for: world.size)[0]))
        let law = SingleMesh<Double>(
            ForceMesh(mesh, spacing: cell), kernel: ForceKernel(named: "1_4")!)
        let force = law.solve(
            wave([0, 0, 0], over: mesh), for: ParticlePlanes(ofNobodyOn: mesh))
        for axis in 0..<3 {
            let component = force.component(axis)
            for x in mesh.x {
                XCTAssertEqual(
                    component.values.span[component.offset(x: x, y: mesh.y.lowerBound, z: 0)], 0,
                    accuracy: 1e-13)
            }
        }
    }

    func testTheAccelerationOfTheReferenceIsReproduced() throws {
        try leaveToTestsOfBits()
        for name in ["A", "B"] {
            let universe = try GoldenUniverse(name)
            let expected = try universe.file.values("nbody/acc_start")
            let grid = RankGrid(world: world, shape: gridShapes[0])
            let model = try universe.model(Double.self, on: grid)
            // A kick from rest by (3/2) Ω_m leaves the acceleration in the momentum.
            var state = try model.initialState(from: universe.noise(over: model.particleGrid))
            for axis in 0..<3 {
                var momentum = state.momentum[axis].mutableSpan
                for index in momentum.indices { momentum[index] = 0 }
            }
            var particles = ParticleSet(routing: state, to: model.mesh)
            let force = try model.solver.solve(for: particles, at: ForceIndex(0))
            try force.kick(&particles, by: [1.5 * universe.parameters.omegaMatter])
            let kicked = particles.inLagrangianOrder(over: model.particleGrid)
            let none = [Double](repeating: 0, count: expected.count)
            let error = universe.relativeErrors(of: kicked, displacement: none, momentum: expected).momentum
            XCTAssertLessThan(error, 1e-10, "universe \(name)")
        }
    }
}
