import Memory
import Mesh
import Parallel
import Particles
import XCTest

final class ObservedMomentaTests: ParticleTestCase {
    private struct NotSeen: Error {}

    func testMomentaAreSeenInOtherUnitsAndTheirIntegersAreTheSame() throws {
        let universe = Universe.all[0]
        let mesh = try meshes(universe.mesh)[0]
        var set: ParticleSet<Float> = universe.set(mesh)
        let (own, checksum) = (set.units, set.checksum())
        let seen = try set.seen(withMomentaTimes: -2.5) { seen in
            XCTAssertEqual(seen.units.momentum(Int32(3)), -7.5 * own.momentum)
            XCTAssertEqual(seen.units.momentum(of: -7.5 * own.momentum), Int32(3))
            XCTAssertEqual(seen.units.momentumExponent, own.momentumExponent)
            let grid = try Decomposition(shape: universe.particles, over: mesh.grid)
            XCTAssertEqual(seen.inLagrangianOrder(over: grid).units, seen.units)
            return seen.checksum()
        }
        XCTAssertEqual(seen, checksum)
        XCTAssertEqual(set.units, own)
        XCTAssertThrowsError(try set.seen(withMomentaTimes: 2) { _ in throw NotSeen() })
        XCTAssertEqual(set.units, own)
    }

    /// Momenta of 1, 2, 3 … units, cotangents of 1 that are there and of 1/2 that are added.
    private func addHalves<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, factor: Double, of universe: Universe, on mesh: Decomposition
    ) throws -> (derivative: Double, expected: Double) {
        var set: ParticleSet<Scalar> = universe.set(mesh)
        var cotangents = CotangentSet<Scalar>(for: set)
        for axis in 0..<3 {
            for slot in 0..<set.count {
                let number = set.index[slot] + 1
                var momenta = set.momentum[axis].mutableSpan
                momenta[slot] = Scalar.Momentum(number)
                var bars = cotangents.momentum[axis].mutableSpan
                bars[slot] = 1
            }
        }
        let before = try set.express(&cotangents, byMomentaTimes: factor)
        for axis in 0..<3 {
            var values = cotangents.momentum[axis].mutableSpan
            for slot in 0..<set.count { values[slot] += 0.5 }
        }
        let derivative = try set.expressBack(&cotangents, fromMomentaTimes: factor, since: before)
        for axis in 0..<3 {
            for slot in 0..<set.count {
                XCTAssertEqual(
                    Double(cotangents.momentum[axis].span[slot]), 1 + factor / 2, accuracy: 1e-6)
            }
        }
        let sum = universe.count * (universe.count + 1) / 2
        return (derivative, 0.5 * 3 * Double(sum) * set.units.momentum)
    }

    func testCotangentsAreThoseOfWhatIsSeen() throws {
        try forEachUniverse { universe, mesh in
            // Powers of two are exact.
            let exact = try addHalves(Float.self, factor: -4, of: universe, on: mesh)
            XCTAssertEqual(exact.derivative, exact.expected)
            let single = try addHalves(Float.self, factor: 1.7, of: universe, on: mesh)
            XCTAssertEqual(single.derivative, single.expected, accuracy: 1e-6 * single.expected)
            let double = try addHalves(Double.self, factor: 1.7, of: universe, on: mesh)
            XCTAssertEqual(double.derivative, double.expected, accuracy: 1e-14 * double.expected)
        }
    }
}
