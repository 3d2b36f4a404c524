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

/// Masses of haloes with errors of their logarithms, alone and behind networks, deposit and a run.
final class HaloMassLikelihoodTests: SPMDTestCase {
    private let side = SIMD3(18, 20, 16)
    private let cell = 3.125
    private let heavy = HaloView(softening: 1e12, width: 2)
    private let light = HaloView(softening: 1e11, width: 3)

    private var residuals: [HaloResidual] {
        [heavy, light].map {
            HaloResidual(
                softening: $0.softening, width: $0.width, edges: [50, 200], mean: [-0.1, 0.05, 0.2],
                sigma: [0.5, 0.3, 0.2 * $0.width], wavenumbers: [0.2, 0.5, 1.1], powers: [4, 2, 0.5])
        }
    }

    private func field<Scalar: ParticleScalar>(
        seed: UInt64, over mesh: Decomposition, _ body: (Double) -> Double
    ) -> Field<Scalar> {
        var field = Field<Scalar>.whiteNoise(seed: seed, over: mesh)
        field.mapPoints { _, _, _, value in Scalar(body(Double(value))) }
        return field
    }

    private func meshes() throws -> [Decomposition] {
        try gridShapes.filter { Decomposition.fits(side, on: $0) }.map {
            try Decomposition(shape: side, over: RankGrid(world: world, shape: $0))
        }
    }

    private func likelihood<Scalar: ParticleScalar>(
        _ errors: HaloMassLikelihood<Scalar>.Errors, on mesh: Decomposition
    ) throws -> HaloMassLikelihood<Scalar> {
        try HaloMassLikelihood(
            of: .mesh(field(seed: 9, over: mesh) { exp(4 + $0) }), errors, seenThrough: heavy,
            on: FourierTransform<Scalar>(mesh), cell: cell)
    }

    private func prediction<Scalar: ParticleScalar>(_ mesh: Decomposition) -> Field<Scalar> {
        field(seed: 10, over: mesh) { exp(4 + $0) - 20 }
    }

    /// M_d = 100 everywhere but for a cell of 10, M0 = 100, M = 300 there and −5 elsewhere.
    func testTwoMassesByHand() throws {
        for mesh in try meshes() {
            func one(_ here: Double, _ elsewhere: Double) -> Cells<Double> {
                var field = Field<Double>(mesh, ghosts: .none, for: "test")
                field.mapPoints { x, y, z, _ in x == 3 && y == 4 && z == 5 ? here : elsewhere }
                return .mesh(field)
            }
            let count = Double(mesh.pointCount - 1)
            for (errors, means, sigmas) in [
                (HaloMassLikelihood<Double>.Errors.constant(0.25), [0, 0], [0.25, 0.25]),
                (.byMass(residuals), [-0.1, 0.05], [0.5, 0.3]),
            ] {
                let likelihood = try HaloMassLikelihood(
                    of: one(10, 100), errors, seenThrough: heavy, on: FourierTransform<Double>(mesh),
                    cell: cell)
                XCTAssertEqual(likelihood.cellCount, mesh.pointCount)
                let here = (log(110.0 / 400) - means[0]) / sigmas[0]
                let elsewhere = (log(200.0 / 100) - means[1]) / sigmas[1]
                let expected = (here * here + count * elsewhere * elsewhere) / 2
                XCTAssertEqual(
                    try likelihood.value(of: one(300, -5)), expected, accuracy: 1e-12 * expected)
                let assessment = try likelihood.evaluate(one(300, -5))
                XCTAssertEqual(assessment.value, try likelihood.value(of: one(300, -5)))
                assessment.takeCotangent().takeField().forEachPoint { x, y, z, slope in
                    let isHere = x == 3 && y == 4 && z == 5
                    XCTAssertEqual(slope, isHere ? -here / sigmas[0] / 400 : 0, accuracy: 1e-13)
                }
            }
        }
    }

    /// Of a plane wave z = A cos(k x) the whitened loss is A²/4 per cell over P_z(k), times exp(−k²R²).
    func testThePowerOfAWaveIsDividedByThatOfResiduals() throws {
        for mesh in try meshes() {
            let (amplitude, waves) = (0.3, 2)
            let k = 2 * Double.pi * Double(waves) / (Double(side.x) * cell)
            XCTAssertTrue((0.2...0.5).contains(k))
            func wave(_ x: Int) -> Double { amplitude * cos(k * cell * Double(x)) }
            var model = Field<Double>(mesh, ghosts: .none, for: "test")
            // z = (ln 200 − ln(M + 100) − 0.05)/0.3
            model.mapPoints { x, _, _, _ in 200 * exp(-0.3 * wave(x) - 0.05) - 100 }
            var data = Field<Double>(mesh, ghosts: .none, for: "test")
            data.mapPoints { _, _, _, _ in 100 }
            let likelihood = try HaloMassLikelihood(
                of: .mesh(data), .whitened(residuals), seenThrough: heavy,
                on: FourierTransform<Double>(mesh), cell: cell)
            let power = 4 + (k - 0.2) / 0.3 * (2 - 4)
            let expected = Double(mesh.pointCount) * amplitude * amplitude / 4 / power
            let masses = HeldMasses(model)
            XCTAssertEqual(
                try likelihood.value(of: masses.copy()), expected, accuracy: 1e-10 * expected)
            likelihood.smooth(by: 2.5)
            XCTAssertEqual(
                try likelihood.value(of: masses.copy()), expected * exp(-k * k * 2.5 * 2.5),
                accuracy: 1e-10 * expected)
            likelihood.smooth(by: 0)
            XCTAssertEqual(
                try likelihood.value(of: masses.copy()), expected, accuracy: 1e-10 * expected)
        }
    }

    func testSlopesAgreeWithDifferencesInEveryFormAndView() throws {
        for mesh in try meshes() {
            let direction: Field<Double> = field(seed: 12, over: mesh) { 20 * $0 }
            for (errors, radius) in [
                (HaloMassLikelihood<Double>.Errors.whitened(residuals), 0.0),
                (.whitened(residuals), 4), (.byMass(residuals), 4), (.constant(0.25), 0),
            ] {
                let likelihood = try likelihood(errors, on: mesh)
                likelihood.smooth(by: radius)
                for view in [heavy, light] {
                    try likelihood.look(through: view)
                    func loss(_ step: Double) throws -> Double {
                        var moved: Field<Double> = prediction(mesh)
                        moved.mapPoints { x, y, z, value in value + step * direction[x, y, z] }
                        return try likelihood.value(of: .mesh(moved))
                    }
                    let assessment = try likelihood.evaluate(.mesh(prediction(mesh)))
                    XCTAssertEqual(assessment.value, try loss(0))
                    let slope = try assessment.takeCotangent().sum(
                        with: .mesh(direction.copy(for: "test")), of: "test"
                    ) { $0 * $1 }
                    XCTAssertGreaterThan(abs(slope), 1)
                    let best = try bestDisagreement(with: slope, below: 1e-6, [1e-5, 1e-6, 1e-7], loss)
                    XCTAssertLessThan(best, 1e-6)
                }
            }
        }
    }

    func testAViewThatComesBackHasItsBits() throws {
        let mesh = try meshes()[0]
        let likelihood = try likelihood(HaloMassLikelihood<Float>.Errors.whitened(residuals), on: mesh)
        let first = try likelihood.value(of: .mesh(prediction(mesh)))
        try likelihood.look(through: light)
        XCTAssertNotEqual(try likelihood.value(of: .mesh(prediction(mesh))), first)
        try likelihood.look(through: heavy)
        XCTAssertEqual(try likelihood.value(of: .mesh(prediction(mesh))), first)
    }

    func testWhatCannotBeComparedIsRefused() throws {
        let mesh = try meshes()[0]
        func make(_ value: Double, _ errors: HaloMassLikelihood<Double>.Errors, _ view: HaloView) throws {
            var field = Field<Double>(mesh, ghosts: .none, for: "test")
            field.mapPoints { _, _, _, _ in value }
            _ = try HaloMassLikelihood(
                of: .mesh(field), errors, seenThrough: view, on: FourierTransform<Double>(mesh), cell: cell)
        }
        assertThrowsEverywhere("objective.data holds no haloes") { try make(0, .constant(1), heavy) }
        assertThrowsEverywhere("objective.data holds NaN") { try make(.nan, .constant(1), heavy) }
        let other = HaloView(softening: 1e12, width: 1)
        assertThrowsEverywhere(
            "tested with (M0: 1000000000000.0, width: 2.0; M0: 100000000000.0, width: 3.0)"
        ) {
            try make(1, .whitened(residuals), other)
        }
        assertThrowsEverywhere("tested with (none)") { try make(1, .byMass([]), heavy) }
        XCTAssertNoThrow(try make(1, .constant(1), other))
    }

    // MARK: behind networks and a run

    private func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            Box(particles: side, spacing: cell, mesh: side), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func network(
        _ sizes: [Int], _ activation: DenseNetwork.Activation, seed: UInt64, output: Double
    ) -> DenseNetwork {
        var random = SplitMix(seed: seed)
        func numbers(_ count: Int, _ size: Double) -> [Double] {
            (0..<count).map { _ in .random(in: -size...size, using: &random) }
        }
        let layers = (0..<sizes.count - 1).map { layer in
            DenseNetwork.Layer(
                inputs: sizes[layer], outputs: sizes[layer + 1],
                weights: numbers(sizes[layer] * sizes[layer + 1], 1.5 / Double(sizes[layer]).squareRoot()),
                biases: numbers(sizes[layer + 1], 0.3), layer == sizes.count - 2 ? .linear : activation)
        }
        return DenseNetwork(
            layers: layers, inputMean: numbers(sizes[0], 0.1),
            inputDeviation: numbers(sizes[0], 0.5).map { 1.5 + $0 }, outputMean: output,
            outputDeviation: output / 2)
    }

    private func comparison<Scalar: ParticleScalar>(
        _ activation: DenseNetwork.Activation, _ errors: HaloMassLikelihood<Scalar>.Errors? = nil,
        in model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let (transform, mesh) = (model.layout.meshTransform, model.mesh)
        let bias = HaloMassBias(
            HaloNetworks(
                position: network([81, 7, 5, 1], activation, seed: 1, output: 0.5),
                mass: network([3, 5, 4, 1], activation, seed: 2, output: 200), cell: cell, meshFactor: 1,
                scaleFactor: 1, numberDensity: 1e-3), on: transform)
        let data: Field<Scalar> = field(seed: 9, over: mesh) { exp(4 + $0) }
        return Comparison(
            at: 1, MatterDensity(on: transform, cell: cell), bias: bias,
            try HaloMassLikelihood(
                of: .mesh(bias.smoothed(data)), errors ?? .whitened(residuals), seenThrough: heavy,
                on: transform, cell: cell))
    }

    func testTheGradientByInitialConditionsAgreesWithDifferences() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let whitened = try comparison(.elu, in: model)
        try whitened.look(through: light)
        whitened.smooth(by: 3)
        try assertDirectionalDerivative(model, [whitened], tolerance: 1e-6, "whitened")
        try assertDirectionalDerivative(
            model, [comparison(.relu, .constant(0.25), in: model)], tolerance: 1e-5, "as published")
    }

    func testTheSameBitsOnAnyRankGrid() throws {
        func found<Scalar: ParticleScalar>(_ scalar: Scalar.Type, _ grid: RankGrid) throws -> [UInt64] {
            let model = try model(scalar, on: grid)
            let gradient = try gradient(
                model, [comparison(.relu, in: model)], at: .whiteNoise(seed: 4, over: model.particleGrid))
            XCTAssertEqual(gradient.universe.differingWords, 0)
            return fingerprint(gradient.universe)
        }
        let shapes = gridShapes.filter { Decomposition.fits(side, on: $0) }
        try assertSameBits(on: shapes) { try found(Float.self, $0) }
        try assertSameBits(on: shapes) { try found(Double.self, $0) }
    }
}

/// Masses that are used more than once.
private final class HeldMasses {
    private let field: Field<Double>

    init(_ field: consuming Field<Double>) { self.field = field }

    func copy() -> Cells<Double> { .mesh(field.copy(for: "test")) }
}
