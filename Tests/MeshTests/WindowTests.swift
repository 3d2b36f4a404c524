import Mesh
import Parallel
import XCTest

final class WindowTests: MeshTestCase {
    /// Odd, prime, thin, and with blocks of a single plane on many ranks.
    private static let sizes: [SIMD3<Int>] = [[7, 6, 5], [13, 24, 4], [6, 6, 3], [20, 9, 2]]

    /// How far windows reach: not at all, beyond the next block, and around the mesh more than once.
    private static let reaches: [(lower: Int, upper: Int)] = [(0, 0), (2, 3), (5, 5), (0, 8), (17, 25)]

    private func onEveryThinGrid(_ shape: SIMD3<Int>, _ body: (Decomposition) throws -> Void) throws {
        for gridShape in gridShapes where Decomposition.fits(shape, on: gridShape, planes: 1) {
            try body(
                try Decomposition(
                    shape: shape, over: RankGrid(world: world, shape: gridShape), planes: 1))
        }
    }

    private func check(_ mesh: Decomposition, _ windows: Windows, ghosts: GhostWidth, line: UInt = #line) {
        var field = Field<Int64>(mesh, ghosts: ghosts, for: "test")
        field.fill(with: -1)
        field.mapPoints { x, y, z, _ in Int64(10_000 * x + 100 * y + z) }
        let window = WindowFetch(mesh, windows).fetch(field)
        let shape = mesh.shape
        XCTAssertEqual(window.x, windows.x[mesh.grid.position.x], line: line)
        XCTAssertEqual(window.y, windows.y[mesh.grid.position.y], line: line)
        var wrong = 0
        for x in window.x {
            for y in window.y {
                let home = (x: (x + 99 * shape.x) % shape.x, y: (y + 99 * shape.y) % shape.y)
                for z in 0..<shape.z
                where window[x, y, z] != Int64(10_000 * home.x + 100 * home.y + z) { wrong += 1 }
            }
        }
        XCTAssertEqual(wrong, 0, "\(shape) on \(mesh.grid.shape)", line: line)
    }

    func testAWindowAroundABlockHoldsThePeriodicMeshWhateverOwnsIt() throws {
        for shape in Self.sizes {
            try onEveryThinGrid(shape) { mesh in
                for reach in Self.reaches {
                    let windows = Windows(of: shape, on: mesh.grid.shape) {
                        $0.lowerBound - reach.lower..<$0.upperBound + reach.upper
                    }
                    for ghosts in [GhostWidth.none, .cloudInCell] { check(mesh, windows, ghosts: ghosts) }
                }
            }
        }
    }

    /// Half the block of a mesh twice as fine, which is not where this mesh's own blocks are; and nothing of one's own.
    func testAWindowMayBelongToBlocksOfAnotherMesh() throws {
        for shape in Self.sizes {
            try onEveryThinGrid(shape) { mesh in
                let finer = Windows(of: shape &* 2, on: mesh.grid.shape) {
                    $0.lowerBound / 2 - 2..<($0.upperBound - 1) / 2 + 3
                }
                check(mesh, finer, ghosts: .none)
                let elsewhere = Windows(of: shape, on: mesh.grid.shape) {
                    $0.upperBound + 1..<$0.upperBound + 2
                }
                check(mesh, elsewhere, ghosts: .none)
            }
        }
    }

    func testWhatIsSentIsWhatTheModelSays() throws {
        for shape in Self.sizes {
            try onEveryThinGrid(shape) { mesh in
                for reach in Self.reaches {
                    let grid = mesh.grid
                    let windows = Windows(of: shape, on: grid.shape) {
                        $0.lowerBound - reach.lower..<$0.upperBound + reach.upper
                    }
                    let fetch = WindowFetch(mesh, windows)
                    let field: Field<Float> = noiseField(mesh)
                    grid.phases.reset()
                    _ = fetch.fetch(field)
                    let booked = grid.phases.entries[.ghosts]
                    let share = MeshShare(of: shape, on: grid.shape, at: grid.position, wordBytes: 4)
                    XCTAssertEqual(
                        share.window(windows),
                        Traffic(bytes: booked?.bytesSent ?? 0, messages: booked?.messages ?? 0),
                        "\(shape) on \(grid.shape), \(reach)")
                }
            }
        }
    }

    /// 8 planes on two ranks: a window of two more on each side is four planes of the other, in one message. On four,
    /// of two planes each, three more reach two ranks on each side, who are the same on the far side.
    func testTrafficByHand() {
        func traffic(_ ranks: SIMD2<Int>, reach: Int) -> Traffic {
            let shape = SIMD3(8, 8, 10)
            let windows = Windows(of: shape, on: ranks) { $0.lowerBound - reach..<$0.upperBound + reach }
            return MeshShare(of: shape, on: ranks, at: [0, 0], wordBytes: 4).window(windows)
        }
        XCTAssertEqual(traffic([1, 1], reach: 5), .none)
        XCTAssertEqual(traffic([2, 1], reach: 2), Traffic(bytes: 4 * 8 * 10 * 4, messages: 1))
        XCTAssertEqual(traffic([4, 1], reach: 3), Traffic(bytes: (2 + 2 + 2) * 8 * 10 * 4, messages: 3))
        // Along y with the planes of x around it: two messages of 4 · 4 and 4 · (4 + 4) rows.
        XCTAssertEqual(traffic([2, 2], reach: 2), Traffic(bytes: (4 * 4 + 4 * 8) * 10 * 4, messages: 2))
    }
}
