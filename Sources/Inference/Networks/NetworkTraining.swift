internal import CKernels
internal import Glibc
public import Observables
public import Parallel

/// How a network is trained.
public struct NetworkRecipe: Sendable, Equatable {
    /// Steps of Adam.
    public var steps: Int
    /// Cells of a step.
    public var batch: Int
    /// η at the beginning; it falls to 0 as half a cosine.
    public var learningRate: Double
    /// The factor of Σ w² in the loss.
    public var decay: Double
    /// Of first weights and of batches.
    public var seed: UInt64

    /// A recipe.
    public init(steps: Int, batch: Int, learningRate: Double, decay: Double, seed: UInt64) {
        self.steps = steps
        self.batch = batch
        self.learningRate = learningRate
        self.decay = decay
        self.seed = seed
    }
}

/// A network between two steps of its training.
public struct NetworkTrainingState: Sendable, Equatable {
    /// As it is.
    public var network: DenseNetwork
    /// Adam's first moments.
    public var firstMoments: [Double]
    /// Adam's second moments.
    public var secondMoments: [Double]
    /// Steps taken.
    public var step: Int

    /// A state that was kept.
    public init(network: DenseNetwork, firstMoments: [Double], secondMoments: [Double], step: Int) {
        self.network = network
        self.firstMoments = firstMoments
        self.secondMoments = secondMoments
        self.step = step
    }
}

/// The training of one of the two networks of ``HaloNetworks``, step by step.
///
/// The cells of a step are drawn by counters from all cells of all universes; each rank takes those that it has. What is
/// summed over them is rounded to multiples of one power of two and summed in integers: the weights are the same bits on
/// any ranks.
///
///     position:  L = ⟨ln(1 + eʸ) − t y⟩ + λ Σ w²,    t = 1 where there are haloes, on all cells
///     mass:      L = ⟨(y − t)²⟩ + λ Σ w²,    t the standardised mass, on cells with haloes
///
/// - Source: Kingma & Ba 2015 (Adam); the losses, Modi, Feng & Seljak 2018, JCAP 10, 028, §2.3.
public final class NetworkTraining {
    /// Which of the two.
    public enum Subject: String, Sendable {
        /// Where haloes are.
        case position
        /// How heavy they are.
        case mass
    }

    /// Which of the two.
    public let subject: Subject
    /// How.
    public let recipe: NetworkRecipe
    private let cells: TrainingCells
    private let world: Communicator
    private let threshold: Double

    /// A training. Collective.
    ///
    /// - Parameters:
    ///   - universes: at least one, all of one mesh.
    ///   - threshold: haloes per cell from which on it counts as having some.
    /// - Throws: `UsageError` on all ranks when no cell has any, or all have.
    public init(
        of subject: Subject, on universes: [TrainingUniverse], above threshold: Double,
        by recipe: NetworkRecipe
    ) throws(UsageError) {
        self.subject = subject
        self.recipe = recipe
        self.threshold = threshold
        world = universes[0].mesh.grid.world
        let occupied = TrainingCells(of: universes) { $0 > threshold }
        let all = TrainingCells(of: universes) { _ in true }
        guard occupied.count > 1, occupied.count < all.count else {
            throw UsageError(
                "train: \(occupied.count) of \(all.count) cells have more than \(threshold) haloes; there must be "
                    + "cells with and cells without; change train.number_density or train.threshold")
        }
        cells = subject == .position ? all : occupied
    }

    /// The beginning: inputs and output standardised, weights normal with variance 2/inputs, biases 0. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks; `UsageError` when a feature is the same in all cells.
    public func start() throws -> NetworkTrainingState {
        let features = try (0..<3).map { feature in
            try cells.moments { $0.features.value(feature, $1.x, $1.y, $1.z) }
        }
        guard features.allSatisfy({ $0.1 > 0 }) else {
            throw UsageError(
                "train: the density is the same in all cells; networks need one with structure; use another run"
            )
        }
        let repeats = subject == .position ? 27 : 1
        let inputs = features.flatMap { Array(repeating: $0, count: repeats) }
        var output = (0.0, 1.0)
        if subject == .mass {
            output = try cells.moments { $0.mass[$1.x, $1.y, $1.z] }
            if output.1 == 0 { output.1 = 1 }
        }
        let network = DenseNetwork(
            layers: Self.layers(subject, recipe), inputMean: inputs.map(\.0), inputDeviation: inputs.map(\.1),
            outputMean: output.0,
            outputDeviation: output.1)
        let zeros = [Double](repeating: 0, count: network.parameterCount)
        return NetworkTrainingState(network: network, firstMoments: zeros, secondMoments: zeros, step: 0)
    }

    /// A network of the shape that is trained, with its first weights, not standardised.
    public static func blank(_ subject: Subject, _ recipe: NetworkRecipe) -> DenseNetwork {
        let inputs = subject == .position ? 81 : 3
        return DenseNetwork(
            layers: layers(subject, recipe), inputMean: Array(repeating: 0, count: inputs),
            inputDeviation: Array(repeating: 1, count: inputs))
    }

    private static func layers(_ subject: Subject, _ recipe: NetworkRecipe) -> [DenseNetwork.Layer] {
        let sizes = subject == .position ? [81, 30, 10, 1] : [3, 10, 5, 1]
        var drawn: UInt64 = 0
        return (0..<3).map { layer in
            let (inputs, outputs) = (sizes[layer], sizes[layer + 1])
            var normals = [Float](repeating: 0, count: inputs * outputs)
            unsafe palindrome_random_normal(
                stream(0, subject, recipe), drawn, Int64(normals.count), &normals)
            drawn += UInt64(normals.count)
            let scale = (2 / Double(inputs)).squareRoot()
            return DenseNetwork.Layer(
                inputs: inputs, outputs: outputs, weights: normals.map { Double($0) * scale },
                biases: Array(repeating: 0, count: outputs),
                layer == 2 ? .linear : subject == .position ? .relu : .elu)
        }
    }

    /// The seed of one of several streams.
    private static func stream(_ number: UInt64, _ subject: Subject, _ recipe: NetworkRecipe) -> UInt64 {
        recipe.seed &+ (2 * number + (subject == .position ? 1 : 2)) &* 0x9e37_79b9_7f4a_7c15
    }

    /// Takes a step. Collective.
    ///
    /// - Returns: the loss of its cells before it, without decay.
    /// - Throws: `NotFiniteError` on all ranks.
    public func advance(_ state: inout NetworkTrainingState) throws -> Double {
        let pass = NetworkPass(of: state.network, cells: recipe.batch, over: cells.grid)
        let targets = fill(pass, for: state)
        pass.forward()
        let losses = judge(pass, targets)
        pass.clearRest()
        pass.backward(to: 1)
        let gradient = try gradient(of: pass, state.network)
        let loss = try world.exactSum(count: losses.count, of: "the loss of a network") { losses[$0] }
        move(&state, along: gradient)
        return loss / Double(recipe.batch)
    }

    /// Puts this rank's cells of a step into place.
    ///
    /// - Returns: what each should give.
    private func fill(_ pass: NetworkPass, for state: NetworkTrainingState) -> [Double] {
        let scaling = FeatureScaling(of: state.network)
        var bits = [UInt32](repeating: 0, count: 2 * recipe.batch)
        unsafe palindrome_random_bits(
            Self.stream(1, subject, recipe), UInt64(bits.count) * UInt64(state.step), Int64(bits.count), &bits
        )
        var targets: [Double] = []
        for item in 0..<recipe.batch {
            let drawn = UInt64(bits[2 * item]) << 32 | UInt64(bits[2 * item + 1])
            let number = Int(drawn.multipliedFullWidth(by: UInt64(cells.count)).high)
            guard let (universe, cell) = cells.place(of: number) else { continue }
            unsafe universe.features.gather(
                at: cell, scaling, stride: pass.stride, into: pass.values(of: 0) + targets.count)
            targets.append(
                subject == .position
                    ? universe.counts[cell.x, cell.y, cell.z] > threshold ? 1 : 0
                    : (universe.mass[cell.x, cell.y, cell.z] - state.network.outputMean)
                        / state.network.outputDeviation)
        }
        pass.count = targets.count
        pass.clearRest()
        return targets
    }

    /// Puts the derivatives by the output into its place.
    ///
    /// - Returns: the loss of each cell.
    private func judge(_ pass: NetworkPass, _ targets: [Double]) -> [Double] {
        let output = unsafe pass.values(of: pass.last)
        let cotangents = unsafe pass.cotangents(of: pass.last)
        let share = 1 / Double(recipe.batch)
        var losses = targets
        switch subject {
        case .position:
            unsafe cells.grid.kernels.networks.crossEntropy(
                Int64(targets.count), output, targets, cotangents, &losses)
            for cell in targets.indices {
                unsafe cotangents[cell] = (cotangents[cell] - targets[cell]) * share
            }
        case .mass:
            for cell in targets.indices {
                let error = unsafe output[cell] - targets[cell]
                losses[cell] = error * error
                unsafe cotangents[cell] = 2 * error * share
            }
        }
        return losses
    }

    /// The derivatives by all weights and biases, sums over the cells of all ranks. Collective.
    private func gradient(of pass: NetworkPass, _ network: DenseNetwork) throws(NotFiniteError) -> [Double] {
        var largest: [Double] = []
        for layer in network.layers.indices {
            let (x, z) = pass.largest(of: layer)
            largest += [x, z]
        }
        largest = world.maximum(largest)
        guard largest.allSatisfy(\.isFinite) else {
            throw NotFiniteError(quantity: "the gradient of a network")
        }
        // So that the sum of as many terms as a batch has stays below 2^51.
        let bits = (51 - (Int.bitWidth - recipe.batch.leadingZeroBitCount)) / 2
        var sums: [Int] = []
        var units: [Double] = []
        for layer in network.layers.indices {
            let x = Self.scale(of: largest[2 * layer], bits)
            let z = Self.scale(of: largest[2 * layer + 1], bits)
            let one = Double.powerOfTwo(bits)
            sums += pass.products(of: layer, scales: (x, z, one))
            units += Array(repeating: 1 / x / z, count: network.layers[layer].weights.count)
            units += Array(repeating: 1 / one / z, count: network.layers[layer].biases.count)
        }
        return zip(world.sum(sums), units).map { Double($0) * $1 }
    }

    /// The power of two that brings a magnitude below 2^bits.
    private static func scale(of magnitude: Double, _ bits: Int) -> Double {
        guard magnitude > 1e-280 else { return .powerOfTwo(bits + 900) }
        return .powerOfTwo(bits - 1 - Int(magnitude.exponent))
    }

    private func move(_ state: inout NetworkTrainingState, along gradient: [Double]) {
        state.step += 1
        let progress = Double(state.step) / Double(recipe.steps)
        let rate = recipe.learningRate * 0.5 * (1 + cos(.pi * progress))
        let first = 1 - pow(0.9, Double(state.step))
        let second = 1 - pow(0.999, Double(state.step))
        var parameters = state.network.parameters
        let isWeight = state.network.layers.flatMap { layer in
            Array(repeating: true, count: layer.weights.count)
                + Array(repeating: false, count: layer.biases.count)
        }
        for index in parameters.indices {
            let slope = gradient[index] + (isWeight[index] ? 2 * recipe.decay * parameters[index] : 0)
            state.firstMoments[index] = 0.9 * state.firstMoments[index] + 0.1 * slope
            state.secondMoments[index] = 0.999 * state.secondMoments[index] + 0.001 * slope * slope
            parameters[index] -=
                rate * (state.firstMoments[index] / first)
                / ((state.secondMoments[index] / second).squareRoot() + 1e-8)
        }
        state.network.parameters = parameters
    }
}
