import Background
import Dynamics
import Gravity
import Inference
import InitialConditions
import Measurement
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// The posterior as optimisers see it, and the search from coarse to fine.
final class PosteriorTests: SPMDTestCase {
    private func model(on world: Communicator) throws -> ForwardModel<Double> {
        let grid = RankGrid(world: world, shape: RankGrid.shapes(for: world.size)[0])
        return try ForwardModel(
            Box(particles: [18, 20, 16], spacing: 6, mesh: [18, 20, 16]), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.4, 0.7, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    /// Biased data with Gaussian errors, Omega_m and the exponent of the bias being sought.
    private func posterior(
        around model: ForwardModel<Double>, _ whiteNoise: WhiteNoisePrior = .unitNormal,
        correction: ScoreCorrection<Double>? = nil
    ) throws -> Posterior<Double> {
        let observable = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
        var data = Field<Double>.whiteNoise(seed: 9, over: model.mesh)
        data.mapPoints { _, _, _, value in 1 + value / 2 }
        let comparison = Comparison(
            at: 1, observable, bias: PowerLawBias(amplitude: 1.1, exponent: 1.4),
            try GaussianLikelihood(data: .mesh(data), weights: nil, sigma: 0.7, on: observable.grid))
        let space = ParameterSpace(
            [
                SoughtParameter(
                    "Omega_m", of: .cosmology(.omegaMatter), from: 0.3, prior: .init(mean: 0.31, sigma: 0.02),
                    within: 0.1...0.6, scale: 0.02),
                SoughtParameter(
                    "bias_exponent", of: .observation(1), from: 1.4, prior: nil, within: 0.1...4, scale: 0.01),
            ], own: [1.1, 1.4])
        return Posterior(
            JointLikelihood([comparison]), whiteNoise, over: space, around: model, correction: correction)
    }

    /// Mocks in which shorter waves are known less well, with the modes that the shells of the box have.
    private func mocks(_ model: ForwardModel<Double>) throws -> [ScoreCorrection<Double>.Mock] {
        let shape = SIMD3<Double>(model.box.particles)
        let noise = Field<Double>.whiteNoise(seed: 1, over: model.particleGrid)
        let spectrum = try PowerSpectrum(
            of: FourierTransform(model.particleGrid).forward(noise), box: shape)
        let width = 2 * Double.pi / model.box.size.max()
        return (0..<2).map { mock in
            ScoreCorrection<Double>.Mock(
                wavenumbers: (1...6).map { Double($0) * width },
                modes: spectrum.modesPerShell.prefix(6).map(Double.init),
                powers: (0..<6).map { 0.9 - 0.1 * Double($0 + mock) },
                correlations: (0..<6).map { 0.95 - 0.1 * Double($0) })
        }
    }

    private func assertSlopes(_ posterior: Posterior<Double>, _ model: ForwardModel<Double>) throws {
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        let point = ParameterVector(noise: noise, parameters: [0.4, -0.6])
        let there = try posterior.evaluate(at: point)!
        let direction = ParameterVector(
            noise: Field<Double>.whiteNoise(seed: 5, over: model.particleGrid), parameters: [0, 0])
        let along = try innerProduct(there.gradient, direction)
        func moved(_ step: Double, _ vector: borrowing ParameterVector<Double>) throws -> Double {
            var moved = point.copy()
            moved.add(vector, times: step)
            return try posterior.evaluate(at: moved)!.value
        }
        XCTAssertNotEqual(along, 0)
        let best = try bestDisagreement(with: along, below: 1e-6) { try moved($0, direction) }
        XCTAssertLessThan(best, 1e-6, "modes")
        for index in 0..<2 {
            var axis = ParameterVector(
                noise: Field<Double>(model.particleGrid, ghosts: .none, for: "test"), parameters: [0, 0])
            axis.noise.fill(with: 0)
            axis.parameters[index] = 1
            let slope = there.gradient.parameters[index]
            XCTAssertNotEqual(slope, 0)
            let best = try bestDisagreement(with: slope, below: 1e-5, [1e-2, 1e-3, 1e-4, 1e-5]) {
                try moved($0, axis)
            }
            XCTAssertLessThan(best, 1e-5, "parameter \(index)")
        }
    }

    func testModesAndParametersAgreeWithDifferences() throws {
        try leaveToTestsOfBits()
        let model = try model(on: world)
        try assertSlopes(try posterior(around: model), model)
    }

    func testTheScoreCorrectionAgreesWithDifferences() throws {
        try leaveToTestsOfBits()
        let model = try model(on: world)
        let correction = ScoreCorrection(
            from: try mocks(model), at: 1, around: model.cosmology, .eisensteinHu,
            FourierTransform(model.particleGrid)
        )
        try assertSlopes(try posterior(around: model, correction: correction), model)
        // Where the search starts, nothing is corrected.
        XCTAssertEqual(correction.volume(in: model.cosmology).value, 0)
        let errors = correction.errors(in: try posterior(around: model).space, at: model.cosmology)
        XCTAssertNil(errors[1], "a bias has no modes")
        XCTAssertLessThan(try XCTUnwrap(errors[0]), 0.02 * 1.5.squareRoot())
    }

    func testHeldParametersHaveNoSlopesAndNoPrior() throws {
        let model = try model(on: world)
        let posterior = try posterior(around: model)
        posterior.enter(smoothing: 0, .modes)
        let point = ParameterVector(
            noise: Field<Double>.whiteNoise(seed: 4, over: model.particleGrid), parameters: [0, 0])
        let held = try posterior.evaluate(at: point)!
        XCTAssertEqual(held.gradient.parameters, [0, 0])
        posterior.enter(smoothing: 0, .joint)
        let free = try posterior.evaluate(at: point)!
        XCTAssertEqual(free.value, held.value + 0.125, accuracy: 1e-9)
        // The modes have the same derivatives, though those by cosmology were not computed.
        XCTAssertEqual(
            try innerProduct(
                ParameterVector.difference(free.gradient, held.gradient),
                ParameterVector(noise: free.gradient.noise.copy(for: "test"), parameters: [0, 0])), 0)
        XCTAssertEqual(posterior.gradients, 2)
    }

    func testPointsBeyondBoundsHaveNoLoss() throws {
        let model = try model(on: world)
        let posterior = try posterior(around: model)
        for parameters in [[20.0, 0], [0, -200]] {
            let point = ParameterVector(
                noise: Field<Double>.whiteNoise(seed: 4, over: model.particleGrid), parameters: parameters)
            XCTAssertTrue(try posterior.evaluate(at: point) == nil)
        }
    }

    /// The course of a search, in bits but for the seconds.
    private func course(on world: Communicator, stopping: Int? = nil) throws -> [[UInt64]] {
        let model = try model(on: world)
        let posterior = try posterior(around: model)
        var asked = 0
        let annealing = Annealing<Double>(
            through: [
                AnnealingStage(smoothing: 12, iterations: 3, tolerance: 0),
                AnnealingStage(smoothing: 0, iterations: 4, tolerance: 0),
            ], by: LBFGS(), .measured, FourierTransform(model.particleGrid), clock: { 0 },
            isStopRequested: {
                asked += 1
                return asked == stopping
            })
        var start = Field<Double>.whiteNoise(seed: 8, over: model.particleGrid)
        start.mapPoints { _, _, _, value in 0.1 * value }
        var state = try annealing.start(
            at: ParameterVector(noise: start, parameters: [0, 0]), on: posterior)!
        var interrupted = false
        while state.stage < 2 {
            do {
                _ = try annealing.advance(&state, on: posterior)
            } catch is StopRequest {
                interrupted = true
            }
        }
        XCTAssertEqual(interrupted, stopping != nil)
        XCTAssertEqual(state.history.parameters.map(\.name), ["Omega_m", "bias_exponent"])
        XCTAssertEqual(state.history.rows.map(\.iteration), [0, 1, 2, 3, 0, 1, 2, 3, 4])
        return state.history.rows.map { [$0.loss.bitPattern, $0.gradientNorm.bitPattern] }
            + state.history.parameters.map { $0.values.map(\.bitPattern) }
    }

    func testASearchHasTheSameBitsOnAnyRanksAndWhenAStepIsGivenUp() throws {
        let expected = try course(on: alone)
        XCTAssertEqual(try course(on: world), expected)
        for stop in [2, 5, 9] { XCTAssertEqual(try course(on: world, stopping: stop), expected, "\(stop)") }
        XCTAssertEqual(Set(expected[4...8].map { $0[0] }).count, 5, "every step moves")
        let parameters = expected[9].map { Double(bitPattern: $0) }
        XCTAssertEqual(Set(parameters[0...4]), [0.3], "held until the last stage")
        XCTAssertNotEqual(parameters.last, 0.3)
    }
}
