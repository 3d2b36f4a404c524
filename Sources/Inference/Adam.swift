public import Mesh
internal import Parallel

/// Adaptive moments.
///
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     x ← x − η m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
///
/// Where the new point has no loss, the step is halved until it has one.
/// - Source: Kingma & Ba 2015.
public struct Adam: Optimizer {
    /// η, the largest change of a component in one step, about.
    public let learningRate: Double
    private static let decay = (first: 0.9, second: 0.999)
    private static let epsilon = 1e-8
    private static let halvings = 10

    /// Adam with its usual β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    public init(learningRate: Double = 0.1) {
        precondition(learningRate > 0)
        self.learningRate = learningRate
    }

    /// The two moments.
    public var vectorsKept: Int { 2 }

    /// No: the second moment is its own.
    public var usesPreconditioner: Bool { false }

    /// One step; see ``Optimizer``. The memory is m, v, β₁ᵗ and β₂ᵗ.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func step<Scalar: FourierScalar>(
        _ state: inout OptimizerState<Scalar>, on loss: Loss<Scalar>
    ) throws -> StepOutcome {
        let (first, second) = Self.decay
        let isFirst = state.memory.vectors.isEmpty
        let numbers = isFirst ? [1, 1] : state.memory.numbers
        let powers = (numbers[0] * first, numbers[1] * second)
        var mean = isFirst ? Self.zero(like: state.point) : state.memory.vectors[0].vector.copy()
        var square = isFirst ? Self.zero(like: state.point) : state.memory.vectors[1].vector.copy()
        mean.combine(state.evaluation.gradient) { mean, gradient in first * mean + (1 - first) * gradient }
        square.combine(state.evaluation.gradient) { square, gradient in
            second * square + (1 - second) * gradient * gradient
        }
        var direction = mean.copy()
        direction.combine(square) { mean, square in
            let scale = (square / (1 - powers.1)).squareRoot() + Self.epsilon
            return -mean / (1 - powers.0) / scale
        }

        var step = learningRate
        for _ in 0..<Self.halvings {
            var point = state.point.copy()
            point.add(direction, times: step)
            if let evaluation = try loss(point) {
                state.point = point
                state.evaluation = evaluation
                state.memory = OptimizerMemory(
                    vectors: [KeptVector(mean), KeptVector(square)], numbers: [powers.0, powers.1])
                return .moved
            }
            step /= 2
        }
        return .stalled
    }

    private static func zero<Scalar>(like vector: borrowing ParameterVector<Scalar>) -> ParameterVector<
        Scalar
    > {
        var zero = vector.copy()
        zero.scale(by: 0)
        return zero
    }
}
