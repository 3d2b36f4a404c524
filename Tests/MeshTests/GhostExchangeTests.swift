import Mesh
import XCTest

final class GhostExchangeTests: MeshTestCase {
    private let widths = [
        GhostWidth.none, .cloudInCell, .stencil, GhostWidth(lower: 3, upper: 3),
        GhostWidth(lower: 1, upper: 0),
    ]

    func testGhostPlanesHoldTheNeighboursValuesCornersIncluded() throws {
        for shape in [[7, 9, 5], [24, 18, 3]] as [SIMD3<Int>] {
            try onEveryGrid(shape) { mesh in
                for ghosts in widths {
                    var field = Field<Int32>(mesh, ghosts: ghosts, for: "test")
                    field.fill(with: -1)
                    field.mapPoints { x, y, z, _ in Int32(10_000 * x + 100 * y + z) }
                    field.fillGhosts()
                    for x in mesh.x.lowerBound - ghosts.lower..<mesh.x.upperBound + ghosts.upper {
                        for y in mesh.y.lowerBound - ghosts.lower..<mesh.y.upperBound + ghosts.upper {
                            let home = [(x + shape.x) % shape.x, (y + shape.y) % shape.y]
                            for z in 0..<shape.z {
                                XCTAssertEqual(
                                    field[x, y, z],
                                    Int32(10_000 * home[0] + 100 * home[1] + z))
                            }
                        }
                    }
                }
            }
        }
    }
}
