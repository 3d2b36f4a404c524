import Mesh
import Memory
import Parallel
import Particles
import TestSupport
import XCTest

/// Numbers of particles on the mesh, weighted as their mass is. A case by hand and the bits on any ranks:
/// `MomentumDensityTests`.
final class WeightedDepositTests: ParticleTestCase {
    /// Of both signs, and powers of two.
    private func weight(_ index: Int) -> Double { [1, -2, 0.5, -0.25][index % 4] }

    private func check<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        try forEachUniverse { universe, mesh in
            let set: ParticleSet<Scalar> = universe.set(mesh)
            let indices = (0..<set.count).map { set.index[$0] }
            let bar: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 71)

            let field = try set.weightedDensity(of: "weights") { weight(indices[$0]) }
            let readings = set.gather(bar)
            let read = readings.span
            let perParticle = Double(mesh.pointCount) / Double(universe.count)
            let direct = try world.exactSum(count: set.count, of: "readings") {
                perParticle * weight(indices[$0]) * Double(read[$0])
            }
            XCTAssertNotEqual(direct, 0)
            XCTAssertEqual(try innerProduct(field, bar), direct, accuracy: accuracy * abs(direct))

            var plain = CotangentSet(for: set)
            set.depositAdjoint(bar, carrying: &plain)
            var weighted = CotangentSet(for: set)
            set.depositAdjoint(bar, times: { weight(indices[$0]) }, carrying: &weighted)
            for axis in 0..<3 {
                let (ones, found) = (plain.position[axis].span, weighted.position[axis].span)
                for slot in 0..<set.count {
                    XCTAssertEqual(Double(found[slot]), weight(indices[slot]) * Double(ones[slot]))
                }
            }
        }
    }

    func testItIsTheTransposeOfReadingAndItsSlopesAreTheDensitysTimesTheNumber() throws {
        try check(Float.self, accuracy: 2e-5)
        try check(Double.self, accuracy: 2e-12)
    }

    func testWhatIsNotANumberIsRefusedOnAllRanks() throws {
        let universe = Universe.all[0]
        for mesh in try meshes(universe.mesh) {
            let set: ParticleSet<Float> = universe.set(mesh)
            let indices = (0..<set.count).map { set.index[$0] }
            for wrong in [Double.nan, -.infinity, 1e300] {
                assertThrowsEverywhere("weights") {
                    _ = try set.weightedDensity(of: "weights") { indices[$0] == 0 ? wrong : 1 }
                }
            }
        }
    }
}
