import Mesh
import Parallel
import Particles
import XCTest

final class OrderingTests: ParticleTestCase {
    private func columns<Scalar: ParticleScalar>(_ set: borrowing ParticleSet<Scalar>) -> [Int] {
        (0..<set.count).map { particle in
            (0..<2).reduce(0) { column, axis in
                let shape = set.decomposition.shape[axis]
                return column * shape
                    + Int(set.position[axis].span[particle].multipliedFullWidth(by: .init(shape)).high)
            }
        }
    }

    private func check<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            var set: ParticleSet<Scalar> = universe.set(mesh)
            let before = set.checksum()
            let routed = columns(set)
            XCTAssertEqual(routed, routed.sorted())
            set.reverse(0..<set.count)
            XCTAssertNotEqual(columns(set), routed)
            set.order()
            XCTAssertEqual(columns(set), routed)
            XCTAssertEqual(set.checksum(), before)
        }
    }

    func testParticlesStandInTheOrderOfTheirColumnsAfterRoutingAndNoneIsLost() throws {
        try check(Float.self)
        try check(Double.self)
    }

    func testTheChecksumSeesEveryBitOfEveryArray() throws {
        let universe = Universe.all[0]
        let mesh = try meshes(universe.mesh)[0]
        var seen: Set<UInt64> = []
        let set: ParticleSet<Float> = universe.set(mesh)
        seen.insert(set.checksum())
        for bit in 0..<32 {
            for axis in 0..<3 {
                var changed: ParticleSet<Float> = universe.set(mesh)
                if changed.count > 0, world.isRoot {
                    var positions = changed.position[axis].mutableSpan
                    positions[0] ^= 1 << bit
                }
                seen.insert(changed.checksum())
                var kicked: ParticleSet<Float> = universe.set(mesh)
                if kicked.count > 0, world.isRoot {
                    var momenta = kicked.momentum[axis].mutableSpan
                    momenta[0] ^= 1 << bit
                }
                seen.insert(kicked.checksum())
            }
        }
        XCTAssertEqual(seen.count, 1 + 32 * 6)
    }
}
