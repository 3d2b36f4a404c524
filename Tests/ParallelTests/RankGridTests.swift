import Parallel
import TestSupport
import XCTest

final class RankGridTests: SPMDTestCase {
    func testShapesListEveryFactorisationTheSquarestFirst() {
        XCTAssertEqual(RankGrid.shapes(for: 12).prefix(2), [SIMD2(4, 3), SIMD2(3, 4)])
        XCTAssertEqual(Set(RankGrid.shapes(for: 6)), [[6, 1], [1, 6], [3, 2], [2, 3]])
        XCTAssertEqual(RankGrid.shapes(for: 2).first, [2, 1])
    }

    func testRowsShareXAndColumnsShareY() {
        for shape in gridShapes {
            let grid = RankGrid(world: world, shape: shape)
            XCTAssertEqual(grid.row.size, shape.y)
            XCTAssertEqual(grid.column.size, shape.x)
            XCTAssertEqual(grid.row.rank, grid.position.y)
            XCTAssertEqual(grid.column.rank, grid.position.x)
            XCTAssertEqual(Set(grid.row.allGather([grid.position.x]).joined()), [grid.position.x])
            XCTAssertEqual(Set(grid.column.allGather([grid.position.y]).joined()), [grid.position.y])
            XCTAssertEqual(grid.rank(at: grid.position), world.rank)
            XCTAssertEqual(grid.rank(at: grid.position &+ shape), world.rank)
            XCTAssertEqual(grid.rank(at: grid.position &- shape), world.rank)
        }
    }
}
