/// A small network of dense layers, with the means and deviations that its inputs are standardised by.
///
///     x⁰ = (input − mean)/deviation,    xˡ⁺¹ = a(W xˡ + b),    output = deviation′ xᴸ + mean′
public struct DenseNetwork: Sendable, Equatable, Codable {
    /// What follows the sum of a layer.
    public enum Activation: String, CaseIterable, Sendable, Codable {
        /// z.
        case linear
        /// max(z, 0).
        case relu
        /// z above 0, eᶻ − 1 below.
        case elu
    }

    /// A layer.
    public struct Layer: Sendable, Equatable, Codable {
        /// Numbers that go in.
        public let inputs: Int
        /// Numbers that come out.
        public let outputs: Int
        /// W, `[output][input]`.
        public var weights: [Double]
        /// b, `[output]`.
        public var biases: [Double]
        /// a.
        public let activation: Activation

        /// A layer.
        ///
        /// - Precondition: as many weights and biases as the shape says.
        public init(inputs: Int, outputs: Int, weights: [Double], biases: [Double], _ activation: Activation)
        {
            precondition(weights.count == inputs * outputs && biases.count == outputs)
            self.inputs = inputs
            self.outputs = outputs
            self.weights = weights
            self.biases = biases
            self.activation = activation
        }
    }

    /// The layers, each with as many inputs as the one before has outputs.
    public var layers: [Layer]
    /// Means of the inputs.
    public var inputMean: [Double]
    /// Deviations of the inputs, above 0.
    public var inputDeviation: [Double]
    /// The mean of the output.
    public var outputMean: Double
    /// The deviation of the output.
    public var outputDeviation: Double

    /// A network.
    ///
    /// - Precondition: layers fit each other and the inputs; the last has one output.
    public init(
        layers: [Layer], inputMean: [Double], inputDeviation: [Double], outputMean: Double = 0,
        outputDeviation: Double = 1
    ) {
        precondition(layers.last?.outputs == 1 && layers[0].inputs == inputMean.count)
        precondition(inputMean.count == inputDeviation.count)
        precondition(zip(layers, layers.dropFirst()).allSatisfy { $0.outputs == $1.inputs })
        self.layers = layers
        self.inputMean = inputMean
        self.inputDeviation = inputDeviation
        self.outputMean = outputMean
        self.outputDeviation = outputDeviation
    }

    /// Inputs.
    public var inputs: Int { inputMean.count }

    /// Weights and biases of all layers: 2 781 of the position's, 101 of the mass's.
    public var parameterCount: Int { layers.reduce(0) { $0 + $1.weights.count + $1.biases.count } }

    /// Weights and biases, layer after layer.
    public var parameters: [Double] {
        get { layers.flatMap { $0.weights + $0.biases } }
        set {
            precondition(newValue.count == parameterCount)
            var first = 0
            for layer in layers.indices {
                let (weights, biases) = (layers[layer].weights.count, layers[layer].biases.count)
                layers[layer].weights = Array(newValue[first..<first + weights])
                layers[layer].biases = Array(newValue[first + weights..<first + weights + biases])
                first += weights + biases
            }
        }
    }
}
