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

    /// Over the points of two fields on the same mesh, whatever their ghosts.
    func innerProduct<Scalar: ParticleScalar>(
        _ first: borrowing Field<Scalar>, _ second: borrowing Field<Scalar>
    ) throws -> Double {
        var products: [Double] = []
        first.decomposition.forEachPoint { x, y, z, _ in
            products.append(
                Double(first.values.span[first.offset(x: x, y: y, z: z)])
                    * Double(second.values.span[second.offset(x: x, y: y, z: z)]))
        }
        return try world.exactSum(count: products.count, of: "products") { products[$0] }
    }
}
