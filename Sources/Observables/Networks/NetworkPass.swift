internal import CKernels
internal import Kernels
internal import Memory
public import Parallel

/// The numbers of a network's layers on some cells at once, forwards and back.
///
/// Cells are side by side, `[unit][cell]`; a cell's numbers are the same bits whatever other cells are there.
public final class NetworkPass {
    /// Cells from one unit to the next: a multiple of the kernels' tile.
    public let stride: Int
    /// Cells at hand, from the first: those of a batch; all if not set. What lies beyond counts for nothing.
    public var count: Int
    private let layers: [DenseNetwork.Layer]
    private let transposed: [DenseNetwork.Layer]
    /// Where the numbers of each layer begin: inputs first.
    private let starts: [Int]
    private let values: Buffer<Double>
    private let cotangents: Buffer<Double>
    private let kernels: KernelTable

    /// Cells rounded up to whole tiles.
    public static func stride(of cells: Int) -> Int {
        let tile = Int(palindrome_network_tile)
        return (cells + tile - 1) / tile * tile
    }

    /// Room for some cells.
    public init(of network: DenseNetwork, cells: Int, over grid: RankGrid) {
        kernels = grid.kernels
        stride = Self.stride(of: cells)
        count = stride
        layers = network.layers
        transposed = network.layers.map { layer in
            DenseNetwork.Layer(
                inputs: layer.outputs, outputs: layer.inputs,
                weights: (0..<layer.inputs).flatMap { input in
                    (0..<layer.outputs).map { layer.weights[$0 * layer.inputs + input] }
                }, biases: Array(repeating: 0, count: layer.inputs), .linear)
        }
        var starts = [0]
        for units in [network.inputs] + layers.map(\.outputs) { starts.append(starts.last! + units * stride) }
        self.starts = starts
        values = Buffer(count: starts.last!, from: grid.memory, for: "network")
        cotangents = Buffer(count: starts.last!, from: grid.memory, for: "network")
        unsafe values.start.update(repeating: 0, count: values.count)
        unsafe cotangents.start.update(repeating: 0, count: cotangents.count)
    }

    /// Numbers after a layer, `[unit][cell]`; of layer 0 the inputs.
    @unsafe public func values(of layer: Int) -> UnsafeMutablePointer<Double> {
        unsafe values.start + starts[layer]
    }

    /// Cotangents of what enters the activation of a layer, once ``backward()`` has been called; of layer 0 the inputs.
    @unsafe public func cotangents(of layer: Int) -> UnsafeMutablePointer<Double> {
        unsafe cotangents.start + starts[layer]
    }

    /// The number of layers: the output's.
    public var last: Int { layers.count }

    /// From the inputs to the output.
    public func forward() {
        for (number, layer) in layers.enumerated() {
            unsafe layer.withKernel {
                unsafe kernels.networks.apply(
                    $0, kernelCount, Int64(stride), values(of: number), values(of: number + 1))
            }
        }
    }

    /// From the output's cotangents, which were put in place of it, to those before the activation of a layer.
    ///
    /// - Parameter first: the layer to stop at; 0 for the inputs.
    public func backward(to first: Int) {
        for number in Swift.stride(from: layers.count, through: first, by: -1) {
            if number < layers.count {
                unsafe transposed[number].withKernel {
                    unsafe kernels.networks.apply(
                        $0, kernelCount, Int64(stride), cotangents(of: number + 1), cotangents(of: number))
                }
            }
            guard number > 0 else { return }
            unsafe kernels.networks.activationTranspose(
                layers[number - 1].activation.kernel, Int64(layers[number - 1].outputs * stride),
                values(of: number), cotangents(of: number))
        }
    }

    /// Whole tiles.
    private var kernelCount: Int64 { Int64(Self.stride(of: count)) }

    /// Sets what fills the last tile up, of inputs and of the output's cotangents, to 0.
    public func clearRest() {
        let rest = Int(kernelCount) - count
        for unit in 0..<layers[0].inputs {
            unsafe (values(of: 0) + unit * stride + count).update(repeating: 0, count: rest)
        }
        unsafe (cotangents(of: last) + count).update(repeating: 0, count: rest)
    }

    /// What is summed over cells to give the derivatives by a layer's weights and biases, as whole numbers.
    ///
    /// - Parameters:
    ///   - layer: its number, from 0.
    ///   - scales: powers of two for what enters, for the cotangents, and for the 1 that enters biases.
    /// - Returns: weights `[output][input]`, then biases.
    public func products(of layer: Int, scales: (Double, Double, Double)) -> [Int] {
        let shape = layers[layer]
        var sums = [Double](repeating: 0, count: shape.weights.count + shape.biases.count)
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe kernels.networks.products(
                palindrome_layer_cells(
                    count: kernelCount, stride: Int64(stride), x: values(of: layer),
                    z: cotangents(of: layer + 1)),
                palindrome_layer_sums(
                    inputs: Int64(shape.inputs), outputs: Int64(shape.outputs), x_scale: scales.0,
                    z_scale: scales.1, unit_scale: scales.2, products: sums.baseAddress!,
                    sums: sums.baseAddress! + shape.weights.count))
        }
        return sums.map { Int($0) }
    }

    /// The largest magnitudes of what enters a layer and of its cotangents; not finite if one of them is not.
    public func largest(of layer: Int) -> (Double, Double) {
        func largest(_ units: Int, _ start: UnsafeMutablePointer<Double>) -> Double {
            (0..<units).reduce(0.0) { found, unit in
                let next = unsafe kernels.sums.largest(Int64(count), start + unit * stride)
                return next.isFinite && found.isFinite ? max(found, next) : .infinity
            }
        }
        return unsafe (
            largest(layers[layer].inputs, values(of: layer)),
            largest(layers[layer].outputs, cotangents(of: layer + 1))
        )
    }
}

extension DenseNetwork.Activation {
    var kernel: palindrome_activation {
        switch self {
        case .linear: palindrome_linear
        case .relu: palindrome_relu
        case .elu: palindrome_elu
        }
    }
}

extension DenseNetwork.Layer {
    @unsafe fileprivate func withKernel(_ body: (palindrome_dense) -> Void) {
        unsafe weights.withUnsafeBufferPointer { weights in
            unsafe biases.withUnsafeBufferPointer { biases in
                unsafe body(
                    palindrome_dense(
                        inputs: Int64(inputs), outputs: Int64(outputs), activation: activation.kernel,
                        weights: weights.baseAddress, biases: biases.baseAddress))
            }
        }
    }
}
