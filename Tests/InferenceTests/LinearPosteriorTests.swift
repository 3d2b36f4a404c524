import Foundation
import Inference
import InitialConditions
import Measurement
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// A linear model, data = R s + n: its posterior is a Gaussian that is known mode by mode.
///
///     U = ½ Σ (R s − d)² + ½ Σ s²,    mean = R d/(1 + R²),    variance 1/(1 + R²)
private final class LinearDensity: SampledDensity {
    /// 1/R at k = 0, 1, 2 … fundamental wavenumbers.
    static let inverseResponses = [1.0, 0.2, 0.4, 1, 3]
    let response: Preconditioner<Double>
    var data: Field<Double>

    init(_ transform: FourierTransform<Double>, seed: UInt64) {
        response = Preconditioner(
            curvatures: Self.inverseResponses, parameterCurvatures: [], transform)
        data = Field<Double>.whiteNoise(seed: seed, over: transform.decomposition)
        observe(Field<Double>.whiteNoise(seed: seed + 1, over: transform.decomposition), noise: seed + 2)
    }

    static func response(at wave: Double) -> Double {
        let shell = min(Int(wave), inverseResponses.count - 1)
        let next = inverseResponses[min(shell + 1, inverseResponses.count - 1)]
        return 1 / (inverseResponses[shell] + (wave - Double(shell)) * (next - inverseResponses[shell]))
    }

    /// Draws data of white noise.
    func observe(_ noise: borrowing Field<Double>, noise seed: UInt64) {
        var seen = response.apply(to: ParameterVector(noise: noise.copy(for: "test")))
        seen.add(ParameterVector(noise: .whiteNoise(seed: seed, over: noise.decomposition)))
        data = seen.noise.copy(for: "test")
    }

    func evaluate(at point: borrowing ParameterVector<Double>) throws -> Evaluation<Double>? {
        var residual = response.apply(to: point)
        residual.add(ParameterVector(noise: data.copy(for: "test")), times: -1)
        let value = try innerProduct(residual, residual) / 2 + (try innerProduct(point, point)) / 2
        var gradient = response.apply(to: residual)
        gradient.add(point)
        return Evaluation(value: value, gradient: gradient)
    }
}

/// Samplers on that posterior, on any ranks, and the joint test of Geweke.
final class LinearPosteriorTests: SPMDTestCase {
    override class var timeLimit: UInt32 { 900 }
    private let shape = SIMD3(12, 8, 8)

    private func transform(on world: Communicator, _ ranks: SIMD2<Int>? = nil) throws
        -> FourierTransform<Double>
    {
        let shape = shape
        let fitting = RankGrid.shapes(for: world.size).first { Decomposition.fits(shape, on: $0) }
        let grid = try XCTUnwrap(ranks ?? fitting)
        return FourierTransform(try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid)))
    }

    private func chain(
        _ sampler: any Sampler, _ settings: MarkovChain<Double>.Settings,
        _ transform: FourierTransform<Double>, chain: Int = 0
    ) -> MarkovChain<Double> {
        MarkovChain(
            by: sampler, settings, drawing: ChainRandom(seed: 11, chain: chain), over: ParameterSpace(),
            transform)
    }

    private func course(
        _ sampler: any Sampler, warmUp: Int, samples: Int, _ transform: FourierTransform<Double>,
        on density: LinearDensity, stopping: Int? = nil
    ) throws -> ChainHistory {
        let chain = chain(sampler, MarkovChain.Settings(warmUp: warmUp), transform)
        let start = ParameterVector<Double>(noise: .whiteNoise(seed: 77, over: transform.decomposition))
        var state = try unwrapped(try chain.start(at: start, as: .draw, on: density))
        var asked = 0
        while state.chain.iteration < warmUp + samples {
            do {
                try chain.advance(&state, on: density) {
                    asked += 1
                    return asked == stopping
                }
            } catch is StopRequest {
                continue
            }
        }
        return state.history
    }

    /// `XCTUnwrap` takes no noncopyable values.
    private func unwrapped(
        _ state: consuming MarkovChainState<Double>?
    ) throws -> MarkovChainState<Double> {
        guard let state else { throw UsageError("there is no start") }
        return state
    }

    /// Means and variances about the exact mean, shell by shell, against the Wiener posterior.
    private func assertWiener(
        _ sampler: any Sampler, warmUp: Int, samples: Int, tolerance: Double, _ name: String
    ) throws {
        try XCTSkipIf(world.size > 2, "chains have the same bits on all ranks")
        let transform = try transform(on: world)
        let density = LinearDensity(transform, seed: 40)
        let history = try course(sampler, warmUp: warmUp, samples: samples, transform, on: density)
        let seen = density.response.apply(to: ParameterVector(noise: density.data.copy(for: "test")))
        let sample = history.sample
        let numerators = sample.amplitudes(of: transform.forward(keeping: seen.noise))
        let range = warmUp..<history.rows.count
        var report = ""
        for shell in Set(sample.shells).sorted() {
            let series = history.series(ofShell: shell, in: range)
            let places = sample.shells.indices.filter { sample.shells[$0] == shell }
            let time = try XCTUnwrap(ChainStatistics.autocorrelationTime(of: series))
            var (ratio, chiSquared) = (0.0, 0.0)
            for (column, values) in series.enumerated() {
                let waves = SIMD3<Double>(sample.modes[places[column / 2]])
                let mode = waves * Double(shape.x) / SIMD3<Double>(shape)
                let response = LinearDensity.response(at: (mode * mode).sum().squareRoot())
                let precision = 1 + response * response
                let mean = numerators[2 * places[column / 2] + column % 2] / precision
                // Each part of a mode has half its variance.
                let variance = 0.5 / precision
                let count = Double(values.count)
                ratio += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count / variance
                let offset = values.reduce(0, +) / count - mean
                // Means of draws that alternate are better than those of independent ones.
                chiSquared += offset * offset / (variance * max(1, time) / count)
            }
            ratio /= Double(series.count)
            chiSquared /= Double(series.count)
            report += " [\(shell): τ \(time), var \(ratio), χ² of the mean \(chiSquared)]"
            XCTAssertEqual(
                ratio, 1, accuracy: shell == 1 ? 2 * tolerance : tolerance, "\(name), shell \(shell)")
            XCTAssertLessThan(chiSquared, 1 + 4 * (2 / Double(series.count)).squareRoot() + 0.3, name)
        }
        let gradients = history.rows[range].reduce(0) { $0 + $1.draw.gradients }
        if world.isRoot {
            print(
                "linear 12 x 8 x 8 \(name): \(Double(gradients) / Double(samples)) gradients/sample\(report)"
            )
        }
    }

    func testHamiltonianMonteCarloFindsTheWienerPosterior() throws {
        try assertWiener(
            HamiltonianMonteCarlo(.minimumNorm), warmUp: 160, samples: 400, tolerance: 0.1, "hmc minimum-norm"
        )
    }

    func testAdjustedMicrocanonicalFindsTheWienerPosterior() throws {
        try assertWiener(AdjustedMicrocanonical(), warmUp: 160, samples: 400, tolerance: 0.15, "mams")
    }

    func testMicrocanonicalLangevinFindsTheWienerPosteriorToItsBias() throws {
        try assertWiener(MicrocanonicalLangevin(), warmUp: 400, samples: 4000, tolerance: 0.15, "mclmc")
    }

    private func bits(_ history: ChainHistory) -> [UInt64] {
        history.rows.flatMap {
            [$0.logProbability.bitPattern, $0.draw.energyError.bitPattern, $0.step.bitPattern]
        } + history.amplitudes.map { UInt64($0.bitPattern) }
    }

    func testChainsHaveTheSameBitsOnAnyRanksAndWhenIterationsAreCut() throws {
        let samplers: [any Sampler] = [
            HamiltonianMonteCarlo(.leapfrog), AdjustedMicrocanonical(), MicrocanonicalLangevin(),
        ]
        for sampler in samplers {
            let apart = try transform(on: alone, [1, 1])
            let expected = try course(
                sampler, warmUp: 16, samples: 4, apart, on: LinearDensity(apart, seed: 40))
            for ranks in gridShapes where Decomposition.fits(shape, on: ranks) {
                let transform = try transform(on: world, ranks)
                for stopping in [nil, 40] {
                    let found = try course(
                        sampler, warmUp: 16, samples: 4, transform, on: LinearDensity(transform, seed: 40),
                        stopping: stopping)
                    XCTAssertEqual(bits(found), bits(expected), "\(sampler) on \(ranks)")
                }
            }
            XCTAssertEqual(Set(expected.rows.map(\.logProbability)).count > 5, true)
        }
    }

    /// Data are drawn anew of each point: the points then have the distribution of the prior.
    func testDataAndPointsDrawnInTurnHaveThePriorsDistribution() throws {
        try XCTSkipIf(world.size > 2, "chains have the same bits on all ranks")
        let transform = try transform(on: world)
        let density = LinearDensity(transform, seed: 90)
        let chain = chain(
            HamiltonianMonteCarlo(.minimumNorm), MarkovChain.Settings(warmUp: 0, step: 0.15, mass: .identity),
            transform)
        let start = ParameterVector<Double>(noise: .whiteNoise(seed: 78, over: transform.decomposition))
        density.observe(start.noise, noise: 1)
        var state = try unwrapped(try chain.start(at: start, as: .draw, on: density))
        let count = 500
        for sweep in 0..<count {
            try chain.advance(&state, on: density)
            density.observe(state.chain.point.noise, noise: UInt64(10_000 + sweep))
            try chain.renew(&state, on: density)
        }
        for shell in Set(state.history.sample.shells).sorted() where shell > 1 {
            let series = state.history.series(ofShell: shell, in: 0..<count)
            let squares = series.map { values in values.map { 2 * $0 * $0 } }
            let time = try XCTUnwrap(ChainStatistics.autocorrelationTime(of: squares))
            let mean = squares.reduce(0) { $0 + $1.reduce(0, +) } / Double(count * squares.count)
            let error = (2 * time / Double(count * squares.count)).squareRoot()
            if world.isRoot {
                print("Geweke 12 x 8 x 8, shell \(shell): ⟨|s|²⟩ \(mean) ± \(error), τ \(time)")
            }
            XCTAssertEqual(mean, 1, accuracy: 4 * error, "shell \(shell)")
        }
        // With the data left as they were, it would not be.
        XCTAssertGreaterThan(state.history.rows.map(\.draw.acceptance).reduce(0, +) / Double(count), 0.5)
    }

    func testAutocorrelationAndRHatOfKnownSeries() {
        var generator = SplitMix(seed: 3)
        func normal() -> Double {
            (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
        }
        var value = 0.0
        // An autoregressive series of coefficient a has τ = (1 + a)/(1 − a).
        let series = (0..<20000).map { _ -> Double in
            value = 0.8 * value + 0.6 * normal()
            return value
        }
        XCTAssertEqual(ChainStatistics.autocorrelationTime(of: [series])!, 9, accuracy: 1)
        XCTAssertEqual(
            ChainStatistics.splitRHat([Array(series.prefix(9000)), Array(series.suffix(9000))])!, 1,
            accuracy: 0.01)
        XCTAssertGreaterThan(ChainStatistics.splitRHat([series, series.map { $0 + 3 }])!, 1.5)
        XCTAssertNil(ChainStatistics.autocorrelationTime(of: [[1, 1, 1, 1, 1]]))
        XCTAssertNil(ChainStatistics.splitRHat([[1, 2]]))
    }
}
