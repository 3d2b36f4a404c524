import Benchmark
import InitialConditions
import Mesh
import Parallel
import TestSupport
import XCTest

final class CeilingsTests: SPMDTestCase {
    private func mesh(_ shape: SIMD3<Int>) throws -> Decomposition {
        try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
    }

    func testEveryCeilingIsMeasured() throws {
        let mesh = try mesh([34, 36, 38])
        let ceilings = try Ceilings.measured(for: mesh, in: Float.self)
        XCTAssertGreaterThan(ceilings.triadBandwidth, 1e8)
        XCTAssertLessThan(ceilings.triadBandwidth, 1e13)
        XCTAssertGreaterThan(ceilings.forwardTransform, 0)
        XCTAssertGreaterThan(ceilings.inverseTransform, 0)
        for exchange in [ceilings.row, ceilings.column] {
            XCTAssertEqual(exchange.bytes > 0, exchange.ranks > 1)
            XCTAssertEqual(exchange.seconds > 0, exchange.ranks > 1)
        }
    }

    func testFFTWGetsSidesThatItLikesWithinEveryBlock() throws {
        let mesh = try mesh([34, 36, 38])
        let ceilings = try Ceilings.measured(for: mesh, in: Double.self)
        XCTAssertEqual(ceilings.transformShape.z, 36)
        for axis in 0..<2 {
            let side = ceilings.transformShape[axis]
            XCTAssertLessThanOrEqual(side, mesh.shape[axis] / mesh.grid.shape[axis])
            var rest = side
            for prime in [2, 3, 5, 7] { while rest % prime == 0 { rest /= prime } }
            XCTAssertEqual(rest, 1)
        }
    }

    /// FFTW learns from what it measures, and a plan made with that would have other bits.
    func testWhatFFTWLearntChangesNoTransform() throws {
        let mesh = try mesh([36, 40, 36])
        func spectrum() -> [UInt32] {
            let field = Field<Float>.whiteNoise(seed: 5, over: mesh)
            let modes = FourierTransform<Float>(mesh).forward(field)
            return (0..<modes.values.count).map { modes.values.span[$0].bitPattern }
        }
        let before = spectrum()
        _ = try Ceilings.measured(for: mesh, in: Float.self)
        XCTAssertTrue(spectrum() == before)
    }
}
