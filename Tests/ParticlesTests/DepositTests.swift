import Mesh
import Parallel
import Particles
import XCTest

final class DepositTests: ParticleTestCase {
    func testTheMassUnitKeepsTheTotalBelowTheEndOfTheRange() {
        XCTAssertEqual(MassUnit(totalCount: 1).exponent, 50)
        XCTAssertEqual(MassUnit(totalCount: 1 << 12).exponent, 50)
        XCTAssertEqual(MassUnit(totalCount: (1 << 12) + 1).exponent, 49)
        XCTAssertEqual(MassUnit(totalCount: 1 << 36).exponent, 26)
        for count in [1, 2, 3, 1 << 22, (1 << 36) - 1, 1 << 36] {
            let total = MassUnit(totalCount: count).perParticle.multipliedReportingOverflow(by: Int64(count))
            XCTAssertFalse(total.overflow)
        }
    }

    /// A quarter of a cell up from (7, 3, 11), across the end of z: shares 3/4 and 1/4, a half, an eighth.
    private func checkOneParticle<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        for mesh in try meshes([8, 12, 12]) {
            let bits = Scalar.Position.bitWidth
            let place: SIMD3<Double> = [7.25 / 8, 3 / 12, (11 + 1.0 / 8) / 12]
            var set = ParticleSet<Scalar>(
                mesh, units: StateUnits(box: [1, 1, 1], momentumExponent: 0),
                count: world.isRoot ? 1 : 0, totalCount: 1)
            if world.isRoot {
                for axis in 0..<3 {
                    var positions = set.position[axis].mutableSpan
                    // Rounded up, lest 3/12 end in cell 2.
                    positions[0] = Scalar.Position(
                        (place[axis] * exp2(bits)).rounded(.up))
                }
                set.index[0] = 0
            }
            set.route()
            let density = try set.deposit().gathered()
            let mass = Int(MassUnit(totalCount: 1).perParticle)
            // The position is rounded to its grid, which shifts a little mass.
            let shift = Double(mass) * 4 * 12 * exp2(-min(bits, 52))
            for (x, shareX) in [(7, 0.75), (0, 0.25)] {
                for (z, shareZ) in [(11, 0.875), (0, 0.125)] {
                    let expected = Double(mass) * shareX * shareZ
                    XCTAssertEqual(Double(density[(x * 12 + 3) * 12 + z]), expected, accuracy: shift)
                    XCTAssertLessThan(Double(density[(x * 12 + 4) * 12 + z]), shift)
                }
            }
            XCTAssertEqual(density.reduce(0, +), mass)
            let relative = try set.relativeDensity()
            mesh.forEachPoint { x, y, z, point in
                XCTAssertEqual(
                    Double(relative[x, y, z]) * Double(mass),
                    Double(density[point]) * Double(mesh.pointCount),
                    accuracy: 1e-6 * Double(mass) * Double(mesh.pointCount))
            }
        }
    }

    func testOneParticleSharesItsMassAsComputedByHand() throws {
        try checkOneParticle(Float.self)
        try checkOneParticle(Double.self)
    }

    /// The mesh against cloud-in-cell in floating point, particle by particle.
    private func checkReference<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            let set: ParticleSet<Scalar> = universe.set(mesh)
            let density = try set.deposit().gathered()
            let whole = try Decomposition(shape: universe.mesh, over: single)
            let all: ParticleSet<Scalar> = universe.set(whole)
            let mass = Double(MassUnit(totalCount: universe.count).perParticle)
            var expected = [Double](repeating: 0, count: mesh.pointCount)
            for particle in 0..<all.count {
                let place = (0..<3).map { axis in
                    Double(all.position[axis].span[particle])
                        * exp2(-Scalar.Position.bitWidth)
                        * Double(universe.mesh[axis])
                }
                for corner in 0..<8 {
                    var point = 0
                    var share = mass
                    for axis in 0..<3 {
                        // The fraction .max rounds up to a whole box in floating point.
                        let cell = place[axis].rounded(.down)
                        let offset = place[axis] - cell
                        let isUpper = corner >> axis & 1
                        share *= isUpper == 1 ? offset : 1 - offset
                        point = point * universe.mesh[axis] + (Int(cell) + isUpper) % universe.mesh[axis]
                    }
                    expected[point] += share
                }
            }
            XCTAssertEqual(density.reduce(0, +), universe.count * Int(mass))
            for point in expected.indices {
                XCTAssertGreaterThanOrEqual(density[point], 0)
                XCTAssertEqual(Double(density[point]), expected[point], accuracy: 200)
            }
        }
    }

    func testTheMeshIsCloudInCellAndHoldsTheMassOfAllParticlesExactly() throws {
        try checkReference(Float.self)
        try checkReference(Double.self)
    }

    private func checkRanks<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            let whole = try Decomposition(shape: universe.mesh, over: single)
            let reference: ParticleSet<Scalar> = universe.set(whole)
            let expected = try reference.deposit().gathered()
            var set: ParticleSet<Scalar> = universe.set(mesh)
            XCTAssertEqual(try set.deposit().gathered(), expected)
            set.reversePlanes()
            XCTAssertEqual(try set.deposit().gathered(), expected)
            let permuted: ParticleSet<Scalar> = universe.set(mesh, reversed: true)
            XCTAssertEqual(try permuted.deposit().gathered(), expected)
        }
    }

    func testTheDepositIsTheSameOnAllRankGridsAndForAnyOrder() throws {
        try checkRanks(Float.self)
        try checkRanks(Double.self)
    }

    func testAWrongNumberOfParticlesIsAnErrorOnAllRanks() throws {
        let universe = Universe.all[0]
        let mesh = try meshes(universe.mesh)[0]
        let set: ParticleSet<Float> = universe.set(mesh)
        var wrong = ParticleSet<Float>(
            mesh, units: set.units, count: set.count, totalCount: universe.count + 1)
        for axis in 0..<3 {
            for particle in 0..<set.count {
                var positions = wrong.position[axis].mutableSpan
                positions[particle] = set.position[axis].span[particle]
            }
        }
        assertThrowsEverywhere("units are missing") { _ = try wrong.deposit() }
        assertThrowsEverywhere("units are missing") { _ = try wrong.relativeDensity() }
    }

    private func checkContrast<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            let set: ParticleSet<Scalar> = universe.set(mesh)
            let density = try set.deposit()
            let mass = Double(MassUnit(totalCount: universe.count).perParticle)
            let perMean = Double(mesh.pointCount) / (Double(universe.count) * mass)
            let contrast = try set.densityContrast(planes: set.planes())
            let relative = try set.relativeDensity()
            XCTAssertEqual(contrast.ghosts, .none)
            var different = 0
            mesh.forEachPoint { x, y, z, _ in
                let integer = Double(density[x, y, z])
                // Rounded once, wherever in a rank's block the point is.
                if relative[x, y, z] != Scalar(integer * perMean) { different += 1 }
                if contrast[x, y, z] != Scalar((-1.0).addingProduct(integer, perMean)) { different += 1 }
            }
            XCTAssertEqual(different, 0)
        }
    }

    func testTheContrastIsTheDensityOverItsMeanMinusOne() throws {
        try checkContrast(Float.self)
        try checkContrast(Double.self)
    }
}

private func exp2(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
