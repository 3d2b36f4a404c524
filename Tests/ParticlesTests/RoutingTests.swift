import Mesh
import Parallel
import Particles
import XCTest

final class RoutingTests: ParticleTestCase {
    private func assertRouted<Scalar: ParticleScalar>(_ set: borrowing ParticleSet<Scalar>) {
        let mesh = set.decomposition
        for particle in 0..<set.count {
            let cell = (0..<2).map { axis in
                Int(set.position[axis].span[particle].multipliedFullWidth(by: .init(mesh.shape[axis])).high)
            }
            guard mesh.x.contains(cell[0]), mesh.y.contains(cell[1]) else {
                return XCTFail("particle \(particle) in cell \(cell) is not at home")
            }
        }
        XCTAssertEqual(world.sum(set.count), set.totalCount)
    }

    /// Cotangents that say whose they are.
    private func marked<Scalar: ParticleScalar>(_ set: borrowing ParticleSet<Scalar>) -> CotangentSet<Scalar>
    {
        var cotangents = CotangentSet(for: set)
        for axis in 0..<3 {
            for particle in 0..<set.count {
                let mark = Scalar(set.index[particle])
                var positions = cotangents.position[axis].mutableSpan
                positions[particle] = mark + Scalar(axis) / 8
                var momenta = cotangents.momentum[axis].mutableSpan
                momenta[particle] = -mark - Scalar(axis) / 8
            }
        }
        return cotangents
    }

    private func assertMarked<Scalar: ParticleScalar>(
        _ cotangents: borrowing CotangentSet<Scalar>, _ set: borrowing ParticleSet<Scalar>
    ) {
        for axis in 0..<3 {
            for particle in 0..<set.count {
                let mark = Scalar(set.index[particle]) + Scalar(axis) / 8
                guard cotangents.position[axis].span[particle] == mark,
                    cotangents.momentum[axis].span[particle] == -mark
                else { return XCTFail("a cotangent left its particle") }
            }
        }
    }

    private func checkJumps<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            var set: ParticleSet<Scalar> = universe.set(mesh)
            assertRouted(set)
            var cotangents = marked(set)
            let before = set.checksum()
            // Small steps reach neighbours only, the last ones any rank.
            for coefficient in [0.02, -0.05, 0.3, 1.2] {
                try set.drift(by: coefficient)
                set.route(carrying: &cotangents)
                assertRouted(set)
                assertMarked(cotangents, set)
            }
            for coefficient in [1.2, 0.3, -0.05, 0.02] {
                try set.driftBack(by: coefficient)
                set.route(carrying: &cotangents)
                assertMarked(cotangents, set)
            }
            XCTAssertEqual(set.checksum(), before)
            assertRouted(set)
        }
    }

    func testParticlesAndTheirCotangentsReachTheirOwnersNearAndFarAndComeBack() throws {
        try checkJumps(Float.self)
        try checkJumps(Double.self)
    }

    /// As if there were more particles than 32 bits can count.
    private func checkWideIndices<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            let home: ParticleSet<Scalar> = universe.set(mesh)
            var set = ParticleSet<Scalar>(mesh, units: home.units, count: home.count, totalCount: 1 << 34)
            for particle in 0..<set.count {
                set.index[particle] = home.index[particle] * 0x9_8765_4321 % (1 << 34)
                for axis in 0..<3 {
                    var positions = set.position[axis].mutableSpan
                    positions[particle] = home.position[axis].span[particle]
                    var momenta = set.momentum[axis].mutableSpan
                    momenta[particle] = home.momentum[axis].span[particle]
                }
            }
            let before = set.checksum()
            let first = Set((0..<set.count).map { set.index[$0] })
            var cotangents = marked(set)
            try set.drift(by: 0.3)
            set.route(carrying: &cotangents)
            assertMarked(cotangents, set)
            let then = Set((0..<set.count).map { set.index[$0] })
            XCTAssertEqual(world.any(first != then), world.size > 1, "particles change ranks")
            XCTAssertTrue(world.any(then.contains { $0 >= 1 << 32 }))
            try set.driftBack(by: 0.3)
            set.route()
            XCTAssertEqual(set.checksum(), before)
            XCTAssertEqual(Set((0..<set.count).map { set.index[$0] }), first)
        }
    }

    func testIndicesBeyond32BitsStayWithTheirParticles() throws {
        try checkWideIndices(Float.self)
        try checkWideIndices(Double.self)
    }

    func testAllParticlesCanMeetOnOneRankAndPartAgain() throws {
        try forEachUniverse { universe, mesh in
            var set: ParticleSet<Float> = universe.set(mesh)
            let before = set.checksum()
            // Divided by 256 all are in the first cells; the bits lost travel along as cotangents.
            var lost = CotangentSet(for: set)
            for particle in 0..<set.count {
                for axis in 0..<2 {
                    var positions = set.position[axis].mutableSpan
                    let value = positions[particle]
                    positions[particle] = value >> 8
                    var low = lost.position[axis].mutableSpan
                    low[particle] = Float(value & 0xff)
                }
            }
            set.route(carrying: &lost)
            XCTAssertEqual(set.count, world.rank == 0 ? universe.count : 0)
            assertRouted(set)
            for particle in 0..<set.count {
                for axis in 0..<2 {
                    var positions = set.position[axis].mutableSpan
                    positions[particle] =
                        positions[particle] << 8 | UInt32(lost.position[axis].span[particle])
                }
            }
            set.route()
            assertRouted(set)
            XCTAssertEqual(set.checksum(), before)
        }
    }

    func testNobodyIsSpokenToWhenNobodyMovesAndNeighboursOnlyWhenNobodyMovesFar() throws {
        let universe = Universe.all[0]
        for mesh in try meshes(universe.mesh) where mesh.grid.shape.x == 1 || mesh.grid.shape.y == 1 {
            var set: ParticleSet<Float> = universe.set(mesh)
            world.phases.reset()
            set.route()
            XCTAssertLessThanOrEqual(world.phases.entries[.routing]!.messages, 1, "the agreement alone")
            try set.drift(by: 0.2)
            world.phases.reset()
            set.route()
            let moved = world.phases.entries[.routing]!
            XCTAssertLessThanOrEqual(
                moved.messages, 1 + 2 * min(2, world.size - 1), "agreement, counts, particles")
            if world.size > 1 { XCTAssertGreaterThan(moved.bytesSent, 1000) }
        }
    }
}
