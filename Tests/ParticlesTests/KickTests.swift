import Memory
import Mesh
import Parallel
import Particles
import XCTest

final class KickTests: ParticleTestCase {
    // MARK: Reading

    /// c + d is exact where d has few bits.
    private func checkLinear<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        for mesh in try meshes([16, 8, 32]) {
            for axis in 0..<3 {
                var set = ParticleSet<Scalar>(
                    mesh, units: StateUnits(box: [16, 8, 32], momentumExponent: -20), count: 200,
                    totalCount: 200 * world.size)
                for particle in 0..<set.count {
                    for component in 0..<3 {
                        // Multiples of 2⁻¹⁶ of the box, and not where the field jumps back.
                        var bits = Universe.bits(component, particle) >> 48
                        if component == axis { bits = bits * 7 / 8 }
                        var positions = set.position[component].mutableSpan
                        positions[particle] = Scalar.Position(bits) << (Scalar.Position.bitWidth - 16)
                    }
                    set.index[particle] = 200 * world.rank + particle
                }
                set.route()
                var field = Field<Scalar>(mesh, ghosts: .cloudInCell, for: "test")
                mesh.forEachPoint { x, y, z, _ in
                    let target = field.offset(x: x, y: y, z: z)
                    var values = field.values.mutableSpan
                    values[target] = Scalar([x, y, z][axis])
                }
                field.fillGhosts()
                let read = set.gather(field)
                let length =
                    Double(sign: .plus, exponent: -Scalar.Position.bitWidth, significand: 1)
                    * Double(mesh.shape[axis])
                for particle in 0..<set.count {
                    XCTAssertEqual(
                        Double(read.span[particle]), Double(set.position[axis].span[particle]) * length)
                }
            }
        }
    }

    func testAFieldThatGrowsLinearlyIsReadExactly() throws {
        try checkLinear(Float.self)
        try checkLinear(Double.self)
    }

    /// Σ_c ρ(c) g(c) = m Σᵢ g(xᵢ)
    private func checkTranspose<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        try forEachUniverse { universe, mesh in
            let set: ParticleSet<Scalar> = universe.set(mesh)
            let field: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 21)
            let read = set.gather(field)
            let density = try set.deposit()
            let mass = Double(MassUnit(totalCount: universe.count).perParticle)
            var products: [Double] = []
            mesh.forEachPoint { x, y, z, _ in
                products.append(
                    Double(density.values.span[density.offset(x: x, y: y, z: z)]) / mass
                        * Double(field.values.span[field.offset(x: x, y: y, z: z)]))
            }
            let onMesh = try world.exactSum(count: products.count, of: "products") { products[$0] }
            let onParticles = try world.exactSum(count: set.count, of: "values") { Double(read.span[$0]) }
            XCTAssertEqual(onMesh, onParticles, accuracy: accuracy)
            XCTAssertGreaterThan(abs(onMesh), 1e3 * accuracy)
        }
    }

    func testReadingIsTheTransposeOfDepositing() throws {
        try checkTranspose(Float.self, accuracy: 1e-4)
        try checkTranspose(Double.self, accuracy: 1e-8)
    }

    // MARK: The stencil

    /// φ = −x²/2 has the force x, which four points give exactly.
    private func checkParabola<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        for mesh in try meshes([16, 18, 20]) {
            let box: SIMD3<Double> = [8, 9, 10]
            for axis in 0..<3 {
                var set = ParticleSet<Scalar>(
                    mesh, units: StateUnits(box: box, momentumExponent: -20), count: 100,
                    totalCount: 100 * world.size)
                for particle in 0..<set.count {
                    for component in 0..<3 {
                        // Far from where the parabola jumps back.
                        let number = component == axis ? 0.5 : 1
                        let place = 0.5 + 0.5 * number * Universe.number(component, particle)
                        let position: Scalar.Position = set.units.position(
                            at: place * box[component], along: component)
                        var positions = set.position[component].mutableSpan
                        positions[particle] = position
                    }
                    set.index[particle] = 100 * world.rank + particle
                }
                set.route()
                var potential = Field<Scalar>(mesh, ghosts: .stencil, for: "test")
                mesh.forEachPoint { x, y, z, _ in
                    let place = 0.5 * Double([x, y, z][axis]) - box[axis] / 2
                    let target = potential.offset(x: x, y: y, z: z)
                    var values = potential.values.mutableSpan
                    values[target] = Scalar(-place * place / 2)
                }
                potential.fillGhosts()
                let force = set.force(potential: potential)
                for particle in 0..<set.count {
                    let place =
                        set.units.length(set.position[axis].span[particle], along: axis) - box[axis] / 2
                    for component in 0..<3 {
                        XCTAssertEqual(
                            Double(force[component].span[particle]), component == axis ? place : 0,
                            accuracy: accuracy)
                    }
                }
            }
        }
    }

    func testTheForceOfAParabolaIsItsSlope() throws {
        try checkParabola(Float.self, accuracy: 1e-5)
        try checkParabola(Double.self, accuracy: 1e-13)
    }

    /// −(8 (φ₊₁ − φ₋₁) − (φ₊₂ − φ₋₂)) / 12h at every mesh point.
    private func difference<Scalar: ParticleScalar>(
        of potential: borrowing Field<Scalar>, along axis: Int, spacing: Double
    ) -> Field<Scalar> {
        let mesh = potential.decomposition
        var result = Field<Scalar>(mesh, ghosts: .cloudInCell, for: "test")
        mesh.forEachPoint { x, y, z, _ in
            let values = potential.values.span
            func value(_ shift: Int) -> Double {
                let z = (z + (axis == 2 ? shift : 0) + mesh.shape.z) % mesh.shape.z
                return Double(
                    values[
                        potential.offset(x: x + (axis == 0 ? shift : 0), y: y + (axis == 1 ? shift : 0), z: z)
                    ])
            }
            let target = result.offset(x: x, y: y, z: z)
            var targets = result.values.mutableSpan
            targets[target] = Scalar(
                -(8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * spacing))
        }
        result.fillGhosts()
        return result
    }

    private func checkStencil<Scalar: ParticleScalar>(_: Scalar.Type, accuracy: Double) throws {
        try forEachUniverse { universe, mesh in
            let set: ParticleSet<Scalar> = universe.set(mesh)
            let potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 5)
            let fused = set.force(potential: potential)
            for axis in 0..<3 {
                let spacing = universe.box[axis] / Double(universe.mesh[axis])
                let separate = set.gather(difference(of: potential, along: axis, spacing: spacing))
                for particle in 0..<set.count {
                    XCTAssertEqual(
                        Double(fused[axis].span[particle]), Double(separate.span[particle]),
                        accuracy: accuracy / spacing)
                }
            }
        }
    }

    func testTheFusedStencilIsTheStencilOnTheMeshReadAtTheParticles() throws {
        try checkStencil(Float.self, accuracy: 1e-6)
        try checkStencil(Double.self, accuracy: 2e-15)
    }

    // MARK: Kicks

    private func checkByHand<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            var set: ParticleSet<Scalar> = universe.set(mesh)
            let potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 6)
            let force = set.force(potential: potential)
            let before = (0..<3).map { axis in (0..<set.count).map { set.momentum[axis].span[$0] } }
            let coefficients = [0.3, -1.7]
            try set.kick(coefficients, potential: potential, planes: set.planes())
            for axis in 0..<3 {
                for particle in 0..<set.count {
                    var expected = before[axis][particle]
                    for coefficient in coefficients {
                        let step = coefficient / set.units.momentum * Double(force[axis].span[particle])
                        expected += Scalar.Momentum(step.rounded(.toNearestOrEven))
                    }
                    XCTAssertEqual(set.momentum[axis].span[particle], expected)
                }
            }
        }
    }

    func testEveryKickIsRoundedByItself() throws {
        try checkByHand(Float.self)
        try checkByHand(Double.self)
    }

    private func checkReversal<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            var set: ParticleSet<Scalar> = universe.set(mesh)
            let potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 7)
            let component: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 8)
            let before = set.checksum()
            try set.kick([0.3, 1.1, -0.7], potential: potential, planes: set.planes())
            try set.kick([0.2, 0.4], axis: 1, force: component)
            set.reversePlanes()
            XCTAssertNotEqual(set.checksum(), before)
            try set.kickBack([0.2, 0.4], axis: 1, force: component)
            try set.kickBack([0.3, 1.1, -0.7], potential: potential, planes: set.planes())
            XCTAssertEqual(set.checksum(), before)
        }
    }

    func testKicksUndoneRestoreEveryBit() throws {
        try checkReversal(Float.self)
        try checkReversal(Double.self)
    }

    private func checkRanks<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        try forEachUniverse { universe, mesh in
            func run(_ mesh: Decomposition, reversed: Bool) throws -> UInt64 {
                var set: ParticleSet<Scalar> = universe.set(mesh, reversed: reversed)
                let potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 9)
                let component: Field<Scalar> = universe.field(mesh, ghosts: .cloudInCell, seed: 10)
                for _ in 0..<3 {
                    try set.kick([0.3, 0.4], potential: potential, planes: set.planes())
                    try set.kick([0.2], axis: 2, force: component)
                    try set.drift(by: 0.1)
                    set.route()
                }
                return set.checksum()
            }
            let expected = try run(try Decomposition(shape: universe.mesh, over: single), reversed: false)
            XCTAssertEqual(try run(mesh, reversed: true), expected)
            XCTAssertEqual(try run(mesh, reversed: false), expected)
        }
    }

    func testStepsGiveTheSameBitsOnAllRankGridsAndForAnyOrder() throws {
        try checkRanks(Float.self)
        try checkRanks(Double.self)
    }

    // MARK: Failures

    /// One particle, wherever it lives, with momentum `limit` − 10.
    private func nearTheLimit<Scalar: ParticleScalar>(_ mesh: Decomposition) -> ParticleSet<Scalar> {
        var set = ParticleSet<Scalar>(
            mesh, units: StateUnits(box: SIMD3<Double>(mesh.shape), momentumExponent: -10),
            count: world.isRoot ? 1 : 0, totalCount: 1)
        if world.isRoot {
            for axis in 0..<3 {
                var positions = set.position[axis].mutableSpan
                positions[0] = Scalar.Position(truncatingIfNeeded: Universe.bits(axis, 77))
                var momenta = set.momentum[axis].mutableSpan
                momenta[0] = axis == 1 ? .min + 10 : .max - 10
            }
            set.index[0] = 0
        }
        set.route()
        return set
    }

    private func constant<Scalar: ParticleScalar>(_ mesh: Decomposition, _ value: Scalar) -> Field<Scalar> {
        let field = Field<Scalar>(mesh, ghosts: .cloudInCell, for: "test")
        var filled = field
        var values = filled.values.mutableSpan
        for place in values.indices { values[place] = value }
        return filled
    }

    private func checkOverflow<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        for mesh in try meshes([16, 18, 20]) {
            let unit: Scalar = 0x1p-10
            let force = constant(mesh, unit)
            for (axis, sign) in [(0, 1.0), (1, -1.0)] {
                // Up to the last integer, and one beyond.
                var set: ParticleSet<Scalar> = nearTheLimit(mesh)
                try set.kick([sign * 10], axis: axis, force: force)
                let beyond = sign
                do {
                    try set.kick([-sign * 3, sign * 3, beyond, 2 * sign], axis: axis, force: force)
                    XCTFail("nobody threw")
                } catch let error as MomentumOverflow {
                    XCTAssertEqual(error.coefficient, beyond)
                    XCTAssertEqual(error.fault, .user)
                }
                // Undone in the order in which they were done, these would leave the range.
                var back: ParticleSet<Scalar> = nearTheLimit(mesh)
                let before = back.checksum()
                try back.kick([-sign * 3, sign * 13], axis: axis, force: force)
                try back.kickBack([-sign * 3, sign * 13], axis: axis, force: force)
                XCTAssertEqual(back.checksum(), before)
                var far: ParticleSet<Scalar> = nearTheLimit(mesh)
                assertThrowsEverywhere("left its range") {
                    try far.kick([sign * 1e30], axis: axis, force: force)
                }
            }
            for bad in [Scalar.nan, .infinity] {
                var set: ParticleSet<Scalar> = nearTheLimit(mesh)
                assertThrowsEverywhere("not finite") {
                    try set.kick([1], axis: 0, force: constant(mesh, bad))
                }
            }
        }
    }

    func testAMomentumThatLeavesItsRangeAndAForceThatIsNoNumberAreErrorsOnAllRanks() throws {
        try checkOverflow(Float.self)
        try checkOverflow(Double.self)
    }

    private func checkNaNPotential<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        let universe = Universe.all[0]
        let mesh = try meshes(universe.mesh)[0]
        var potential: Field<Scalar> = universe.field(mesh, ghosts: .stencil, seed: 1)
        if world.isRoot {
            let place = potential.offset(x: mesh.x.lowerBound, y: mesh.y.lowerBound, z: 3)
            var values = potential.values.mutableSpan
            values[place] = .nan
        }
        var set: ParticleSet<Scalar> = universe.set(mesh)
        assertThrowsEverywhere("not finite") { try set.kick([1], potential: potential, planes: set.planes()) }
    }

    func testOneRanksNotANumberInThePotentialIsAnErrorOnAllRanks() throws {
        try checkNaNPotential(Float.self)
        try checkNaNPotential(Double.self)
    }
}
