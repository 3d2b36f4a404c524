import Dynamics
import Inference
import InitialConditions
import Mesh
import Observables
import Parallel
import TestSupport
import XCTest

/// Noise and data are looked at: the log tells mean and variance, and warns of what is not what it is taken for.
final class InputRemarksTests: SPMDTestCase {
    private func noise(_ change: (Float) -> Float) throws -> [String] {
        let grid = try Decomposition(
            shape: [16, 16, 16], over: RankGrid(world: world, shape: [world.size, 1]))
        var field = Field<Float>.whiteNoise(seed: 3, over: grid)
        field.mapPoints { _, _, _, value in change(value) }
        return try NoiseStatistics(of: field).remarks(named: "n.h5:/n", count: grid.pointCount)
    }

    func testWhiteNoiseThatIsNoneIsWarnedOf() throws {
        guard world.size <= 4 else { return }
        let usual = try noise { $0 }
        XCTAssertEqual(usual.count, 1)
        XCTAssertTrue(usual[0].contains("variance") && usual[0].contains("mean"), usual[0])
        XCTAssertEqual(try noise { 0.3 * $0 }.count, 1, "reconstructed noise")
        for (name, change) in [
            ("three times", { 3 * $0 }), ("shifted", { $0 + 0.5 }),
            ("uniform", { 1.7 * ($0 - $0.rounded()) * 2 }),
            ("constant", { _ in 0 }),
        ] as [(String, (Float) -> Float)] {
            let remarks = try noise(change)
            XCTAssertEqual(remarks.count, 2, name)
            XCTAssertTrue(remarks.last!.hasPrefix("warning: "), name)
        }
    }

    private func objective(
        _ data: (Int, Int, Int) -> Float, weights: ((Int, Int, Int) -> Float)? = nil
    ) throws -> [String] {
        let grid = try Decomposition(
            shape: [16, 16, 16], over: RankGrid(world: world, shape: [world.size, 1]))
        var field = Field<Float>(grid, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in data(x, y, z) }
        var mask: Field<Float>?
        if let weights {
            var found = Field<Float>(grid, ghosts: .none, for: "test")
            found.mapPoints { x, y, z, _ in weights(x, y, z) }
            mask = consume found
        }
        var cells: Cells<Float>?
        if let found = mask.take() { cells = .mesh(found) }
        let likelihood = try GaussianLikelihood(
            data: .mesh(field), weights: cells, sigma: 1, on: .mesh(FourierTransform(grid), cell: 1))
        let summary = try XCTUnwrap(likelihood.summary)
        return [summary.remark] + [summary.warning].compactMap(\.self)
    }

    func testDataOfAnotherMeanAreWarnedOf() throws {
        guard world.size <= 4 else { return }
        let usual = { (x: Int, y: Int, z: Int) -> Float in 0.5 + Float((x + y + z) % 2) }
        XCTAssertEqual(try objective(usual).count, 1)
        XCTAssertTrue(try objective(usual)[0].contains("mean of objective.data 1.0"))
        let delta = try objective { usual($0, $1, $2) - 1 }
        XCTAssertEqual(delta.count, 2)
        XCTAssertTrue(delta[1].contains("is it delta"), delta[1])
        XCTAssertTrue(try objective { 5e12 * usual($0, $1, $2) }[1].contains("divide it by its mean"))
    }

    func testWhereTheWeightIsNothingNothingIsLookedAt() throws {
        guard world.size <= 4 else { return }
        let mask = { (x: Int, _: Int, _: Int) -> Float in x < 4 ? 0 : 1 }
        let gaps = { (x: Int, _: Int, _: Int) -> Float in x == 0 ? .nan : x < 4 ? .infinity : 1.25 }
        let remarks = try objective(gaps, weights: mask)
        XCTAssertEqual(remarks.count, 1)
        XCTAssertTrue(remarks[0].contains("mean of objective.data 1.25"), remarks[0])
        XCTAssertTrue(remarks[0].contains("over 3072 of 4096 cells; the mean weight is 0.75"), remarks[0])
        assertThrowsEverywhere("at 1024 mesh points that count, the first at [0, 0, 0]") {
            _ = try objective(gaps)
        }
        assertThrowsEverywhere("at 1 mesh points that count, the first at [7, 3, 2]") {
            _ = try objective({ SIMD3($0, $1, $2) == [7, 3, 2] ? .nan : 1 }, weights: mask)
        }
    }
}
