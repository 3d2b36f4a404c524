import Mesh
import Parallel
import Particles
import XCTest

final class LagrangianBlockTests: ParticleTestCase {
    private func block<Scalar: ParticleScalar>(_ universe: Universe, _ grid: Decomposition)
        -> LagrangianBlock<Scalar>
    {
        var block = LagrangianBlock<Scalar>(grid, units: universe.units(Scalar.self))
        var place = 0
        grid.forEachPoint { _, _, _, point in
            for axis in 0..<3 {
                var positions = block.position[axis].mutableSpan
                positions[place] = Scalar.Position(truncatingIfNeeded: Universe.bits(axis, point))
                var momenta = block.momentum[axis].mutableSpan
                momenta[place] = Scalar.Momentum(truncatingIfNeeded: Universe.bits(3 + axis, point))
            }
            place += 1
        }
        return block
    }

    private func assertEqual<Scalar: ParticleScalar>(
        _ first: borrowing LagrangianBlock<Scalar>, _ second: borrowing LagrangianBlock<Scalar>
    ) {
        XCTAssertEqual(first.count, second.count)
        for axis in 0..<3 {
            for place in 0..<first.count {
                guard first.position[axis].span[place] == second.position[axis].span[place],
                    first.momentum[axis].span[place] == second.momentum[axis].span[place]
                else { return XCTFail("particle \(place) differs") }
            }
        }
    }

    private func check<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        for universe in Universe.all {
            let particleGrids = try meshes(universe.particles)
            let whole = try Decomposition(shape: universe.particles, over: single)
            let singleMesh = try Decomposition(shape: universe.mesh, over: single)
            let reference = ParticleSet(
                routing: block(universe, whole) as LagrangianBlock<Scalar>, to: singleMesh)
            for particleGrid in particleGrids {
                let mesh = try Decomposition(shape: universe.mesh, over: particleGrid.grid)
                let set = ParticleSet(
                    routing: block(universe, particleGrid) as LagrangianBlock<Scalar>, to: mesh)
                XCTAssertEqual(set.checksum(), reference.checksum())
                XCTAssertEqual(world.sum(set.count), universe.count)
                // A routed set has nobody to send away: the deposit would stop on a stray.
                _ = try set.deposit()
                assertEqual(set.inLagrangianOrder(over: particleGrid), block(universe, particleGrid))
                // Also over another shape of the grid.
                assertEqual(set.inLagrangianOrder(over: particleGrids[0]), block(universe, particleGrids[0]))
            }
        }
    }

    func testParticlesGoToTheirOwnersAndComeHomeInOrder() throws {
        try check(Float.self)
        try check(Double.self)
    }

    func testCotangentsComeHomeToo() throws {
        for universe in Universe.all {
            for particleGrid in try meshes(universe.particles) {
                let mesh = try Decomposition(shape: universe.mesh, over: particleGrid.grid)
                let set = ParticleSet(
                    routing: block(universe, particleGrid) as LagrangianBlock<Float>, to: mesh)
                var cotangents = CotangentSet(for: set)
                for axis in 0..<3 {
                    for particle in 0..<set.count {
                        var positions = cotangents.position[axis].mutableSpan
                        positions[particle] = Float(set.index[particle] * 4 + axis)
                        var momenta = cotangents.momentum[axis].mutableSpan
                        momenta[particle] = -Float(set.index[particle] * 4 + axis)
                    }
                }
                let home = set.inLagrangianOrder(cotangents, over: particleGrid)
                var place = 0
                particleGrid.forEachPoint { _, _, _, point in
                    for axis in 0..<3 {
                        XCTAssertEqual(home.position[axis].span[place], Float(point * 4 + axis))
                        XCTAssertEqual(home.momentum[axis].span[place], -Float(point * 4 + axis))
                    }
                    place += 1
                }
            }
        }
    }

    /// Cotangents that are a function of the particle's number, three of positions and three of momenta.
    private func cotangents(_ particleGrid: Decomposition, seed: Int) -> LagrangianCotangents<Double> {
        var block = LagrangianCotangents<Double>(over: particleGrid)
        var place = 0
        particleGrid.forEachPoint { _, _, _, point in
            for axis in 0..<3 {
                var positions = block.position[axis].mutableSpan
                positions[place] = Universe.number(seed + axis, point)
                var momenta = block.momentum[axis].mutableSpan
                momenta[place] = Universe.number(seed + 3 + axis, point)
            }
            place += 1
        }
        return block
    }

    /// Coming home is a permutation P; the other way is its transpose, ⟨P x, y⟩ = ⟨x, Pᵀ y⟩ and Pᵀ = P⁻¹.
    func testCotangentsGoWhereTheirParticlesAreAndAddUp() throws {
        for universe in Universe.all {
            for particleGrid in try meshes(universe.particles) {
                let mesh = try Decomposition(shape: universe.mesh, over: particleGrid.grid)
                let set = ParticleSet(
                    routing: block(universe, particleGrid) as LagrangianBlock<Double>, to: mesh)
                let first = cotangents(particleGrid, seed: 20)
                let second = cotangents(particleGrid, seed: 40)
                var travelling = CotangentSet(for: set)
                set.add(first, to: &travelling)
                var products: [Double] = []
                for particle in 0..<set.count {
                    let point = set.index[particle]
                    for axis in 0..<3 {
                        XCTAssertEqual(
                            travelling.position[axis].span[particle], Universe.number(20 + axis, point))
                        XCTAssertEqual(
                            travelling.momentum[axis].span[particle], Universe.number(23 + axis, point))
                        products.append(
                            travelling.position[axis].span[particle] * Universe.number(50 + axis, point))
                    }
                }
                let there = try world.exactSum(count: products.count, of: "products") { products[$0] }
                set.add(second, to: &travelling)
                let home = set.inLagrangianOrder(travelling, over: particleGrid)
                products = []
                var place = 0
                particleGrid.forEachPoint { _, _, _, point in
                    for axis in 0..<3 {
                        XCTAssertEqual(
                            home.position[axis].span[place],
                            first.position[axis].span[place] + second.position[axis].span[place])
                        XCTAssertEqual(
                            home.momentum[axis].span[place],
                            first.momentum[axis].span[place] + second.momentum[axis].span[place])
                        products.append(
                            first.position[axis].span[place] * Universe.number(50 + axis, point))
                    }
                    place += 1
                }
                let here = try world.exactSum(count: products.count, of: "products") { products[$0] }
                XCTAssertEqual(there, here)
                XCTAssertNotEqual(here, 0)
            }
        }
    }
}
