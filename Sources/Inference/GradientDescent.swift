public import Mesh
internal import Parallel

/// Steps against the gradient, preconditioned if the curvature is known, each as long as a backtracking line
/// search allows.
///
///     d = −H0⁻¹ g
///
/// The first trial of a step is twice the length of the step before.
public struct GradientDescent: Optimizer {
    /// Root mean square of the first trial step's components; with a preconditioner it starts at α = 1.
    public let firstLength: Double

    /// Gradient descent.
    public init(firstLength: Double = 0.1) {
        precondition(firstLength > 0)
        self.firstLength = firstLength
    }

    /// None.
    public var vectorsKept: Int { 0 }

    /// Yes.
    public var usesPreconditioner: Bool { true }

    /// One step; see ``Optimizer``. The memory is the length of the last step.
    public func step<Scalar: FourierScalar>(
        _ state: inout OptimizerState<Scalar>, on loss: Loss<Scalar>
    ) throws -> StepOutcome {
        var direction = state.preconditioned(state.evaluation.gradient)
        direction.scale(by: -1)
        let slope = try innerProduct(direction, state.evaluation.gradient)
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
