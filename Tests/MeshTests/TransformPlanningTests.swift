import Foundation
import Mesh
import Parallel
import XCTest

final class TransformPlanningTests: MeshTestCase {
    private static let shape: SIMD3<Int> = [60, 96, 40]

    /// What rank 0 measures for lines of a mesh, in both precisions; given to all.
    private func measured(_ shape: SIMD3<Int>, after earlier: TransformWisdom = .init()) throws
        -> TransformWisdom
    {
        let planning = TransformPlanning(by: earlier, .measured)
        let mesh = try Decomposition(
            shape: shape, over: RankGrid(world: alone, shape: [1, 1], planning: planning))
        _ = FourierTransform<Float>(mesh)
        _ = FourierTransform<Double>(mesh)
        return try XCTUnwrap(TransformWisdom(parsing: world.broadcast(planning.wisdom.text)))
    }

    func testPlansOfAWisdomHaveTheSameBitsOnAnyRankGrid() throws {
        let wisdom = try measured(Self.shape)
        XCTAssertTrue(wisdom.isTaken)
        try compare(Float.self, wisdom)
        try compare(Double.self, wisdom)
    }

    private func compare<Scalar: FourierScalar>(
        _: Scalar.Type, _ wisdom: TransformWisdom
    ) throws {
        func spectrum(on ranks: Communicator, _ grid: SIMD2<Int>, _ wisdom: TransformWisdom) throws
            -> FourierField<Scalar>
        {
            let grid = RankGrid(world: ranks, shape: grid, planning: TransformPlanning(by: wisdom))
            let mesh = try Decomposition(shape: Self.shape, over: grid)
            return FourierTransform<Scalar>(mesh).forward(noiseField(mesh))
        }
        let single = try spectrum(on: alone, [1, 1], wisdom)
        for shape in gridShapes {
            XCTAssertEqual(differences(try spectrum(on: world, shape, wisdom), single), 0, "\(shape)")
        }
        // Other algorithms, the same transform.
        let size = Double(Self.shape.x * Self.shape.y * Self.shape.z).squareRoot()
        let tolerance = 20 * Double(Scalar.ulpOfOne) * size
        try spectrum(on: alone, [1, 1], TransformWisdom()).forEachMode { x, y, z, real, imaginary in
            let place = single.offset(x: x, y: y, z: z)
            XCTAssertEqual(Double(single.values.span[place]), Double(real), accuracy: tolerance)
            XCTAssertEqual(Double(single.values.span[place + 1]), Double(imaginary), accuracy: tolerance)
        }
    }

    func testMeasuringAddsWhatIsNotKnown() throws {
        let wisdom = try measured(Self.shape)
        XCTAssertEqual(try measured(Self.shape, after: wisdom), wisdom)
        let more = try measured([60, 54, 40], after: wisdom)
        XCTAssertGreaterThan(more.single.count, wisdom.single.count)
        XCTAssertGreaterThan(more.double.count, wisdom.double.count)
        XCTAssertEqual(try measured(Self.shape, after: more), more)
    }

    func testWhatTheProcessMeasuredBeforeHasNoPartInAPlan() throws {
        let mesh = try Decomposition(shape: Self.shape, over: singleRank)
        let before = FourierTransform<Float>(mesh).forward(noiseField(mesh))
        _ = try measured(Self.shape)
        XCTAssertEqual(differences(FourierTransform<Float>(mesh).forward(noiseField(mesh)), before), 0)
    }

    func testTextsThatAreNone() throws {
        let wisdom = try measured(Self.shape)
        let text = wisdom.text
        let other = text.replacingOccurrences(of: "#x1", with: "#x2")
        let half = String(text.prefix(text.count / 2))
        for text in [
            "", "  \n", "hello", ")", "(fftw-3.3.10 fftwq_wisdom #x1)", text + text, text + "x", half, other,
        ] {
            XCTAssertNil(TransformWisdom(parsing: text), text)
        }
        // Of another version, or another processor.
        let stranger = TransformWisdom(
            single: wisdom.single.replacingOccurrences(of: "(fftw-3.", with: "(fftw-9."),
            double: wisdom.double)
        XCTAssertEqual(TransformWisdom(parsing: stranger.text), stranger)
        XCTAssertFalse(stranger.isTaken)
        XCTAssertTrue(TransformWisdom().isTaken)
    }
}
