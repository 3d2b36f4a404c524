import Dynamics
import Gravity
import Inference
import InitialConditions
import Kernels
import Measurement
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// Whoever works on a rank's arrays takes his kernels from the table that the grid was given.
final class KernelTableTests: SPMDTestCase {
    private let particles = SIMD3(18, 22, 14)

    /// What is found with a table, as bits.
    private struct Findings: Equatable {
        var bits: [UInt64] = []
        var haloes: [HaloCatalogue] = []
        var training: [NetworkTrainingState] = []

        mutating func add<Scalar: FourierScalar>(_ field: borrowing Field<Scalar>) {
            field.forEachPoint { _, _, _, value in bits.append(Double(value).bitPattern) }
        }
    }

    /// On one rank nobody leaves.
    private static let leaving: Set<String> = [
        "single.particles.countLeavers", "single.particles.listLeavers", "double.particles.countLeavers",
        "double.particles.listLeavers", "order.holeMoves", "order.move32", "order.move64",
    ]

    func testEveryKernelIsCalledThroughTheTableOfTheGridAndGivesTheSameBits() throws {
        let counts = CallCounts()
        let table = counts.table()
        XCTAssertEqual(counts.calls.keys.sorted(), CallCounts.names(in: KernelTable.c).sorted())
        XCTAssertEqual(Set(counts.calls.values), [0])
        let found = try findings(by: table)
        let expected = try findings(by: .c)
        XCTAssertEqual(found, expected)
        XCTAssertGreaterThan(Set(expected.bits).count, 1000)
        XCTAssertGreaterThan(expected.haloes[0].totalCount, 5)
        let names = counts.calls.keys.sorted()
        let total = Dictionary(uniqueKeysWithValues: zip(names, world.sum(names.map { counts.calls[$0]! })))
        let idle = Set(names.filter { total[$0] == 0 })
        XCTAssertEqual(idle, world.size == 1 ? Self.leaving : [])
        // Once per array, and never per particle or point.
        let whole = total.filter {
            ["particles", "products", "meshes"].contains($0.key.split(separator: ".")[1])
        }
        let most = whole.max { $0.value < $1.value }!
        XCTAssertLessThan(most.value, 100 * world.size, most.key)
    }

    private func findings(by kernels: KernelTable) throws -> Findings {
        let plan = PyramidPlan(kernel: ForceKernel(named: "1_4")!, levels: 1, accuracy: .standard)!
        let shape = try XCTUnwrap(
            gridShapes.first {
                plan.misfit(on: particles, over: $0) == nil && Decomposition.fits(particles, on: $0)
            })
        let grid = RankGrid(world: world, shape: shape, kernels: kernels)
        var findings = Findings()
        for plan in [plan, ForceKernel(named: "3_2")!] as [any ForcePlan] {
            try run(Float.self, under: plan, on: grid, &findings)
            try run(Double.self, under: plan, on: grid, &findings)
        }
        let mesh = try Decomposition(shape: particles, over: grid)
        findings.haloes.append(FriendsOfFriends(minimumParticles: 2).haloes(among: crowd(on: mesh)).catalogue)
        look(Float.self, on: mesh, &findings)
        look(Double.self, on: mesh, &findings)
        findings.training.append(try train(on: mesh))
        return findings
    }

    // MARK: particles

    /// A gradient of all that can be done with particles on the way.
    private func run<Scalar: ParticleScalar>(
        _: Scalar.Type, under plan: any ForcePlan, on grid: RankGrid, _ findings: inout Findings
    ) throws {
        let model = try ForwardModel<Scalar>(
            Box(particles: particles, spacing: 5, mesh: particles), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.5, 1], by: FastPM(), observing: [1]), under: plan,
            on: grid)
        let noise = Field<Scalar>.whiteNoise(seed: 4, over: model.particleGrid)
        findings.bits.append(
            try squaredNorm(noise.values.span, of: "noise", over: model.particleGrid.grid).bitPattern)
        var own = Findings()
        let gradient = try model.gradient(at: noise) { _, particles, adjoint in
            try observe(&particles, &adjoint.cotangents, &own)
            return 0
        }
        XCTAssertEqual(gradient.differingWords, 0)
        findings.bits += own.bits
        findings.add(gradient.noise)
    }

    private func observe<Scalar: ParticleScalar>(
        _ particles: inout ParticleSet<Scalar>, _ cotangents: inout CotangentSet<Scalar>,
        _ findings: inout Findings
    ) throws {
        let (mesh, units, count) = (particles.decomposition, particles.units, particles.count)
        findings.bits.append(particles.checksum())
        for axis in 0..<3 {
            let momenta = particles.momentum[axis].span
            var target = cotangents.momentum[axis].mutableSpan
            for slot in 0..<count { target[slot] += Scalar(units.momentum(momenta[slot])) }
        }
        // Momenta of other units, and back.
        let product = try particles.express(&cotangents, byMomentaTimes: 2)
        let other = try particles.expressBack(&cotangents, fromMomentaTimes: 2, since: product)
        findings.bits += [product.bitPattern, other.bitPattern]
        // On the mesh, and back.
        try particles.deposit().forEachPoint { _, _, _, mass in findings.bits.append(UInt64(mass)) }
        findings.add(try particles.densityContrast(planes: particles.planes()))
        let field = noise(over: mesh, ghosts: .cloudInCell) as Field<Scalar>
        particles.depositAdjoint(field, carrying: &cotangents)
        let read = particles.gather(field)
        let forces = particles.force(potential: noise(over: mesh, ghosts: .stencil))
        for slot in 0..<count {
            findings.bits.append(Double(read.span[slot]).bitPattern)
            findings.bits.append(Double(forces[2].span[slot]).bitPattern)
        }
        // In redshift space, and back.
        let sight = RedshiftSight(along: .axis(1), by: 0.01)
        var seen = ParticleSet<Scalar>(
            mesh, units: units, count: count, totalCount: particles.totalCount)
        try particles.show(along: sight, in: &seen)
        for slot in 0..<count { findings.bits.append(UInt64(seen.position[1].span[slot])) }
        var bars = CotangentSet(for: particles)
        bars.addPositions(of: cotangents, count: count)
        let derivative = try particles.pullBack(bars, shownAlong: sight, addingTo: &cotangents)
        XCTAssertNotEqual(derivative, 0)
        findings.bits.append(derivative.bitPattern)
    }

    /// Numbers in −1 ..< 1 that say where they are.
    private func noise<Scalar: FourierScalar>(over mesh: Decomposition, ghosts: GhostWidth) -> Field<Scalar> {
        var field = Field<Scalar>(mesh, ghosts: ghosts, for: "test")
        field.mapPoints { x, y, z, _ in Scalar(2 * Self.number(x, y, z) - 1) }
        field.fillGhosts()
        return field
    }

    /// A number in 0 ..< 1.
    private static func number(_ x: Int, _ y: Int, _ z: Int) -> Double {
        var random = SplitMix(seed: UInt64((x * 1009 + y) * 1013 + z))
        _ = random.next()
        return Double(random.next() >> 40) / Double(1 << 24)
    }

    /// Particles of this rank at random.
    private func crowd(on mesh: Decomposition) -> HaloParticles {
        func place(_ particle: Int, _ axis: Int) -> UInt32 { UInt32(Self.number(particle, axis, 7) * 0x1p32) }
        let own = (0..<mesh.pointCount).filter { particle in
            func cell(_ axis: Int) -> Int { (Int(place(particle, axis)) * mesh.shape[axis]) >> 32 }
            return mesh.x.contains(cell(0)) && mesh.y.contains(cell(1))
        }
        return HaloParticles(
            of: mesh.shape, over: mesh, count: own.count,
            positions: { axis, range, values in
                for (value, slot) in range.enumerated() { values[value] = place(own[slot], axis) }
            },
            velocities: { axis, range, values in
                for (value, slot) in range.enumerated() { values[value] = Int32(own[slot] % 100 + axis) }
            },
            indices: { range, values in
                for (value, slot) in range.enumerated() { values[value] = Int64(own[slot]) }
            })
    }

    // MARK: networks

    private func network(_ sizes: [Int]) -> DenseNetwork {
        let layers = (1..<sizes.count).map { layer in
            DenseNetwork.Layer(
                inputs: sizes[layer - 1], outputs: sizes[layer],
                weights: (0..<sizes[layer - 1] * sizes[layer]).map { Self.number(layer, $0, 1) - 0.5 },
                biases: (0..<sizes[layer]).map { Self.number(layer, $0, 2) - 0.5 },
                layer == sizes.count - 1 ? .linear : .elu)
        }
        return DenseNetwork(
            layers: layers, inputMean: Array(repeating: 0.1, count: sizes[0]),
            inputDeviation: Array(repeating: 1.5, count: sizes[0]))
    }

    /// The masses that networks make of a density, and their cotangents taken back.
    private func look<Scalar: ParticleScalar>(
        _: Scalar.Type, on mesh: Decomposition, _ findings: inout Findings
    ) {
        let bias = HaloMassBias(
            HaloNetworks(
                position: network([81, 4, 1]), mass: network([3, 4, 1]), cell: 3, meshFactor: 1,
                scaleFactor: 1,
                numberDensity: 1e-3), on: FourierTransform<Scalar>(mesh))
        let density: Field<Scalar> = noise(over: mesh, ghosts: .none)
        findings.add(bias.mass(of: density))
        findings.add(
            bias.pullBack(.mesh(density.copy(for: "test")), at: .mesh(density), []).takeDensity().takeField())
    }

    private func train(on mesh: Decomposition) throws -> NetworkTrainingState {
        let density: Field<Double> = noise(over: mesh, ghosts: .none)
        var counts = density.copy(for: "test")
        counts.mapPoints { _, _, _, value in value > 0 ? 1 : 0 }
        let universe = TrainingUniverse(
            density: density, counts: counts, mass: counts.copy(for: "test"),
            seenThrough: NeighbourFeatures(radii: (3, 3.6), on: FourierTransform<Double>(mesh), cell: 3))
        let training = try NetworkTraining(
            of: .position, on: [universe], above: 0.05,
            by: NetworkRecipe(steps: 1, batch: 100, learningRate: 5e-3, decay: 1e-5, seed: 3))
        var state = try training.start()
        _ = try training.advance(&state)
        return state
    }
}
