import Background
import Dynamics
import Gravity
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// Gravity of another strength at each moment, `F_n = s_n F`: a law with parameters of its own that depends on the
/// number of the force.
private struct UnevenGravity: ForcePlan {
    var strengths: [Double]

    func law<Scalar: ParticleScalar>(on mesh: ForceMesh<Scalar>) throws -> any ForceLaw<Scalar> {
        UnevenLaw(SingleMesh(mesh, kernel: kernel), strengths)
    }

    func work(on share: MeshShare) -> ForceWork { kernel.work(on: share) }

    private var kernel: ForceKernel { ForceKernel(named: "1_4")! }
}

private final class UnevenLaw<Scalar: ParticleScalar>: ForceLaw {
    private let even: SingleMesh<Scalar>
    private let strengths: [Double]

    init(_ even: SingleMesh<Scalar>, _ strengths: [Double]) {
        self.even = even
        self.strengths = strengths
    }

    var mesh: ForceMesh<Scalar> { even.mesh }
    var parameterNames: [String] { strengths.indices.map { "s\($0)" } }

    func solve(
        for particles: borrowing ParticleSet<Scalar>, at force: ForceIndex
    ) throws -> any Force<Scalar> {
        UnevenForce(try even.solve(for: particles, at: force), strengths, force.number)
    }
}

private final class UnevenForce<Scalar: ParticleScalar>: Force {
    private let even: any Force<Scalar>
    private let strengths: [Double]
    private let number: Int

    init(_ even: any Force<Scalar>, _ strengths: [Double], _ number: Int) {
        self.even = even
        self.strengths = strengths
        self.number = number
    }

    private func scaled(_ coefficients: [Double]) -> [Double] { coefficients.map { strengths[number] * $0 } }

    func kick(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws {
        try even.kick(&particles, by: scaled(coefficients))
    }

    func kickBack(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws {
        try even.kickBack(&particles, by: scaled(coefficients))
    }

    func kickAdjoint(
        _ particles: inout ParticleSet<Scalar>, by coefficients: [Double],
        carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> KickDerivatives {
        let inner = try even.kickAdjoint(&particles, by: scaled(coefficients), carrying: &cotangents)
        var parameters = strengths.map { _ in 0.0 }
        parameters[number] = inner.coefficient * coefficients.reduce(0, +)
        return KickDerivatives(coefficient: strengths[number] * inner.coefficient, parameters: parameters)
    }

    func component(_ axis: Int) -> Field<Scalar> { even.component(axis) }
}

final class ForceLawTests: SPMDTestCase {
    private let strengths = [0.8, 1.1, 1.3, 0.9]

    private func model(_ force: any ForcePlan, on grid: RankGrid) throws -> ForwardModel<Double> {
        try ForwardModel(
            Box(particles: [14, 16, 12], spacing: 6, mesh: [14, 16, 12]), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: FastPM(), observing: [0.6, 1]),
            under: force, on: grid)
    }

    /// `½ Σ p²` at both observations, with its gradient.
    private func gradient(_ strengths: [Double], on grid: RankGrid) throws -> Gradient<Double> {
        let model = try model(UnevenGravity(strengths: strengths), on: grid)
        return try model.gradient(at: .whiteNoise(seed: 5, over: model.particleGrid)) {
            _, particles, adjoint in
            let units = particles.units
            return try (0..<3).reduce(0.0) { sum, axis in
                let momenta = particles.momentum[axis].span
                var target = adjoint.cotangents.momentum[axis].mutableSpan
                for slot in 0..<particles.count {
                    target[slot] += units.momentum(momenta[slot])
                }
                return try sum
                    + grid.world.exactSum(count: particles.count, of: "kinetic energy") {
                        let momentum = units.momentum(momenta[$0])
                        return momentum * momentum / 2
                    }
            }
        }
    }

    func testForcesAreNumberedAlongASchedule() {
        let schedule = FastPM().schedule(
            through: [0.1, 0.3, 0.6, 1], observing: [],
            Cosmology<Dual>(.simpleLCDM, power: .eisensteinHu))
        var numbers: [Int] = []
        for case .force(let index) in schedule.stages { numbers.append(index.number) }
        XCTAssertEqual(numbers, [0, 1, 2, 3])
        XCTAssertEqual(schedule.forceCount, 4)
        // force, kick, drift, force, kick, kick …: both kicks of a moment feel its force.
        XCTAssertEqual(schedule.force(before: 1), ForceIndex(0))
        XCTAssertEqual(schedule.force(before: 3), ForceIndex(0))
        XCTAssertEqual(schedule.force(before: 4), ForceIndex(1))
        XCTAssertEqual(schedule.force(before: 5), ForceIndex(1))
    }

    /// Had a force another number on the way back, the state would not come back and the derivatives be wrong.
    func testDerivativesByALawsOwnParametersAgreeWithDifferences() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let gradient = try gradient(strengths, on: grid)
        XCTAssertEqual(gradient.differingWords, 0)
        XCTAssertEqual(gradient.lawParameters.count, strengths.count)
        let step = 1e-5
        for index in strengths.indices {
            let values = try [1, -1].map { sign in
                var moved = strengths
                moved[index] += sign * step
                return try self.gradient(moved, on: grid).value
            }
            let difference = (values[0] - values[1]) / (2 * step)
            let derivative = gradient.lawParameters[index]
            XCTAssertGreaterThan(abs(difference), 1e-3 * gradient.value)
            XCTAssertEqual(derivative, difference, accuracy: 1e-6 * abs(difference), "s\(index)")
        }
    }

    func testTheyAreTheSameBitsOnAllRanks() throws {
        let reference = try gradient(strengths, on: RankGrid(world: alone, shape: [1, 1])).lawParameters
        for shape in gridShapes where Decomposition.fits([14, 16, 12], on: shape) {
            let found = try gradient(strengths, on: RankGrid(world: world, shape: shape)).lawParameters
            XCTAssertEqual(found, reference, "\(shape)")
        }
    }

    func testALawWithoutParametersHasNoDerivatives() throws {
        let model = try model(ForceKernel(named: "1_4")!, on: RankGrid(world: world, shape: gridShapes[0]))
        let gradient = try model.gradient(at: .whiteNoise(seed: 5, over: model.particleGrid)) { _, _, _ in 0 }
        XCTAssertEqual(gradient.lawParameters, [])
    }
}
