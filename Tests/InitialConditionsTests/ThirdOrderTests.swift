import Background
import Dynamics
import Foundation
import Gravity
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class ThirdOrderTests: SPMDTestCase {
    private static var einsteinDeSitter: Cosmology<Double> {
        var parameters = CosmologyParameters.simpleLCDM
        parameters.omegaMatter = 1
        return Cosmology(parameters, power: .eisensteinHu)
    }
    private static var simple: Cosmology<Double> { Cosmology(.simpleLCDM, power: .eisensteinHu) }

    /// Where φ1,ij = w δ_ij, all that is known of a homogeneous sphere holds: ψ = −w a − (3/7) w² a² − (23/63) w³ a³ …
    func testAtTheCentreOfACubicWaveTheSeriesIsThatOfASphere() throws {
        let flow = try LagrangianFlow(side: 16, on: alone)
        let w = 0.3
        let contrast = flow.sampled { w * (cos($0) + cos($1) + cos($2)) }
        func atTheOrigin(_ order: PerturbationOrder) throws -> Double {
            let growth = order.growth(at: 1, Self.einsteinDeSitter)
            return flow.divergence(try flow.displaced(contrast, order, to: growth).psi)[0] / 3
        }
        let first = try atTheOrigin(.first)
        let second = try atTheOrigin(.second)
        XCTAssertEqual(first / -w, 1, accuracy: 1e-11)
        XCTAssertEqual((second - first) / (w * w), -3.0 / 7, accuracy: 1e-10)
        XCTAssertEqual(try atTheOrigin(.dealiasedSecond), second, accuracy: 1e-13)
        XCTAssertEqual((try atTheOrigin(.third) - second) / (w * w * w), -23.0 / 63, accuracy: 1e-10)
    }

    func testAPlaneWaveHasNoHigherOrders() throws {
        let flow = try LagrangianFlow(side: 12, on: alone)
        let contrast = flow.sampled { x, y, _ in 0.3 * cos(x + 2 * y) }
        func psi(_ order: PerturbationOrder) throws -> [[Double]] {
            try flow.displaced(contrast, order, to: order.growth(at: 1, Self.einsteinDeSitter)).psi
        }
        let (first, third) = (try psi(.first), try psi(.third))
        XCTAssertGreaterThan(first[0].max()!, 0.01)
        for axis in 0..<3 {
            for (a, b) in zip(first[axis], third[axis]) { XCTAssertEqual(a, b, accuracy: 1e-14) }
        }
    }

    /// δ = e (cos x + cos y): C_z = (e³/2)(cos x − cos y) sin x sin y, and ∇ × ψ = −D3c C since ∇·C = 0.
    func testTheTransversePartOfTwoCrossedWaves() throws {
        let flow = try LagrangianFlow(side: 16, on: alone)
        let e = 0.3
        let order = PerturbationOrder.third
        let psi = try flow.displaced(
            flow.sampled { x, y, _ in e * (cos(x) + cos(y)) }, order,
            to: order.growth(at: 1, Self.einsteinDeSitter)
        ).psi
        let (left, right) = (flow.derivative(psi[1], along: 0), flow.derivative(psi[0], along: 1))
        let expected = flow.sampled { x, y, _ in
            -e * e * e / 14 * (cos(x) - cos(y)) * sin(x) * sin(y)
        }
        for point in expected.indices {
            XCTAssertEqual(left[point] - right[point], expected[point], accuracy: 1e-13)
        }
        XCTAssertGreaterThan(expected.max()!, 1e-4)
    }

    /// Each order satisfies the equations of motion, Σ cof(F)_ij (𝓛ψ)_i,j = (3/2) Ω_m(a) (det F − 1) with
    /// F = 1 + ∂ψ/∂q, and the absence of vorticity, Σ_l F_lj F′_lk − F_lk F′_lj = 0, up to terms of one order more.
    func testResidualsOfTheEquationsOfMotionFallWithTheNextPowerOfGrowth() throws {
        try leaveToTestsOfBits()
        let flow = try LagrangianFlow(side: 24, on: alone)
        let contrast = flow.longWaves(seed: 3)
        for (name, cosmology) in [("EdS", Self.einsteinDeSitter), ("LCDM", Self.simple)] {
            for order in [PerturbationOrder.first, .second, .dealiasedSecond, .third] {
                let early = try residuals(flow, contrast, order, at: 0.02, cosmology)
                let late = try residuals(flow, contrast, order, at: 0.04, cosmology)
                let expected = Double(order.rawValue)
                XCTAssertEqual(
                    log2(late.poisson / early.poisson), expected + 1, accuracy: 0.01, "\(name) \(order)")
                if order.rawValue > 1 {
                    XCTAssertEqual(
                        log2(late.vorticity / early.vorticity), expected + 1, accuracy: 0.01,
                        "\(name) \(order)")
                }
                if order.rawValue == 3 {
                    // Without the transverse part vorticity is wrong at third order.
                    XCTAssertEqual(
                        log2(late.longitudinalVorticity / early.longitudinalVorticity), 3, accuracy: 0.01,
                        name)
                }
            }
        }
    }

    private struct Residuals {
        let poisson: Double
        let vorticity: Double
        let longitudinalVorticity: Double
    }

    private func residuals(
        _ flow: LagrangianFlow, _ contrast: [Double], _ order: PerturbationOrder, at a: Double,
        _ cosmology: Cosmology<Double>
    ) throws -> Residuals {
        let (psi, rate) = try flow.displaced(contrast, order, to: order.growth(at: a, cosmology))
        // ψ″ from ψ′ by differences of sixth order in ln a.
        let step = 0.02
        let around = try [-3, -2, -1, 1, 2, 3].map { shift in
            try flow.displaced(
                contrast, order, to: order.growth(at: a * exp(step * Double(shift)), cosmology)
            ).rate
        }
        let weights = [-1.0, 9, -45, 45, -9, 1].map { $0 / (60 * step) }
        let drag = 2 + cosmology.expansionRateSlope(at: a)
        let pull = (0..<3).map { (axis: Int) -> [Double] in
            contrast.indices.map { point -> Double in
                var sum = drag * rate[axis][point]
                for (weight, near) in zip(weights, around) { sum += weight * near[axis][point] }
                return sum
            }
        }
        let (f, g) = (gradient(of: psi, flow, plus: 1), gradient(of: pull, flow, plus: 0))
        let source = 1.5 * cosmology.matterFraction(at: a)
        let poisson = contrast.indices.map { point -> Double in
            var sum = 0.0
            var determinant = 0.0
            for i in 0..<3 {
                for j in 0..<3 {
                    let (k, l, m, n) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3)
                    let cofactor = f[k][m][point] * f[l][n][point] - f[k][n][point] * f[l][m][point]
                    sum += cofactor * g[i][j][point]
                    if i == 0 { determinant += cofactor * f[i][j][point] }
                }
            }
            return sum - source * (determinant - 1)
        }
        return Residuals(
            poisson: rms([poisson]), vorticity: rms(vorticity(psi, rate, flow)),
            longitudinalVorticity: rms(vorticity(flow.longitudinal(psi), flow.longitudinal(rate), flow)))
    }

    /// Σ_l F_lj F′_lk − F_lk F′_lj for (j, k) = (y, z), (z, x), (x, y).
    private func vorticity(_ psi: [[Double]], _ rate: [[Double]], _ flow: LagrangianFlow) -> [[Double]] {
        let (f, q) = (gradient(of: psi, flow, plus: 1), gradient(of: rate, flow, plus: 0))
        return [(1, 2), (2, 0), (0, 1)].map { (j: Int, k: Int) -> [Double] in
            psi[0].indices.map { point -> Double in
                var sum = 0.0
                for l in 0..<3 {
                    sum += f[l][j][point] * q[l][k][point]
                    sum -= f[l][k][point] * q[l][j][point]
                }
                return sum
            }
        }
    }

    private func gradient(of vector: [[Double]], _ flow: LagrangianFlow, plus diagonal: Double)
        -> [[[Double]]]
    {
        (0..<3).map { i in
            (0..<3).map { j in
                flow.derivative(vector[i], along: j).map { i == j ? $0 + diagonal : $0 }
            }
        }
    }

    private func rms(_ fields: [[Double]]) -> Double {
        fields.joined().reduce(0.0) { $0 + $1 * $1 }.squareRoot()
    }

    func testTheStateHasTheSameBitsOnAnyRankGrid() throws {
        for order in [PerturbationOrder.dealiasedSecond, .third] {
            try assertOneState(Float.self, order)
            try assertOneState(Double.self, order)
        }
    }

    private func assertOneState<Scalar: ParticleScalar>(_: Scalar.Type, _ order: PerturbationOrder) throws {
        let box = Box(particles: [18, 21, 16], spacing: 8, mesh: [18, 21, 16])
        func checksum(_ grid: RankGrid, _ order: PerturbationOrder) throws -> UInt64 {
            let model = try ForwardModel<Scalar>(
                box, in: (.simpleLCDM, .eisensteinHu), startingWith: order,
                following: EvolutionPlan(through: [0.3, 1], by: FastPM(), observing: [1]),
                under: ForceKernel(named: "1_4")!, on: grid)
            return try model.start(from: .whiteNoise(seed: 4, over: model.particleGrid)).particles.checksum()
        }
        let single = RankGrid(world: alone, shape: [1, 1])
        let expected = try checksum(single, order)
        XCTAssertNotEqual(expected, try checksum(single, .second))
        for shape in gridShapes where Decomposition.fits(box.particles, on: shape) {
            XCTAssertEqual(try checksum(RankGrid(world: world, shape: shape), order), expected, "\(shape)")
        }
    }
}
