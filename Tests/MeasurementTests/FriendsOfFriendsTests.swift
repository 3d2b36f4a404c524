import Measurement
import Mesh
import Parallel
import Storage
import TestSupport
import XCTest

final class FriendsOfFriendsTests: SPMDTestCase {
    private func meshes(_ shape: SIMD3<Int> = [18, 20, 16]) throws -> [Decomposition] {
        try gridShapes.map { try Decomposition(shape: shape, over: RankGrid(world: world, shape: $0)) }
    }

    private func sole(_ shape: SIMD3<Int> = [18, 20, 16]) throws -> Decomposition {
        try Decomposition(shape: shape, over: RankGrid(world: alone, shape: [1, 1]))
    }

    /// Compares every number of a catalogue, on every rank grid.
    private func assertFinds(
        _ expected: WholeCatalogue, in crowd: Crowd, _ criterion: FriendsOfFriends,
        file: StaticString = #filePath,
        line: UInt = #line
    ) throws {
        for mesh in try meshes() {
            let found = WholeCatalogue(crowd, on: mesh, criterion)
            XCTAssertEqual(
                found.numbers, expected.numbers, "numbers, \(mesh.grid.shape)", file: file, line: line)
            XCTAssertEqual(
                found.haloes, expected.haloes, "haloes, \(mesh.grid.shape)", file: file, line: line)
            XCTAssertEqual(found.identities, expected.identities, "identities", file: file, line: line)
        }
    }

    func testGroupsAreThoseOfSciPyAndTheirSumsThoseOfTheirMembers() throws {
        let crowd = try Crowd.ofSciPy(over: world)
        let file = try InputFile(opening: TestData.path("groups.h5"), over: world)
        for b in [0.168, 0.2, 0.5] {
            let labels = try file.readArray(at: "/label_\(b)", as: Int.self)
            for minimum in [2, 20] {
                let expected = WholeCatalogue(crowd, labels: labels, minimum: minimum)
                XCTAssertGreaterThan(expected.haloes[0].count, minimum == 2 ? 150 : 10)
                XCTAssertGreaterThan(expected.haloes[3].reduce(0, +), 0, "the thread spans the box")
                let criterion = FriendsOfFriends(linkingLength: b, minimumParticles: minimum)
                try assertFinds(expected, in: crowd, criterion)
            }
        }
    }

    func testSmallBoxesOfAnyShapeAndLinkingLengthsOfAnySize() throws {
        for (seed, shape) in [SIMD3(4, 4, 4), [3, 5, 7], [9, 2, 6], [1, 1, 40], [12, 10, 1]].enumerated() {
            let crowd = Crowd.random(shape, seed: seed)
            for b in [0.05, 0.13, 0.29, 0.45, 0.5] {
                let labels = crowd.labels(linkingLength: b)
                let criterion = FriendsOfFriends(linkingLength: b, minimumParticles: 2)
                try assertFinds(WholeCatalogue(crowd, labels: labels, minimum: 2), in: crowd, criterion)
            }
        }
    }

    func testTheOrderOfParticlesIsOfNoConsequence() throws {
        let crowd = Crowd.random([16, 18, 14], seed: 7)
        let criterion = FriendsOfFriends(linkingLength: 0.3, minimumParticles: 5)
        let expected = WholeCatalogue(crowd, on: try sole(), criterion)
        XCTAssertGreaterThan(expected.haloes[0].count, 5)
        for mesh in try meshes() {
            for order in [Crowd.Order.descending, .stirred] {
                XCTAssertEqual(WholeCatalogue(crowd, on: mesh, criterion, in: order), expected)
            }
        }
    }

    func testWhereTheBoxBeginsIsOfNoConsequence() throws {
        var crowd = Crowd.random([16, 18, 14], seed: 3)
        let criterion = FriendsOfFriends(linkingLength: 0.3, minimumParticles: 5)
        let before = WholeCatalogue(crowd, on: try sole(), criterion)
        let shift = SIMD3<UInt32>(0x8000_0000, 0x1234_5678, 0x0fff_ffff)
        crowd.positions = crowd.positions.map { $0 &+ shift }
        for mesh in try meshes() {
            let after = WholeCatalogue(crowd, on: mesh, criterion)
            XCTAssertEqual(after.numbers, before.numbers)
            XCTAssertEqual(after.identities, before.identities)
            for axis in 0..<3 {
                XCTAssertEqual(after.haloes[6 + 3 * axis], before.haloes[6 + 3 * axis])
                let moved = before.haloes[5 + 3 * axis].map { Int(UInt32($0) &+ shift[axis]) }
                XCTAssertEqual(after.haloes[5 + 3 * axis], moved)
            }
        }
    }

    /// Three particles on a line, in a box of four: at 0, `gap` and far away.
    private func line(_ gap: UInt32, along axis: Int, from start: UInt32 = 0) -> Crowd {
        Crowd([4, 4, 4]) { particle in
            var place = SIMD3<UInt32>(repeating: UInt32(particle % 8) << 29 + 1 << 28)
            place[(axis + 1) % 3] = UInt32(particle / 8) << 29
            if particle < 2 {
                place = SIMD3(repeating: 1 << 27)
                place[axis] = start &+ UInt32(particle) &* gap
            }
            return place
        }
    }

    func testTheLinkingLengthItselfLinksAndOneUnitMoreDoesNot() throws {
        let criterion = FriendsOfFriends(linkingLength: 0.25, minimumParticles: 2)
        // A quarter of a mean distance, which is a quarter of the box.
        let limit: UInt32 = 1 << 28
        for axis in 0..<3 {
            // From 0, and across the face of the box.
            for start: UInt32 in [0, 0 &- 5] {
                for (gap, pairs) in [(limit - 1, 1), (limit, 1), (limit + 1, 0)] {
                    let crowd = line(gap, along: axis, from: start)
                    let labels = crowd.labels(linkingLength: 0.25)
                    XCTAssertEqual(labels[1], pairs == 1 ? 0 : 1, "the case itself")
                    try assertFinds(
                        WholeCatalogue(crowd, labels: labels, minimum: 2), in: crowd, criterion)
                }
            }
        }
    }

    func testCentresLieAcrossCornersAndThoseOfGroupsThatSpanTheBoxAreTheirAnchors() throws {
        // Eight particles around the corner, and a ring along x; of the others none is near another.
        let crowd = Crowd([8, 8, 8]) { particle in
            if particle < 8 {
                return SIMD3(0..<3) { particle >> $0 & 1 == 0 ? 0 &- 3 << 20 : 5 << 20 }
            }
            if particle < 108 { return SIMD3(UInt32(particle - 8) * 42_949_673, 1 << 30, 1 << 30) }
            let place = UInt32(particle) &* 2_654_435_761
            return SIMD3(place, 1 << 31 + UInt32(particle % 20) << 24, 1 << 31 + UInt32(particle / 20) << 25)
        }
        let criterion = FriendsOfFriends(linkingLength: 0.1, minimumParticles: 8)
        for mesh in try meshes() {
            let found = criterion.haloes(among: crowd.particles(on: mesh)).catalogue
            XCTAssertEqual(found.totalCount, 2)
            XCTAssertEqual(found.memberCount, 108)
            XCTAssertEqual(found.spanningCount(over: world), 1)
            for halo in found.haloes {
                if halo.number == 0 {
                    XCTAssertTrue(halo.spansBox)
                    XCTAssertEqual(halo.length, 100)
                    XCTAssertEqual(halo.centre, [0, 0.25, 0.25])
                } else {
                    XCTAssertFalse(halo.spansBox)
                    XCTAssertEqual(halo.label, 0)
                    // The mean of −3 and 5 times 2²⁰.
                    XCTAssertEqual(halo.centre, SIMD3(repeating: 0x1p-12))
                    XCTAssertEqual(
                        halo.velocity.x, (0..<8).reduce(0) { $0 + Double(Crowd.velocity($1, 0)) } / 8)
                }
            }
        }
    }

    func testNobodyNearNobodyAndAllInOnePlace() throws {
        let lattice = Crowd([6, 6, 6]) { particle in
            SIMD3(UInt32(particle / 36), UInt32(particle / 6 % 6), UInt32(particle % 6)) &* 715_827_882
        }
        let point = Crowd([6, 6, 6]) { _ in SIMD3(0, 1, .max) }
        for mesh in try meshes() {
            let none = WholeCatalogue(lattice, on: mesh, FriendsOfFriends(minimumParticles: 2))
            XCTAssertEqual(none.haloes[0], [])
            XCTAssertEqual(none.identities, [])
            XCTAssertEqual(Set(none.numbers), [-1])
            let one = WholeCatalogue(point, on: mesh, FriendsOfFriends(minimumParticles: 2))
            XCTAssertEqual(one.haloes[1], [216])
            XCTAssertEqual(one.identities, Array(0..<216))
        }
    }

    func testRanksAgreeInFewRounds() throws {
        let crowd = try Crowd.ofSciPy(over: world)
        for mesh in try meshes() {
            let found = FriendsOfFriends().haloes(among: crowd.particles(on: mesh))
            XCTAssertLessThanOrEqual(found.rounds, world.size == 1 ? 0 : 5)
        }
    }
}

extension SIMD3 where Scalar == UInt32 {
    fileprivate init(_ axes: Range<Int>, _ value: (Int) -> UInt32) {
        self.init(value(0), value(1), value(2))
    }
}
