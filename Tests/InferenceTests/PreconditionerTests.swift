import Foundation
import Inference
import InitialConditions
import Mesh
import Parallel
import TestSupport
import XCTest

/// The preconditioner on losses whose second derivatives are known.
final class PreconditionerTests: SPMDTestCase {
    private let shape = SIMD3(12, 9, 10)

    private func transform(_ ranks: SIMD2<Int>, on world: Communicator) throws -> FourierTransform<Double> {
        FourierTransform(try Decomposition(shape: shape, over: RankGrid(world: world, shape: ranks)))
    }

    private var usableShapes: [SIMD2<Int>] { gridShapes.filter { Decomposition.fits(shape, on: $0) } }

    /// C(k) from 4 at the longest waves to 1e6 at the shortest.
    private let curvatures = (0...7).map { 4 * pow(12, Double($0)) }

    /// Two waves that are modes 3 along x and (0, 3, 0), |k| = 3 and 4, and a parameter.
    func testEachWaveIsDividedByItsCurvature() throws {
        for ranks in usableShapes {
            let transform = try transform(ranks, on: world)
            let known = Preconditioner(
                curvatures: curvatures, parameterCurvatures: [5], transform)
            func wave(_ first: Double, _ second: Double) -> Field<Double> {
                var field = Field<Double>(transform.decomposition, ghosts: .none, for: "test")
                field.mapPoints { x, y, z, _ in
                    first * cos(2 * .pi * 3 * Double(x) / 12 + 0.3) + second
                        * sin(2 * .pi * 3 * Double(y) / 9)
                }
                return field
            }
            let found = known.apply(to: ParameterVector(noise: wave(1, 1), parameters: [10]))
            let expected = wave(1 / curvatures[3], 1 / curvatures[4])
            XCTAssertEqual(found.parameters, [2])
            found.noise.forEachPoint { x, y, z, value in
                let other = expected.values.span[expected.offset(x: x, y: y, z: z)]
                XCTAssertEqual(value, other, accuracy: 1e-12 / curvatures[3])
            }
        }
    }

    func testItHasTheSameBitsOnAnyNumberOfRanks() throws {
        func applied(_ ranks: SIMD2<Int>, on world: Communicator) throws -> Field<Double> {
            let transform = try transform(ranks, on: world)
            let noise = Field<Double>.whiteNoise(seed: 1, over: transform.decomposition)
            return Preconditioner(curvatures: curvatures, parameterCurvatures: [], transform)
                .apply(to: ParameterVector(noise: noise)).noise.copy(for: "test")
        }
        let apart = try applied([1, 1], on: alone)
        for ranks in usableShapes {
            var differing = 0
            try applied(ranks, on: world).forEachPoint { x, y, z, value in
                let other = apart.values.span[apart.offset(x: x, y: y, z: z)]
                differing += value.bitPattern == other.bitPattern ? 0 : 1
            }
            XCTAssertEqual(world.sum(differing), 0)
        }
    }

    /// `½ C Σ (s − t)² + ½ c (u − 1)²`, t a white noise.
    private struct Paraboloid {
        let forwards: Preconditioner<Double>
        let parameterCurvature: Double

        /// Multiplying by C is dividing by 1/C.
        init(_ curvature: Double, _ parameterCurvature: Double, _ transform: FourierTransform<Double>) {
            self.parameterCurvature = parameterCurvature
            forwards = Preconditioner(
                curvatures: [1 / curvature], parameterCurvatures: [1 / parameterCurvature], transform)
        }

        func loss(_ point: borrowing ParameterVector<Double>) throws -> Evaluation<Double>? {
            var deviation = point.copy()
            let target = ParameterVector(
                noise: Field<Double>.whiteNoise(seed: 3, over: point.noise.decomposition), parameters: [1])
            deviation.add(target, times: -1)
            let gradient = forwards.apply(to: deviation)
            return Evaluation(value: try innerProduct(deviation, gradient) / 2, gradient: gradient)
        }
    }

    func testTheCurvatureOfAParaboloidIsMeasured() throws {
        for ranks in usableShapes {
            let transform = try transform(ranks, on: world)
            let paraboloid = Paraboloid(700, 30, transform)
            let start = ParameterVector(
                noise: Field<Double>.whiteNoise(seed: 4, over: transform.decomposition), parameters: [3])
            let known = try Preconditioner.measured(
                at: start, try paraboloid.loss(start)!, transform, on: paraboloid.loss)
            XCTAssertEqual(known.curvatures[0], 1)
            for curvature in known.curvatures.dropFirst() { XCTAssertEqual(curvature, 700, accuracy: 1e-6) }
            XCTAssertEqual(known.parameterCurvatures[0], 30, accuracy: 1e-9)
        }
    }

    /// Waves of curvature 4 … 1e6 through the preconditioner's own inverse: a loss that no method finds its way
    /// down from in ten steps without knowing them.
    func testAKnownCurvatureLeadsStraightToTheMinimum() throws {
        for ranks in usableShapes {
            let transform = try transform(ranks, on: world)
            let known = Preconditioner(curvatures: curvatures, parameterCurvatures: [50], transform)
            let inverse = curvatures
            func stretched(_ vector: borrowing ParameterVector<Double>) -> ParameterVector<Double> {
                var modes = transform.forward(vector.noise.copy(for: "test"))
                let shape = transform.decomposition.shape
                modes.mapModes { x, y, z, real, imaginary in
                    var square = 0.0
                    for (index, axis) in [(x, 0), (y, 1), (z, 2)] {
                        let signed = Wavenumbers.modeNumber(index, of: shape[axis])
                        let wave = Double(signed) * 12 / Double(shape[axis])
                        square += wave * wave
                    }
                    let wave = square.squareRoot()
                    let below = min(Int(wave), inverse.count - 1)
                    let above = min(below + 1, inverse.count - 1)
                    let factor = inverse[below] + (wave - Double(below)) * (inverse[above] - inverse[below])
                    return (factor * real, factor * imaginary)
                }
                return ParameterVector(
                    noise: transform.inverse(modes, ghosts: .none), parameters: [50 * vector.parameters[0]])
            }
            func loss(_ point: borrowing ParameterVector<Double>) throws -> Evaluation<Double>? {
                let gradient = stretched(point)
                return Evaluation(value: try innerProduct(point, gradient) / 2, gradient: gradient)
            }
            let start = ParameterVector(
                noise: Field<Double>.whiteNoise(seed: 5, over: transform.decomposition), parameters: [2])
            func end(_ optimizer: some Optimizer, _ known: Preconditioner<Double>?) throws -> Double {
                var state = OptimizerState(at: start.copy(), try loss(start)!)
                state.preconditioner = known
                for _ in 0..<10 {
                    if try optimizer.step(&state, on: loss) == .stalled { break }
                }
                return state.evaluation.value
            }
            let first = try loss(start)!.value
            XCTAssertLessThan(try end(LBFGS(), known), 1e-20 * first)
            XCTAssertLessThan(try end(GradientDescent(), known), 1e-20 * first)
            XCTAssertGreaterThan(try end(LBFGS(), nil), 1e-6 * first)
        }
    }
}
