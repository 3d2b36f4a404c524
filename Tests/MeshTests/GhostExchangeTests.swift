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

    func testOneUnitInAGhostCornerReachesItsOwnerOnce() throws {
        // One rank: the corner beyond the last point along x and y is the first point.
        let mesh = try Decomposition(shape: [4, 5, 3], over: singleRank)
        var field = Field<Int64>(mesh, ghosts: .cloudInCell, for: "test")
        field.fill(with: 0)
        field[4, 5, 2] = 7
        field[0, 5, 2] = 10
        field[0, 0, 2] = 100
        field.addGhosts()
        XCTAssertEqual(field[0, 0, 2], 117)
        XCTAssertEqual(field[0, 0, 1], 0)
    }

    func testAddingIsTheTransposeOfFilling() throws {
        // ⟨fill x, y⟩ = ⟨x, add y⟩ with y on owned and ghost points.
        try onEveryGrid([17, 19, 4]) { mesh in
            for ghosts in widths {
                var filled = Field<Int64>(mesh, ghosts: ghosts, for: "test")
                filled.mapPoints { x, y, z, _ in Int64(1000 * Self.noise(x, y, z)) }
                let owned = filled.copy(for: "test")
                var added = Field<Int64>(mesh, ghosts: ghosts, for: "test")
                for index in 0..<added.values.count {
                    unsafe added.values.start[index] = Int64(1000 * Self.noise(index, world.rank, 0, seed: 2))
                }
                filled.fillGhosts()
                var left = 0
                for index in 0..<filled.values.count {
                    left += Int(filled.values.span[index] * added.values.span[index])
                }
                added.addGhosts()
                var right = 0
                owned.forEachPoint { x, y, z, value in
                    right += Int(value * added[x, y, z])
                }
                XCTAssertNotEqual(world.sum(left), 0)
                XCTAssertEqual(world.sum(left), world.sum(right), "ghosts \(ghosts), grid \(mesh.grid.shape)")
            }
        }
    }

    func testAddingWrapsAroundInsteadOfTrapping() throws {
        let mesh = try Decomposition(shape: [3, 3, 1], over: singleRank)
        var field = Field<UInt32>(mesh, ghosts: .cloudInCell, for: "test")
        field.fill(with: .max)
        field.addGhosts()
        XCTAssertEqual(field[0, 0, 0], UInt32.max &* 4)
    }
}
