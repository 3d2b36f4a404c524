import Mesh
import Parallel
import Particles
import XCTest

final class DriftTests: ParticleTestCase {
    private func oneParticle<Scalar: ParticleScalar>(
        _ mesh: Decomposition, at position: Scalar.Position, momentum: Scalar.Momentum
    ) -> ParticleSet<Scalar> {
        var set = ParticleSet<Scalar>(
            mesh, units: StateUnits(box: [8, 16, 32], momentumExponent: -20),
            count: world.isRoot ? 1 : 0, totalCount: 1)
        guard world.isRoot else { return set }
        for axis in 0..<3 {
            var positions = set.position[axis].mutableSpan
            positions[0] = position
            var momenta = set.momentum[axis].mutableSpan
            momenta[0] = momentum
        }
        set.index[0] = 0
        return set
    }

    private func checkByHand<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        let mesh = try meshes([8, 16, 32])[0]
        let bits = Scalar.Position.bitWidth
        // p = 3/4 and d = 2/3: half a Mpc/h, 1/16, 1/32 and 1/64 of the sides.
        var set: ParticleSet<Scalar> = oneParticle(mesh, at: 0 &- 1 << (bits - 5), momentum: 3 << 18)
        try set.drift(by: 2 / 3.0)
        guard world.isRoot else { return }
        let moved: [Scalar.Position] = [1 << (bits - 5), 0, 0 &- 1 << (bits - 6)]
        for axis in 0..<3 { XCTAssertEqual(set.position[axis].span[0], moved[axis]) }
    }

    func testAParticleMovesByItsMomentumAndWrapsAroundTheBox() throws {
        try checkByHand(Float.self)
        try checkByHand(Double.self)
    }

    private func checkReversal<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            var set: ParticleSet<Scalar> = universe.set(mesh)
            let before = set.checksum()
            let coefficients = [0.1, 0.37, -0.05, 1.0 / 3]
            for coefficient in coefficients {
                try set.drift(by: coefficient)
                set.route()
            }
            XCTAssertNotEqual(set.checksum(), before)
            for coefficient in coefficients.reversed() {
                try set.driftBack(by: coefficient)
                set.route()
            }
            XCTAssertEqual(set.checksum(), before)
        }
    }

    func testDriftsUndoneRestoreEveryBit() throws {
        try checkReversal(Float.self)
        try checkReversal(Double.self)
    }

    private func checkOverflow<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        let mesh = try meshes([8, 16, 32])[0]
        for coefficient in [16.0, -16, 1e30, .infinity, .nan] {
            var set: ParticleSet<Scalar> = oneParticle(mesh, at: 5, momentum: 1 << 18)
            assertThrowsEverywhere("half the box") { try set.drift(by: coefficient) }
        }
        var set: ParticleSet<Scalar> = oneParticle(mesh, at: 5, momentum: 1 << 18)
        XCTAssertNoThrow(try set.drift(by: 15.99999))
    }

    func testAParticleThatMovesHalfTheBoxIsAnErrorOnAllRanks() throws {
        try checkOverflow(Float.self)
        try checkOverflow(Double.self)
    }
}
