import Memory
import Mesh
import Parallel
import Particles
import XCTest

final class AdjointTests: ParticleTestCase {
    /// Cotangents that are functions of the Lagrangian index; a few are large.
    private func cotangents<Scalar: ParticleScalar>(
        _ set: borrowing ParticleSet<Scalar>
    ) -> CotangentSet<Scalar> {
        var cotangents = CotangentSet(for: set)
        for axis in 0..<3 {
            for particle in 0..<set.count {
                let index = set.index[particle]
                let size = index % 100 == 7 ? 1e4 : 1
                var positions = cotangents.position[axis].mutableSpan
                positions[particle] = Scalar(size * Universe.number(30 + axis, index))
                var momenta = cotangents.momentum[axis].mutableSpan
                momenta[particle] = Scalar(size * Universe.number(40 + axis, index))
            }
        }
        return cotangents
    }

    private func exp2(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// Whether a particle may move this far [cells] along an axis either way within its cell.
    private func hasRoom<Scalar: ParticleScalar>(
        _ set: borrowing ParticleSet<Scalar>, _ particle: Int, _ axis: Int, _ cells: Double
    ) -> Bool {
        let place =
            Double(set.position[axis].span[particle]) * exp2(-Scalar.Position.bitWidth)
            * Double(set.decomposition.shape[axis])
        return (cells..<1 - cells).contains(place - place.rounded(.down))
    }

    /// The same particles, in the same order, those with room shifted along one axis.
    private func shifted<Scalar: ParticleScalar>(
        _ universe: Universe, _ mesh: Decomposition, by cells: Double, along axis: Int
    ) -> ParticleSet<Scalar> {
        var set: ParticleSet<Scalar> = universe.set(mesh)
        let step = Int64(cells / Double(mesh.shape[axis]) * exp2(Scalar.Position.bitWidth))
        for particle in 0..<set.count where hasRoom(set, particle, axis, abs(cells)) {
            var positions = set.position[axis].mutableSpan
            positions[particle] &+= Scalar.Position(truncatingIfNeeded: step)
        }
        return set
    }

    /// Compares x̄ − x̄₀ with central differences of a loss per particle. Within a cell a reading is linear in
    /// each coordinate, so the differences are exact.
    private func checkSlopes<Scalar: ParticleScalar>(
        _ universe: Universe, _ mesh: Decomposition, accuracy: Double,
        _ bars: borrowing CotangentSet<Scalar>, _ loss: (borrowing ParticleSet<Scalar>) -> [Double]
    ) {
        let step = 0.125
        let set: ParticleSet<Scalar> = universe.set(mesh)
        let before = cotangents(set)
        var checked = 0
        for axis in 0..<3 {
            let up = loss(shifted(universe, mesh, by: step, along: axis))
            let down = loss(shifted(universe, mesh, by: -step, along: axis))
            let cell = universe.box[axis] / Double(universe.mesh[axis])
            for particle in 0..<set.count where hasRoom(set, particle, axis, step) {
                let slope = (up[particle] - down[particle]) / (2 * step * cell)
                let scale = 1 + abs(Double(before.momentum[axis].span[particle]))
                let own = Double(bars.position[axis].span[particle])
                XCTAssertEqual(
                    own, slope + Double(before.position[axis].span[particle]), accuracy: accuracy * scale)
                if abs(slope) > 0.01 { checked += 1 }
            }
        }
        XCTAssertGreaterThan(world.sum(checked), universe.count)
    }

    // MARK: Drift

    private func checkDrift<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            var set: ParticleSet<Scalar> = universe.set(mesh)
            let before = set.checksum()
            try set.drift(by: 0.3)
            set.route()
            var bars = cotangents(set)
            var expected = 0.0
            for axis in 0..<3 {
                expected += try world.exactSum(count: set.count, of: "products") {
                    Double(bars.position[axis].span[$0]) * set.units.momentum(set.momentum[axis].span[$0])
                }
            }
            let original = cotangents(set)
            let derivative = try set.driftAdjoint(by: 0.3, carrying: &bars)
            XCTAssertEqual(derivative, expected, accuracy: 1e-12 * abs(expected))
            for axis in 0..<3 {
                for particle in 0..<set.count {
                    XCTAssertEqual(bars.position[axis].span[particle], original.position[axis].span[particle])
                    let sum = Double(original.momentum[axis].span[particle])
                        .addingProduct(0.3, Double(original.position[axis].span[particle]))
                    XCTAssertEqual(bars.momentum[axis].span[particle], Scalar(sum))
                }
            }
            set.route(carrying: &bars)
            XCTAssertEqual(set.checksum(), before)
        }
    }

    func testADriftHandsPositionCotangentsToTheMomentaAndIsUndone() throws {
        try checkDrift(Float.self)
        try checkDrift(Double.self)
    }

    private func checkFailures<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        let universe = Universe.all[0]
        let mesh = try meshes(universe.mesh)[0]
        var set: ParticleSet<Scalar> = universe.set(mesh)
        var bars = cotangents(set)
        assertThrowsEverywhere("half the box") { _ = try set.driftAdjoint(by: 1e9, carrying: &bars) }
        // One cotangent on one rank, the last of a batch in which no other is wrong.
        for wrong in [Scalar.nan, .infinity] {
            var set: ParticleSet<Scalar> = universe.set(mesh)
            var bars = cotangents(set)
            if set.count > 0, world.rank == world.size - 1 {
                var values = bars.position[2].mutableSpan
                values[set.count - 1] = wrong
            }
            assertThrowsEverywhere("not finite") { _ = try set.driftAdjoint(by: 0.1, carrying: &bars) }
        }
    }

    func testADriftThatCannotBeUndoneAndACotangentThatIsNotFiniteAreErrorsOnAllRanks() throws {
        try checkFailures(Float.self)
        try checkFailures(Double.self)
    }

    // MARK: Kick

    private let coefficients = [0.4, -1.1]
    private var coefficient: Double { coefficients[0] + coefficients[1] }

    private func checkKick<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        try forEachUniverse { universe, mesh in
            let potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 50)
            var set: ParticleSet<Scalar> = universe.set(mesh)
            let checksum = set.checksum()
            try set.kick(coefficients, potential: potential, planes: set.planes())
            var bars = cotangents(set)
            let kicked = try set.kickAdjoint(
                coefficients, potential: potential, planes: set.planes(), carrying: &bars)
            XCTAssertEqual(set.checksum(), checksum, "the kick is undone")
            func losses(_ set: borrowing ParticleSet<Scalar>, _ potential: borrowing Field<Scalar>)
                -> [Double]
            {
                let force = set.force(potential: potential)
                return (0..<set.count).map { particle in
                    (0..<3).reduce(0) {
                        $0 + Double(bars.momentum[$1].span[particle]) * Double(force[$1].span[particle])
                    }
                }
            }
            let pulls = losses(set, potential)
            let expected = try world.exactSum(count: set.count, of: "loss") { pulls[$0] }
            XCTAssertEqual(kicked.coefficient, expected, accuracy: accuracy * abs(expected))
            XCTAssertEqual(kicked.field.ghosts, .none)
            checkSlopes(universe, mesh, accuracy: accuracy, bars) { set in
                losses(set, potential).map { $0 * coefficient }
            }
            // ⟨φ̄, φ'⟩ = κ Σ p̄ · F[φ'] for any φ', since F is linear.
            let other: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 51)
            let transposed = try innerProduct(kicked.field, other)
            let others = losses(set, other)
            let direct = try coefficient * world.exactSum(count: set.count, of: "loss") { others[$0] }
            XCTAssertEqual(transposed, direct, accuracy: accuracy * abs(direct))
        }
    }

    func testAKicksAdjointIsItsDerivativeByPositionsCoefficientAndPotential() throws {
        try checkKick(Float.self, accuracy: 2e-5)
        try checkKick(Double.self, accuracy: 2e-12)
    }

    /// ⟨φ̄, φ'⟩ = κ Σ p̄ · F[φ'] where most ranks have no particle.
    private func checkSparse<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        let universe = Universe.sparse
        for mesh in try meshes(universe.mesh) {
            let potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 50, amplitude: 0.01)
            var set: ParticleSet<Scalar> = universe.set(mesh)
            var bars = cotangents(set)
            let kicked = try set.kickAdjoint(
                coefficients, potential: potential, planes: set.planes(), carrying: &bars)
            let other: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 51)
            let force = set.force(potential: other)
            let direct = try world.exactSum(count: 3 * set.count, of: "loss") {
                coefficient * Double(bars.momentum[$0 % 3].span[$0 / 3]) * Double(force[$0 % 3].span[$0 / 3])
            }
            XCTAssertEqual(try innerProduct(kicked.field, other), direct, accuracy: accuracy * abs(direct))
            XCTAssertNotEqual(direct, 0)
        }
    }

    func testAKicksAdjointIsItsTransposeWhereMostRanksHaveNoParticles() throws {
        try checkSparse(Float.self, accuracy: 2e-5)
        try checkSparse(Double.self, accuracy: 2e-12)
    }

    private func checkComponent<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        try forEachUniverse { universe, mesh in
            for axis in 0..<3 {
                let force: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 60)
                var set: ParticleSet<Scalar> = universe.set(mesh)
                let checksum = set.checksum()
                try set.kick(coefficients, axis: axis, force: force)
                var bars = cotangents(set)
                let kicked = try set.kickAdjoint(coefficients, axis: axis, force: force, carrying: &bars)
                XCTAssertEqual(set.checksum(), checksum, "the kick is undone")
                func losses(_ set: borrowing ParticleSet<Scalar>, _ force: borrowing Field<Scalar>)
                    -> [Double]
                {
                    let read = set.gather(force)
                    return (0..<set.count).map {
                        Double(bars.momentum[axis].span[$0]) * Double(read.span[$0])
                    }
                }
                let pulls = losses(set, force)
                let expected = try world.exactSum(count: set.count, of: "loss") { pulls[$0] }
                XCTAssertEqual(kicked.coefficient, expected, accuracy: accuracy * abs(expected))
                let other: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 61)
                let transposed = try innerProduct(kicked.field, other)
                let others = losses(set, other)
                let direct = try coefficient * world.exactSum(count: set.count, of: "loss") { others[$0] }
                XCTAssertEqual(transposed, direct, accuracy: accuracy * abs(direct))
                checkSlopes(universe, mesh, accuracy: 1e4 * accuracy, bars) { set in
                    losses(set, force).map { $0 * coefficient }
                }
            }
        }
    }

    func testAComponentKicksAdjointIsItsDerivativeByPositionsCoefficientAndForce() throws {
        try checkComponent(Float.self, accuracy: 2e-5)
        try checkComponent(Double.self, accuracy: 2e-12)
    }

    // MARK: Deposit

    /// Σ_c δ̄(c) δ(c) is, but for a constant, the sum of δ̄ read at the particles, over n̄.
    private func checkDeposit<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        try forEachUniverse { universe, mesh in
            let bar: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 70)
            let set: ParticleSet<Scalar> = universe.set(mesh)
            var bars = cotangents(set)
            set.depositAdjoint(bar, carrying: &bars)
            let perCell = Double(universe.count) / Double(mesh.pointCount)
            checkSlopes(universe, mesh, accuracy: accuracy, bars) { set in
                let read = set.gather(bar)
                return (0..<set.count).map { Double(read.span[$0]) / perCell }
            }
        }
    }

    func testTheDepositsAdjointIsTheSlopeOfTheContrastsCotangent() throws {
        try checkDeposit(Float.self, accuracy: 1e-4)
        try checkDeposit(Double.self, accuracy: 1e-11)
    }

    // MARK: Promises

    private func checkRanks<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            func run(_ mesh: Decomposition) throws -> UInt64 {
                let potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 80)
                let force: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 81)
                var set: ParticleSet<Scalar> = universe.set(mesh)
                var bars = cotangents(set)
                var derivatives: [Double] = []
                var fields: UInt64 = 0
                for _ in 0..<2 {
                    let fused = try set.kickAdjoint(
                        [0.2, 0.3], potential: potential, planes: set.planes(), carrying: &bars)
                    let single = try set.kickAdjoint([0.2], axis: 1, force: force, carrying: &bars)
                    set.depositAdjoint(force, carrying: &bars)
                    derivatives += [fused.coefficient, single.coefficient]
                    fields ^= fingerprint(fused.field) &+ 3 &* fingerprint(single.field)
                    derivatives.append(try set.driftAdjoint(by: 0.15, carrying: &bars))
                    set.route(carrying: &bars)
                }
                var own: UInt64 = 0
                for particle in 0..<set.count {
                    for axis in 0..<3 {
                        let index = set.index[particle] * 6 + axis
                        own &+= Universe.bits(index, bits(bars.position[axis].span[particle]))
                        own &+= Universe.bits(index + 3, bits(bars.momentum[axis].span[particle]))
                    }
                }
                let total = mesh.grid.world.wrappingSum(own)
                return derivatives.reduce(total ^ fields) { $0 &* 31 ^ $1.bitPattern }
            }
            XCTAssertEqual(try run(mesh), try run(Decomposition(shape: universe.mesh, over: single)))
        }
    }

    private func bits<Scalar: ParticleScalar>(_ value: Scalar) -> Int {
        Int(bitPattern: UInt(Double(value).bitPattern))
    }

    private func fingerprint<Scalar: ParticleScalar>(_ field: borrowing Field<Scalar>) -> UInt64 {
        var own: UInt64 = 0
        field.decomposition.forEachPoint { x, y, z, point in
            own &+= Universe.bits(point, bits(field.values.span[field.offset(x: x, y: y, z: z)]))
        }
        return field.decomposition.grid.world.wrappingSum(own)
    }

    func testAdjointsGiveTheSameBitsOnAllRankGrids() throws {
        try checkRanks(Float.self)
        try checkRanks(Double.self)
    }

    func testOneRanksNotANumberAmongTheCotangentsIsAnErrorOnAllRanks() throws {
        let universe = Universe.all[0]
        let mesh = try meshes(universe.mesh)[0]
        var set: ParticleSet<Float> = universe.set(mesh)
        var bars = CotangentSet(for: set)
        let potential: Field<Float> = universe.field(mesh, ghosts: .stencil, seed: 80)
        if world.isRoot {
            var momenta = bars.momentum[2].mutableSpan
            momenta[0] = .nan
        }
        assertThrowsEverywhere("not finite") {
            _ = try set.kickAdjoint([1], potential: potential, planes: set.planes(), carrying: &bars)
        }
        XCTAssertEqual(bars.position[0].count, set.count)
    }
}
