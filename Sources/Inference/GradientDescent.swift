public import Mesh
internal import Parallel

/// Steps against the gradient, each as long as a backtracking line search allows.
///
/// The first trial of a step is twice the length of the step before.
public struct GradientDescent: Optimizer {
    /// Root mean square of the first trial step's components.
    public let firstLength: Double

    /// Gradient descent.
    public init(firstLength: Double = 0.1) {
        precondition(firstLength > 0)
        self.firstLength = firstLength
    }

    /// None.
    public var vectorsKept: Int { 0 }

    /// One step; see ``Optimizer``. The memory is the length of the last step.
    public func step<Scalar: FourierScalar>(
        _ state: inout OptimizerState<Scalar>, on loss: Loss<Scalar>
    ) throws -> StepOutcome {
        var direction = state.evaluation.gradient.copy()
        direction.scale(by: -1)
        let slope = -(try innerProduct(direction, direction))
        guard slope < 0 else { return .stalled }
        let last = state.memory.numbers.first
        let first = try last.map { 2 * $0 } ?? state.firstStep(along: direction, moving: firstLength)
        let found = try LineSearch(curvature: .infinity)
            .search(from: state, along: direction, slope: slope, first: first, on: loss)
        guard let found else { return .stalled }
        state.memory = OptimizerMemory(numbers: [found.step])
        found.move(&state)
        return .moved
    }
}
