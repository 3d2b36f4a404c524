import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// A test over universes, precisions and shapes of the rank grid.
class ParticleTestCase: SPMDTestCase {
    /// This rank alone: the reference that knows no exchange.
    lazy var single = RankGrid(world: alone, shape: [1, 1])

    /// Every shape of the grid that a mesh fits on; at least one.
    func meshes(_ shape: SIMD3<Int>) throws -> [Decomposition] {
        let meshes = try gridShapes.filter { Decomposition.fits(shape, on: $0) }.map {
            try Decomposition(shape: shape, over: RankGrid(world: world, shape: $0))
        }
        XCTAssertFalse(meshes.isEmpty)
        return meshes
    }

    func forEachUniverse(_ body: (Universe, Decomposition) throws -> Void) throws {
        for universe in Universe.all {
            for mesh in try meshes(universe.mesh) { try body(universe, mesh) }
        }
    }
}
