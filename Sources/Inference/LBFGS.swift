public import Mesh
internal import Parallel

/// Limited-memory BFGS: the curvature along the last m steps, and that of a preconditioner, or of a sphere,
/// elsewhere.
///
///     d = −H g,   H from the pairs  s = x′ − x,  y = g′ − g,   starting at γ H0⁻¹,  γ = s·y / y·H0⁻¹ y of the newest
///
/// by the two-loop recursion, with a strong-Wolfe line search, so that s·y > 0.
/// - Source: Nocedal & Wright 2006, algorithms 7.4 and 7.5.
public struct LBFGS: Optimizer {
    /// m, how many pairs are kept.
    public let history: Int
    /// Root mean square of the very first trial step's components without a preconditioner; all others start
    /// at α = 1.
    public let firstLength: Double

    /// L-BFGS.
    public init(history: Int = 10, firstLength: Double = 0.1) {
        precondition(history > 0 && firstLength > 0)
        self.history = history
        self.firstLength = firstLength
    }

    /// m pairs.
    public var vectorsKept: Int { 2 * history }

    /// Yes.
    public var usesPreconditioner: Bool { true }

    /// One step; see ``Optimizer``. The memory is s and y of each pair, oldest first, with s·y and y·H0⁻¹ y.
    public func step<Scalar: FourierScalar>(
        _ state: inout OptimizerState<Scalar>, on loss: Loss<Scalar>
    ) throws -> StepOutcome {
        var memory = state.memory
        while true {
            let direction = try Self.direction(from: state, memory)
            let slope = try innerProduct(direction, state.evaluation.gradient)
            let isSteepest = memory.vectors.isEmpty
            if slope < 0 {
                let first = isSteepest ? try state.firstStep(along: direction, moving: firstLength) : 1
                if let found = try LineSearch().search(
                    from: state, along: direction, slope: slope, first: first, on: loss)
                {
                    try remember(found, after: state, in: &memory)
                    state.memory = memory
                    found.move(&state)
                    return .moved
                }
            }
            // Rounding may have spoilt the curvature: once more without it.
            if isSteepest { return .stalled }
            memory = OptimizerMemory()
        }
    }

    /// The two-loop recursion.
    private static func direction<Scalar>(
        from state: borrowing OptimizerState<Scalar>, _ memory: OptimizerMemory<Scalar>
    ) throws -> ParameterVector<Scalar> {
        let pairs = memory.vectors.count / 2
        var direction = state.evaluation.gradient.copy()
        direction.scale(by: -1)
        var projections = [Double](repeating: 0, count: pairs)
        for pair in (0..<pairs).reversed() {
            projections[pair] =
                try innerProduct(memory.vectors[2 * pair].vector, direction) / memory.numbers[2 * pair]
            direction.add(memory.vectors[2 * pair + 1].vector, times: -projections[pair])
        }
        direction = state.preconditioned(direction)
        if pairs > 0 {
            direction.scale(by: memory.numbers[2 * pairs - 2] / memory.numbers[2 * pairs - 1])
        }
        for pair in 0..<pairs {
            let along =
                try innerProduct(memory.vectors[2 * pair + 1].vector, direction) / memory.numbers[2 * pair]
            direction.add(memory.vectors[2 * pair].vector, times: projections[pair] - along)
        }
        return direction
    }

    private func remember<Scalar>(
        _ found: borrowing LineSearch.Found<Scalar>, after state: borrowing OptimizerState<Scalar>,
        in memory: inout OptimizerMemory<Scalar>
    ) throws {
        let step = ParameterVector.difference(found.point, state.point)
        let change = ParameterVector.difference(found.evaluation.gradient, state.evaluation.gradient)
        let curvature = try innerProduct(step, change)
        let square = try innerProduct(change, state.preconditioned(change))
        // A pair without positive curvature would spoil the others.
        guard curvature > 1e-12 * square, square > 0 else { return }
        memory.vectors += [KeptVector(step), KeptVector(change)]
        memory.numbers += [curvature, square]
        if memory.vectors.count > 2 * history {
            memory.vectors.removeFirst(2)
            memory.numbers.removeFirst(2)
        }
    }
}
