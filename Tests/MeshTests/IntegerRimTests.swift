import Mesh
import Memory
import XCTest

final class IntegerRimTests: MeshTestCase {
    private let widths = [
        GhostWidth.none, .cloudInCell, .stencil, GhostWidth(lower: 3, upper: 3),
        GhostWidth(lower: 1, upper: 0),
    ]

    func testTheRimIsWhatNeighboursReach() throws {
        let mesh = try Decomposition(shape: [9, 3, 2], over: singleRank)
        let rim = IntegerRim(mesh, ghosts: .stencil)
        for x in -2..<12 {
            // Three upper ghost planes reach the first three points, two lower ones the last two; along y no
            // point is left.
            for y in -2..<6 { XCTAssertTrue(rim.contains(x: x, y: y)) }
        }
        let wide = try Decomposition(shape: [9, 7, 2], over: singleRank)
        let inner = IntegerRim(wide, ghosts: .stencil)
        for x in -2..<12 {
            for y in -2..<10 {
                XCTAssertEqual(inner.contains(x: x, y: y), !((3..<7) ~= x && (3..<5) ~= y), "\(x), \(y)")
            }
        }
        XCTAssertTrue(IntegerRim(wide, ghosts: .stencil, keeping: .allPoints).contains(x: 4, y: 4))
    }

    func testRowsAreApart() throws {
        try onEveryGrid([17, 19, 4]) { mesh in
            for ghosts in widths {
                for kept in [IntegerRim.Extent.rim, .allPoints] {
                    let rim = IntegerRim(mesh, ghosts: ghosts, keeping: kept)
                    func number(_ x: Int, _ y: Int) -> Int64 { Int64(1000 * x + y) }
                    unsafe forEachRow(of: rim) { x, y, row in
                        for z in 0..<4 { unsafe row[z] = number(x, y) }
                    }
                    unsafe forEachRow(of: rim) { x, y, row in
                        for z in 0..<4 { XCTAssertEqual(unsafe row[z], number(x, y)) }
                    }
                }
            }
        }
    }

    func testOneUnitInAGhostCornerReachesItsOwnerOnce() throws {
        // One rank: the corner beyond the last point along x and y is the first point.
        let mesh = try Decomposition(shape: [4, 5, 3], over: singleRank)
        for kept in [IntegerRim.Extent.rim, .allPoints] {
            var rim = IntegerRim(mesh, ghosts: .cloudInCell, keeping: kept)
            fill(&rim, with: 0)
            unsafe rim.row(x: 4, y: 5)[2] = 7
            unsafe rim.row(x: 0, y: 5)[2] = 10
            unsafe rim.row(x: 0, y: 0)[2] = 100
            rim.addGhosts()
            XCTAssertEqual(unsafe rim.row(x: 0, y: 0)[2], 117)
            XCTAssertEqual(unsafe rim.row(x: 0, y: 0)[1], 0)
        }
    }

    func testAddingIsTheTransposeOfFilling() throws {
        // ⟨fill x, y⟩ = ⟨x, add y⟩ with y on the rim and on ghost points.
        try onEveryGrid([17, 19, 4]) { mesh in
            for ghosts in widths where ghosts != .none {
                for kept in [IntegerRim.Extent.rim, .allPoints] {
                    var filled = Field<Int64>(mesh, ghosts: ghosts, for: "test")
                    filled.mapPoints { x, y, z, _ in Int64(1000 * Self.noise(x, y, z)) }
                    var added = IntegerRim(mesh, ghosts: ghosts, keeping: kept)
                    unsafe forEachRow(of: added) { x, y, row in
                        for z in 0..<4 {
                            unsafe row[z] = Int64(
                                1000 * Self.noise(x + 3, y + 3, 4 * world.rank + z, seed: 2))
                        }
                    }
                    filled.fillGhosts()
                    let left = product(filled, added) { _, _ in true }
                    added.addGhosts()
                    let right = product(filled, added) { x, y in
                        x >= 0 && x < mesh.x.count && y >= 0 && y < mesh.y.count
                    }
                    XCTAssertNotEqual(world.sum(left), 0)
                    XCTAssertEqual(
                        world.sum(left), world.sum(right), "ghosts \(ghosts), grid \(mesh.grid.shape)")
                }
            }
        }
    }

    func testAddingWrapsAroundInsteadOfTrapping() throws {
        let mesh = try Decomposition(shape: [3, 3, 1], over: singleRank)
        var rim = IntegerRim(mesh, ghosts: .cloudInCell, keeping: .allPoints)
        fill(&rim, with: .max)
        rim.addGhosts()
        let field = rim.takeField()
        XCTAssertEqual(field[0, 0, 0], Int64.max &* 4)
        XCTAssertEqual(field[1, 0, 0], Int64.max &* 2)
        XCTAssertEqual(field[1, 1, 0], .max)
    }

    private func fill(_ rim: inout IntegerRim, with value: Int64) {
        unsafe forEachRow(of: rim) { _, _, row in
            for z in 0..<rim.decomposition.shape.z { unsafe row[z] = value }
        }
    }

    private func forEachRow(
        of rim: borrowing IntegerRim, _ body: (Int, Int, UnsafeMutablePointer<Int64>) -> Void
    ) {
        let (mesh, ghosts) = (rim.decomposition, rim.ghosts)
        for x in -ghosts.lower..<mesh.x.count + ghosts.upper {
            for y in -ghosts.lower..<mesh.y.count + ghosts.upper where rim.contains(x: x, y: y) {
                unsafe body(x, y, rim.row(x: x, y: y))
            }
        }
    }

    /// Over the rows of the rim that count.
    private func product(
        _ field: borrowing Field<Int64>, _ rim: borrowing IntegerRim, where counts: (Int, Int) -> Bool
    ) -> Int {
        let mesh = field.decomposition
        var sum = 0
        for x in -field.ghosts.lower..<mesh.x.count + field.ghosts.upper {
            for y in -field.ghosts.lower..<mesh.y.count + field.ghosts.upper
            where counts(x, y) && rim.contains(x: x, y: y) {
                for z in 0..<mesh.shape.z {
                    let value = field[mesh.x.lowerBound + x, mesh.y.lowerBound + y, z]
                    sum += Int(value * (unsafe rim.row(x: x, y: y)[z]))
                }
            }
        }
        return sum
    }
}
