import CKernels
import Foundation
import Inference
import Memory
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// The networks that make haloes of a density: their arithmetic, their way back, the same bits on any ranks.
final class HaloNetworkTests: SPMDTestCase {
    private let side = SIMD3(12, 10, 14)
    private let cell = 3.125

    func testOwnExponentialAndLogarithmAgreeWithThoseOfTheLibrary() {
        for step in -7000...7000 {
            let x = Double(step) / 10.03
            let (own, library) = (palindrome_exponential(x), exp(x))
            XCTAssertLessThanOrEqual(abs(own - library), 2 * library.ulp, "exp \(x)")
            let y = exp(x)
            XCTAssertLessThanOrEqual(
                abs(palindrome_logarithm(y) - log(y)), max(2 * log(y).magnitude.ulp, 0x1p-52))
        }
        XCTAssertEqual(palindrome_exponential(0), 1)
        XCTAssertEqual(palindrome_logarithm(1), 0)
        XCTAssertEqual(palindrome_exponential(-1e9), palindrome_exponential(-708))
        XCTAssertTrue(palindrome_exponential(1e9).isFinite)
    }

    /// 2 inputs, 2 units, 1 output: max(x + 2y − 1, 0), max(−x + 1, 0); their sum by 3 and −1, plus ½.
    func testASmallNetworkByHand() {
        let network = DenseNetwork(
            layers: [
                .init(inputs: 2, outputs: 2, weights: [1, 2, -1, 0], biases: [-1, 1], .relu),
                .init(inputs: 2, outputs: 1, weights: [3, -1], biases: [0.5], .linear),
            ], inputMean: [0, 0], inputDeviation: [1, 1])
        let pass = NetworkPass(of: network, cells: 3, over: RankGrid(world: alone, shape: [1, 1]))
        for (place, inputs) in [(2.0, 1.0), (0.5, 0.0), (3.0, -4.0)].enumerated() {
            unsafe pass.values(of: 0)[place] = inputs.0
            unsafe pass.values(of: 0)[pass.stride + place] = inputs.1
        }
        pass.forward()
        let output = (0..<3).map { unsafe pass.values(of: 2)[$0] }
        XCTAssertEqual(output, [9.5, 0, 0.5])
        for place in 0..<3 { unsafe pass.cotangents(of: 2)[place] = 1 }
        pass.backward(to: 0)
        XCTAssertEqual((0..<3).map { unsafe pass.cotangents(of: 0)[$0] }, [3, 1, 0])
        XCTAssertEqual(
            (0..<3).map { unsafe pass.cotangents(of: 0)[pass.stride + $0] }, [6, 0, 0])
        // Sums over cells of cotangent times input, in units of 2^-20.
        let sums = pass.products(of: 1, scales: (0x1p10, 0x1p10, 0x1p10)).map { Double($0) / 0x1p20 }
        XCTAssertEqual(sums, [3, 0.5, 3])
    }

    private func noise<Scalar: ParticleScalar>(_ seed: Int, _ x: Int, _ y: Int, _ z: Int) -> Scalar {
        var random = SplitMix(seed: UInt64(seed * 1_000_003 + (x * 31 + y) * 37 + z))
        _ = random.next()
        return Scalar(Double(random.next() >> 40) / Double(1 << 24))
    }

    private func field<Scalar: ParticleScalar>(
        _ mesh: Decomposition, seed: Int, _ value: (Double) -> Double
    ) -> Field<Scalar> {
        var field = Field<Scalar>(mesh, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in Scalar(value(Double(noise(seed, x, y, z) as Scalar))) }
        return field
    }

    private func network(
        _ sizes: [Int], _ activation: DenseNetwork.Activation, seed: Int
    ) -> DenseNetwork {
        func numbers(_ count: Int, _ salt: Int) -> [Double] {
            (0..<count).map { 2 * (noise(seed, salt, $0, 0) as Double) - 1 }
        }
        let layers = (0..<sizes.count - 1).map { layer in
            DenseNetwork.Layer(
                inputs: sizes[layer], outputs: sizes[layer + 1],
                weights: numbers(sizes[layer] * sizes[layer + 1], layer).map {
                    $0 / Double(sizes[layer]).squareRoot()
                },
                biases: numbers(sizes[layer + 1], 10 + layer).map { 0.3 * $0 },
                layer == sizes.count - 2 ? .linear : activation)
        }
        return DenseNetwork(
            layers: layers, inputMean: numbers(sizes[0], 20).map { 0.1 * $0 },
            inputDeviation: numbers(sizes[0], 30).map { 1.5 + 0.5 * $0 }, outputMean: 0.4,
            outputDeviation: 0.7)
    }

    private func networks(_ activation: DenseNetwork.Activation, hidden: [Int] = [7, 5]) -> HaloNetworks {
        HaloNetworks(
            position: network([81] + hidden + [1], activation, seed: 1),
            mass: network([3] + hidden + [1], activation, seed: 2), cell: cell, meshFactor: 1, scaleFactor: 1,
            numberDensity: 1e-3)
    }

    private func meshes() throws -> [Decomposition] {
        try gridShapes.filter { Decomposition.fits(side, on: $0) }.map {
            try Decomposition(shape: side, over: RankGrid(world: world, shape: $0))
        }
    }

    /// Fourier sums and loops written down plainly.
    func testMassesAreThoseOfPlainSums() throws {
        let shape = SIMD3(6, 6, 6)
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: alone, shape: [1, 1]))
        let density: Field<Double> = field(mesh, seed: 3) { 2 * $0 }
        let networks = networks(.elu)
        let found = HaloMassBias(networks, on: FourierTransform<Double>(mesh)).mass(of: density)
        func filtered(_ factor: (Double) -> Double) -> [Double] {
            // The product of one matrix per axis: Σ_k f(k) cos(k (x − x′))/N.
            let matrix = (0..<6).map { distance in
                (-2...3).reduce(0.0) { sum, mode in
                    let phase = 2 * Double.pi * Double(mode) / 6
                    return sum + factor(phase) * cos(phase * Double(distance)) / 6
                }
            }
            var out = [Double](repeating: 0, count: 216)
            for a in 0..<216 {
                for b in 0..<216 {
                    let weight =
                        matrix[(a / 36 - b / 36 + 6) % 6] * matrix[(a / 6 % 6 - b / 6 % 6 + 6) % 6]
                        * matrix[(a % 6 - b % 6 + 6) % 6]
                    out[a] += weight * (density[b / 36, b / 6 % 6, b % 6] - 1)
                }
            }
            return out
        }
        func factor(_ radius: Double) -> (Double) -> Double {
            { phase in
                let window = phase == 0 ? 1 : sin(phase / 2) / (phase / 2)
                let wave = 2 * sin(phase / 2) * radius / self.cell
                return exp(-wave * wave / 2) / (window * window)
            }
        }
        let (sharp, narrow, wide) = (filtered(factor(0)), filtered(factor(3)), filtered(factor(3.6)))
        let features = [sharp, narrow, zip(narrow, wide).map { $0 - $1 }]
        func value(_ network: DenseNetwork, _ inputs: [Double]) -> Double {
            var numbers = zip(zip(inputs, network.inputMean), network.inputDeviation).map {
                ($0.0 - $0.1) / $1
            }
            for layer in network.layers {
                numbers = (0..<layer.outputs).map { unit in
                    let sum = (0..<layer.inputs).reduce(layer.biases[unit]) {
                        $0 + layer.weights[unit * layer.inputs + $1] * numbers[$1]
                    }
                    return layer.activation == .elu && sum < 0 ? exp(sum) - 1 : sum
                }
            }
            return numbers[0]
        }
        for place in stride(from: 0, to: 216, by: 5) {
            let (x, y, z) = (place / 36, place / 6 % 6, place % 6)
            var neighbours: [Double] = []
            for feature in 0..<3 {
                for dx in -1...1 {
                    for dy in -1...1 {
                        for dz in -1...1 {
                            let row = ((x + dx + 6) % 6 * 6 + (y + dy + 6) % 6) * 6
                            neighbours.append(features[feature][row + (z + dz + 6) % 6])
                        }
                    }
                }
            }
            let p = 1 / (1 + exp(-value(networks.position, neighbours)))
            let m = 0.4 + 0.7 * value(networks.mass, (0..<3).map { features[$0][place] })
            XCTAssertEqual(found[x, y, z], p * m, accuracy: 1e-12)
        }
    }

    /// With p = ½ everywhere and one linear layer the mass is linear in the density.
    func testTheWayBackIsTheTransposeWhereAllIsLinear() throws {
        for mesh in try meshes() {
            var networks = networks(.linear, hidden: [])
            networks.position.layers[0].weights = networks.position.layers[0].weights.map { _ in 0 }
            networks.position.layers[0].biases = [0]
            let bias = HaloMassBias(networks, on: FourierTransform<Double>(mesh))
            let zero: Field<Double> = field(mesh, seed: 4) { _ in 0 }
            let density: Field<Double> = field(mesh, seed: 5) { $0 }
            let cotangent: Field<Double> = field(mesh, seed: 6) { $0 - 0.5 }
            var change = bias.apply(to: .mesh(density.copy(for: "test")), [])
            change.combine(bias.apply(to: .mesh(zero), [])) { $0 - $1 }
            let forwards = try change.sum(with: .mesh(cotangent.copy(for: "test")), of: "test") { $0 * $1 }
            let back = bias.pullBack(
                .mesh(cotangent), at: .mesh(density.copy(for: "test")), []
            ).takeDensity()
            let backwards = try back.sum(with: .mesh(density), of: "test") { $0 * $1 }
            XCTAssertNotEqual(forwards, 0)
            XCTAssertEqual(forwards, backwards, accuracy: 1e-11 * abs(forwards))
        }
    }

    func testTheWayBackAgreesWithDifferences() throws {
        for mesh in try meshes() {
            for (activation, tolerance) in [(DenseNetwork.Activation.elu, 1e-7), (.relu, 1e-5)] {
                let bias = HaloMassBias(networks(activation), on: FourierTransform<Double>(mesh))
                bias.width = 2
                let density: Field<Double> = field(mesh, seed: 7) { 2 * $0 }
                let direction: Field<Double> = field(mesh, seed: 8) { $0 - 0.5 }
                let weights: Field<Double> = field(mesh, seed: 9) { $0 }
                func loss(_ step: Double) throws -> Double {
                    var moved = density.copy(for: "test")
                    moved.mapPoints { x, y, z, value in value + step * direction[x, y, z] }
                    return try bias.apply(to: .mesh(moved), []).sum(
                        with: .mesh(weights.copy(for: "test")), of: "test"
                    ) { $0 * $1 }
                }
                let slope = try bias.pullBack(
                    .mesh(weights.copy(for: "test")), at: .mesh(density.copy(for: "test")), []
                ).takeDensity().sum(with: .mesh(direction.copy(for: "test")), of: "test") { $0 * $1 }
                XCTAssertGreaterThan(abs(slope), 1e-3)
                let step = activation == .elu ? 1e-5 : 1e-6
                let difference = try (loss(step) - loss(-step)) / (2 * step)
                XCTAssertEqual(slope, difference, accuracy: tolerance * abs(slope))
            }
        }
    }

    func testTheSameBitsOnEveryGrid() throws {
        try assertTheSameBits(Float.self)
        try assertTheSameBits(Double.self)
    }

    private func assertTheSameBits<Scalar: ParticleScalar>(_: Scalar.Type) throws {
        func bias(_ mesh: Decomposition) -> HaloMassBias<Scalar> {
            HaloMassBias(networks(.relu), on: FourierTransform<Scalar>(mesh))
        }
        func density(_ mesh: Decomposition) -> Cells<Scalar> { .mesh(field(mesh, seed: 7) { 2 * $0 }) }
        func mass(_ mesh: Decomposition) -> Field<Scalar> {
            bias(mesh).apply(to: density(mesh), []).takeField()
        }
        func back(_ mesh: Decomposition) -> Field<Scalar> {
            bias(mesh).pullBack(.mesh(field(mesh, seed: 9) { $0 }), at: density(mesh), []).takeDensity()
                .takeField()
        }
        let whole = try Decomposition(shape: side, over: RankGrid(world: alone, shape: [1, 1]))
        let (wholeMass, wholeBack) = (HeldField(mass(whole)), HeldField(back(whole)))
        for mesh in try meshes() {
            mass(mesh).forEachPoint { x, y, z, value in XCTAssertEqual(value, wholeMass.field[x, y, z]) }
            back(mesh).forEachPoint { x, y, z, value in XCTAssertEqual(value, wholeBack.field[x, y, z]) }
        }
    }

    // MARK: training

    private func universe(_ mesh: Decomposition, seed: Int) -> TrainingUniverse {
        let transform = FourierTransform<Double>(mesh)
        let density: Field<Double> = field(mesh, seed: seed) { 2 * $0 * $0 + 0.3 }
        var counts = density.copy(for: "test")
        counts.mapPoints { _, _, _, value in value > 1.6 ? 1 : 0 }
        var mass = density.copy(for: "test")
        mass.mapPoints { _, _, _, value in value > 1.6 ? 100 * value : 0 }
        return TrainingUniverse(
            density: density, counts: counts, mass: mass,
            seenThrough: NeighbourFeatures(radii: (3, 3.6), on: transform, cell: cell))
    }

    private func training(_ subject: NetworkTraining.Subject, on mesh: Decomposition, steps: Int) throws
        -> NetworkTraining
    {
        try NetworkTraining(
            of: subject, on: [universe(mesh, seed: 21), universe(mesh, seed: 22)], above: 0.05,
            by: NetworkRecipe(steps: steps, batch: 200, learningRate: 5e-3, decay: 1e-5, seed: 3))
    }

    func testTrainingArrivesAtTheSameWeightsOnEveryGridAndLearns() throws {
        let whole = try Decomposition(shape: side, over: RankGrid(world: alone, shape: [1, 1]))
        for subject in [NetworkTraining.Subject.position, .mass] {
            let reference = try training(subject, on: whole, steps: 60)
            var wanted = try reference.start()
            let first = try reference.advance(&wanted)
            var last = first
            while wanted.step < 60 { last = try reference.advance(&wanted) }
            XCTAssertLessThan(last, 0.7 * first, subject.rawValue)
            for mesh in try meshes() {
                let training = try training(subject, on: mesh, steps: 60)
                var state = try training.start()
                while state.step < 25 { _ = try training.advance(&state) }
                // Another training goes on from there.
                let resumed = try self.training(subject, on: mesh, steps: 60)
                while state.step < 60 { _ = try resumed.advance(&state) }
                XCTAssertEqual(state, wanted, subject.rawValue)
            }
        }
    }

    /// After one step Adam's first moments are a tenth of the gradient.
    func testTheGradientOfTrainingAgreesWithDifferences() throws {
        let mesh = try meshes()[0]
        for subject in [NetworkTraining.Subject.position, .mass] {
            let training = try NetworkTraining(
                of: subject, on: [universe(mesh, seed: 21)], above: 0.05,
                by: NetworkRecipe(steps: 10, batch: 300, learningRate: 5e-3, decay: 0, seed: 3))
            let start = try training.start()
            var moved = start
            _ = try training.advance(&moved)
            let gradient = moved.firstMoments.map { 10 * $0 }
            let direction = gradient.indices.map { 2 * (noise(5, $0, 0, 0) as Double) - 1 }
            func loss(_ step: Double) throws -> Double {
                var state = start
                state.network.parameters = zip(start.network.parameters, direction).map { $0 + step * $1 }
                return try training.advance(&state)
            }
            let slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            XCTAssertGreaterThan(abs(slope), 1e-3)
            let difference = try (loss(1e-7) - loss(-1e-7)) / 2e-7
            XCTAssertEqual(slope, difference, accuracy: 1e-5 * abs(slope), subject.rawValue)
        }
    }

    func testCalibratedNetworksMakeAllOfTheMass() throws {
        for mesh in try meshes() {
            let transform = FourierTransform<Double>(mesh)
            let universes = [universe(mesh, seed: 21), universe(mesh, seed: 22)]
            func ratio(_ networks: HaloNetworks) throws -> Double {
                let bias = HaloMassBias(networks, on: transform)
                func total(_ field: borrowing Field<Double>) throws -> Double {
                    try Cells.mesh(field.copy(for: "test")).sum(of: "test") { $0 }
                }
                let made = try universes.reduce(0) { try $0 + total(bias.mass(of: $1.density)) }
                return try made / universes.reduce(0) { try $0 + total($1.mass) }
            }
            XCTAssertGreaterThan(try abs(ratio(networks(.elu)) - 1), 0.1)
            let calibrated = try networks(.elu).calibrated(on: universes, transform)
            XCTAssertEqual(try ratio(calibrated), 1, accuracy: 1e-12)
        }
    }

    func testTrainingRefusesCellsThatAreAllAlike() throws {
        let mesh = try meshes()[0]
        let density: Field<Double> = field(mesh, seed: 3) { $0 }
        let empty: Field<Double> = field(mesh, seed: 3) { _ in 0 }
        let universe = TrainingUniverse(
            density: density, counts: empty.copy(for: "test"), mass: empty,
            seenThrough: NeighbourFeatures(
                radii: (3, 3.6), on: FourierTransform<Double>(mesh), cell: cell))
        assertThrowsEverywhere("there must be cells with and cells without") {
            _ = try NetworkTraining(
                of: .position, on: [universe], above: 0.05,
                by: NetworkRecipe(steps: 1, batch: 10, learningRate: 1e-3, decay: 0, seed: 1))
        }
    }
}

/// A field that closures may read.
private final class HeldField<Scalar: ParticleScalar> {
    let field: Field<Scalar>

    init(_ field: consuming Field<Scalar>) { self.field = field }
}
