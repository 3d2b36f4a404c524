import Background
import Dynamics
import Foundation
import Gravity
import Inference
import InitialConditions
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// Biases and likelihoods of tracers: by hand, against differences, and on any ranks.
final class TracerTests: SPMDTestCase {
    private let side = SIMD3(18, 20, 16)

    private func model<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> ForwardModel<Scalar>
    {
        try ForwardModel(
            Box(particles: side, spacing: 8, mesh: side), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func plane(_ count: Int) -> CellGrid<Double> {
        .plane(PixelPlane(across: 2, shape: [1, count]), pixel: [1, 1])
    }

    // MARK: By hand

    func testATruncatedPowerLawOfKnownCells() throws {
        let bias = TruncatedPowerLawBias<Double>(
            amplitude: 2, exponent: 1.5, threshold: 0.5, steepness: 2)
        XCTAssertTrue(bias.givesLogarithm)
        let density = Cells<Double>.plane([0.99, 0.24, 0])
        let own = bias.parameters.map(\.value)
        // x = 1, 0.25, 0.01; b = 0.25, 4, and 2500, which is clipped to 80.
        let expected = [log(2) - 0.25, log(2) + 1.5 * log(0.25) - 4, log(2) + 1.5 * log(0.01) - 80]
        for (found, value) in zip(bias.apply(to: density, own).pixels, expected) {
            XCTAssertEqual(found, value, accuracy: 1e-12)
        }
        let back = try bias.pullBack(.plane([1, 10, 100]), at: density, own)
        XCTAssertEqual(back.parameters[0], 111 / 2, accuracy: 1e-12)
        XCTAssertEqual(
            back.parameters[1], 10 * log(0.25) + 100 * log(0.01), accuracy: 1e-10)
        XCTAssertEqual(back.parameters[2], -(0.25 + 40) * 2 / 0.5, accuracy: 1e-10)
        XCTAssertEqual(back.parameters[3], 0.25 * log(2) + 40 * log(0.5), accuracy: 1e-10)
        let slopes = back.takeDensity().pixels
        XCTAssertEqual(slopes[0], 1.5 + 0.5, accuracy: 1e-12)
        XCTAssertEqual(slopes[1], 10 * (1.5 + 8) / 0.25, accuracy: 1e-9)
        XCTAssertEqual(slopes[2], 100 * 1.5 / 0.01, accuracy: 1e-8)
    }

    /// Γ by the C library, small counts and such as Stirling's series is for.
    func testANegativeBinomialOfKnownCells() throws {
        let (r, start) = (2.5, 4.0)
        let counts: [Double] = [3, 0, 50, 0]
        let likelihood = try NegativeBinomialLikelihood<Double>(
            counts: .plane(counts), selection: .plane([0.5, 1, 2, 0]), dispersion: start, on: plane(4))
        let means = [1.5, 0.7, 60.0]
        func minusLog(_ count: Double, _ mean: Double, _ r: Double) -> Double {
            -lgamma(count + r) + lgamma(r) + r * log(1 + mean / r)
                - (count == 0 ? 0 : count * log(mean / (r + mean)))
        }
        let expected = (0..<3).reduce(0.0) {
            $0 + minusLog(counts[$1], means[$1], r) - minusLog(counts[$1], counts[$1], start)
        }
        let prediction: [Double] = [3, 0.7, 30, 9]
        XCTAssertEqual(try likelihood.value(of: .plane(prediction), [r]), expected, accuracy: 1e-11)
        XCTAssertEqual(try likelihood.value(of: .plane([6, 1e-300, 25, 1]), [start]), 0, accuracy: 1e-12)
        let found = try likelihood.evaluate(.plane(prediction), [r])
        XCTAssertEqual(found.value, expected, accuracy: 1e-11)
        let byShape =
            (try likelihood.value(of: .plane(prediction), [r + 1e-5])
                - likelihood.value(of: .plane(prediction), [r - 1e-5])) / 2e-5
        XCTAssertEqual(found.parameters[0], byShape, accuracy: 1e-7 * abs(byShape))
        let slopes = found.takeCotangent().pixels
        for cell in 0..<3 {
            let slope = r * (means[cell] - counts[cell]) / (r + means[cell]) / prediction[cell]
            XCTAssertEqual(slopes[cell], slope, accuracy: 1e-12)
        }
        XCTAssertEqual(slopes[3], 0)
        // A large r is Poisson's.
        let poisson = try PoissonLikelihood<Double>(
            counts: .plane(counts), selection: .plane([0.5, 1, 2, 0]), on: plane(4))
        let wide = try NegativeBinomialLikelihood<Double>(
            counts: .plane(counts), selection: .plane([0.5, 1, 2, 0]), dispersion: 1e7, on: plane(4))
        XCTAssertEqual(
            try wide.value(of: .plane(prediction)), try poisson.value(of: .plane(prediction)), accuracy: 1e-4)
        // The same of the logarithm.
        let logarithms = prediction.map { log($0) }
        XCTAssertEqual(
            try poisson.value(ofExponential: .plane(logarithms), []),
            try poisson.value(of: .plane(prediction)), accuracy: 1e-12)
        let back = try poisson.evaluate(exponential: .plane(logarithms), []).takeCotangent().pixels
        for (slope, value) in zip(back, [1.5 - 3, 0.7, 10, 0]) {
            XCTAssertEqual(slope, value, accuracy: 1e-12)
        }
    }

    func testALogNormalAndUnknownErrorsOfKnownCells() throws {
        let weights: [Double] = [1, 0.25, 0]
        let likelihood = try LogNormalLikelihood<Double>(
            data: .plane([1.5, 0, -7]), weights: .plane(weights), (0.5, .sought), above: 0.5, on: plane(3))
        XCTAssertEqual(likelihood.parameters, [OwnParameter("sigma", 0.5)])
        XCTAssertEqual(likelihood.cellCount, 2)
        let (sigma, residuals) = (0.8, [log(3.5 / 2), log(2 / 0.5)])
        let squares = residuals[0] * residuals[0] + 0.25 * residuals[1] * residuals[1]
        let expected = squares / (2 * sigma * sigma) + 2 * log(sigma / 0.5)
        let found = try likelihood.evaluate(.plane([3, 1.5, 9]), [sigma])
        XCTAssertEqual(found.value, expected, accuracy: 1e-12)
        XCTAssertEqual(try likelihood.value(of: .plane([3, 1.5, 9]), [sigma]), expected, accuracy: 1e-12)
        XCTAssertEqual(
            found.parameters[0], 2 / sigma - squares / (sigma * sigma * sigma), accuracy: 1e-12)
        let slopes = found.takeCotangent().pixels
        XCTAssertEqual(slopes[0], residuals[0] / (sigma * sigma) / 3.5, accuracy: 1e-12)
        XCTAssertEqual(slopes[1], 0.25 * residuals[1] / (sigma * sigma) / 2, accuracy: 1e-12)
        XCTAssertEqual(slopes[2], 0)
        assertThrowsEverywhere("objective.data holds numbers of no logarithm, the first at [1]") {
            _ = try LogNormalLikelihood<Double>(
                data: .plane([1, -2, 0]), weights: nil, (0.5, .known), above: 0.5, on: plane(3))
        }
    }

    /// One patch of 8 counts with Λ = 3: what is left out is a gamma variate.
    func testTheFactorThatIsLeftOutIsAGammaVariate() throws {
        let likelihood = try PatchLikelihood<Double>(
            counts: .plane([3, 5]), selection: .plane([1, 0.5]), patches: .plane([0, 0]), on: plane(2))
        XCTAssertTrue(likelihood.leavesOutFactor)
        let found = try XCTUnwrap(try likelihood.evaluate(.plane([2, 2])).leftOut)
        XCTAssertEqual(found.shape, 8)
        XCTAssertEqual(found.rate, 3, accuracy: 1e-12)
        // The same, of a prediction that is twice as large: of half the factor.
        let other = try XCTUnwrap(try likelihood.evaluate(.plane([4, 4])).leftOut)
        XCTAssertEqual(other.rate, 6, accuracy: 1e-12)
        // Mean 8/3 and variance 8/9, with errors of 0.015 and, the excess kurtosis being 6/8, 0.026.
        let draws = (0..<4000).map { found.draw(seed: 11, element: $0) }
        let mean = draws.reduce(0, +) / 4000
        XCTAssertEqual(mean, 8.0 / 3, accuracy: 0.06)
        XCTAssertEqual(
            draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3999, 8.0 / 9, accuracy: 0.1)
        XCTAssertFalse(
            try PatchLikelihood<Double>(
                counts: .plane([3, 5]), selection: nil, patches: .plane([0, 1]), on: plane(2)
            ).leavesOutFactor)
    }

    func testPatchesOfKnownCells() throws {
        let likelihood = try PatchLikelihood<Double>(
            counts: .plane([3, 1, 0, 4, 0]), selection: .plane([1, 0.5, 1, 2, 0]),
            patches: .plane([0, 0, 2, 2, 1]), on: plane(5))
        let prediction: [Double] = [2, 6, 1, 3.5, 100]
        // λ = 2, 3 | 1, 7; N_p = 4 | 4.
        let shares: [Double] = [2 / 5.0, 3 / 5.0, 7 / 8.0]
        let best: [Double] = [3 / 4.0, 1 / 4.0, 1]
        var expected = 0.0
        for (count, (share, least)) in zip([3.0, 1, 4], zip(shares, best)) {
            expected += count * log(least / share)
        }
        XCTAssertEqual(try likelihood.value(of: .plane(prediction)), expected, accuracy: 1e-12)
        let found = try likelihood.evaluate(.plane(prediction))
        XCTAssertEqual(found.value, expected, accuracy: 1e-12)
        let slopes = found.takeCotangent().pixels
        let byLogarithm: [Double] = [-1.4, 1.4, 0.5, -0.5, 0]
        for cell in 0..<5 {
            XCTAssertEqual(slopes[cell] * prediction[cell], byLogarithm[cell], accuracy: 1e-12)
        }
        // A factor of a patch does not matter.
        XCTAssertEqual(
            try likelihood.value(of: .plane([4, 12, 1, 3.5, 1])), expected, accuracy: 1e-12)
        assertThrowsEverywhere("objective.patches holds what is no number of a patch, the first at [2]") {
            _ = try PatchLikelihood<Double>(
                counts: .plane([1, 1, 1]), selection: nil, patches: .plane([0, 1, 0.5]), on: plane(3))
        }
    }

    func testCountsThatCannotBeUsedAreRefusedByTheirPlace() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let mesh = try Decomposition(shape: side, over: grid)
        let transform = FourierTransform<Double>(mesh)
        let selection: Field<Double> = RadialRedshiftSpaceTests.selection(over: mesh)
        let good = RadialRedshiftSpaceTests.counts(behind: selection)
        func make(_ x: Int, _ value: Double) throws {
            var counts = good.copy(for: "test")
            counts.mapPoints { i, j, k, old in [i, j, k] == [x, 19, 15] ? value : old }
            _ = try NegativeBinomialLikelihood(
                counts: .mesh(counts), selection: .mesh(selection.copy(for: "test")), dispersion: 1,
                on: .mesh(transform, cell: 8), named: "objective[1]")
        }
        try make(3, 0)
        assertThrowsEverywhere(
            "objective[1].data holds counts where objective[1].selection is 0 (1 cells), the first at [3, 19, 15]"
        ) { try make(3, 2) }
        assertThrowsEverywhere(
            "objective[1].data holds negative numbers, the first at [3, 19, 15]; objective[1].likelihood: "
                + "negative-binomial needs counts, whole numbers of at least 0"
        ) { try make(3, -1) }
        assertThrowsEverywhere("objective[1].data holds fractions, the first at [17, 19, 15]") {
            try make(17, 0.5)
        }
    }

    // MARK: Derivatives and bits

    private func tracers<Scalar: ParticleScalar>(_ model: ForwardModel<Scalar>) throws -> [(
        String, Comparison<Scalar>
    )] {
        let observable = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
        let selection: Field<Scalar> = RadialRedshiftSpaceTests.selection(over: model.mesh)
        func counts(_ seed: UInt64) -> Cells<Scalar> {
            .mesh(RadialRedshiftSpaceTests.counts(behind: selection, seed: seed))
        }
        func seen() -> Cells<Scalar> { .mesh(selection.copy(for: "test")) }
        let truncated = TruncatedPowerLawBias<Scalar>(
            amplitude: 1.2, exponent: 1.4, threshold: 0.4, steepness: 0.9)
        let power = PowerLawBias<Scalar>(amplitude: 0.8, exponent: 1.3)
        var densities = Field<Scalar>.whiteNoise(seed: 12, over: model.mesh)
        densities.mapPoints { _, _, _, value in value * value }
        var patches = Field<Scalar>(model.mesh, ghosts: .none, for: "test")
        patches.mapPoints { x, y, z, _ in Scalar(x / 6 + 3 * (y / 10) + 6 * (z / 8)) }
        let grid = observable.grid
        return [
            (
                "truncated, poisson",
                Comparison(
                    at: 1, observable, bias: truncated,
                    try PoissonLikelihood(counts: counts(11), selection: seen(), on: grid))
            ),
            (
                "truncated, negative binomial",
                Comparison(
                    at: 1, observable, bias: truncated,
                    try NegativeBinomialLikelihood(
                        counts: counts(13), selection: seen(), dispersion: 3, on: grid))
            ),
            (
                "power law, patches",
                Comparison(
                    at: 1, observable, bias: power,
                    try PatchLikelihood(
                        counts: counts(14), selection: seen(), patches: .mesh(patches), on: grid))
            ),
            (
                "log-normal",
                Comparison(
                    at: 1, observable,
                    try LogNormalLikelihood(
                        data: .mesh(densities.copy(for: "test")), weights: seen(), (0.7, .sought),
                        above: 0.1, on: grid))
            ),
            (
                "truncated, gaussian",
                Comparison(
                    at: 1, observable, bias: truncated,
                    try GaussianLikelihood(
                        data: .mesh(densities), weights: seen(), sigma: 0.6, .sought, on: grid))
            ),
        ]
    }

    func testModesAndOwnParametersAgreeWithDifferences() throws {
        try XCTSkipIf(world.size > 1 && !Self.isLong, "gradients have the same bits on all ranks")
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        for (name, tracer) in try tracers(model) {
            try assertDirectionalDerivative(model, [tracer], tolerance: 1e-6, name)
            let own = tracer.parameters.map(\.value)
            let gradient = try gradient(model, [tracer], at: noise, own)
            XCTAssertEqual(gradient.own.count, own.count)
            for index in own.indices where !(name.hasSuffix("patches") && index == 0) {
                let best = try bestDisagreement(with: gradient.own[index], below: 1e-7, [1e-3, 1e-4, 1e-5]) {
                    step in
                    var moved = own
                    moved[index] += step
                    return try loss(model, [tracer], at: noise, moved)
                }
                XCTAssertLessThan(best, 1e-7, "\(name), \(tracer.parameters[index].name)")
            }
            if name.hasSuffix("patches") { XCTAssertEqual(gradient.own[0], 0, accuracy: 1e-8) }
        }
    }

    func testTwoTracersAddUpWithParametersOfTheirOwn() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let all = try tracers(model).map(\.1)
        let (first, second) = (all[0], all[1])
        let (one, two) = (first.parameters.map(\.value), second.parameters.map(\.value))
        XCTAssertEqual([one.count, two.count], [4, 5])
        let noise = Field<Double>.whiteNoise(seed: 4, over: model.particleGrid)
        let both = try gradient(model, [first, second], at: noise, one + two)
        let alone = [
            try gradient(model, [first], at: noise, one).own,
            try gradient(model, [second], at: noise, two).own,
        ]
        XCTAssertEqual(both.own, alone[0] + alone[1])
        XCTAssertEqual(
            both.universe.value,
            try loss(model, [first], at: noise, one) + (try loss(model, [second], at: noise, two)))
    }

    private func fingerprint<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> [UInt64]
    {
        let model = try model(scalar, on: grid)
        let objectives = try tracers(model).map(\.1)
        let found = try gradient(
            model, objectives, at: .whiteNoise(seed: 4, over: model.particleGrid),
            objectives.flatMap(\.parameters).map(\.value))
        return fingerprint(found.universe) + found.own.map(\.bitPattern)
    }

    func testTheSameBitsOnAnyRankGrid() throws {
        try assertSameBits { try fingerprint(Float.self, on: $0) }
        try assertSameBits { try fingerprint(Double.self, on: $0) }
    }
}
