public import Mesh
internal import Parallel

/// A search along a direction d for a step α that lowers the loss enough.
///
///     φ(α) = L(x + α d)
///     φ(α) ≤ φ(0) + c₁ α φ′(0)        sufficient decrease (Armijo)
///     |φ′(α)| ≤ c₂ |φ′(0)|            curvature (strong Wolfe)
///
/// Every trial costs a loss with its gradient, which the accepted one hands on. An infinite loss is a step
/// too long. With c₂ = ∞ it is backtracking with interpolation.
/// - Source: Nocedal & Wright 2006, algorithms 3.5 and 3.6 in one loop.
public struct LineSearch: Sendable {
    /// c₁.
    public var decrease = 1e-4
    /// c₂.
    public var curvature = 0.9
    /// Trials after which the best one so far is taken.
    public var trials = 12

    /// A strong-Wolfe search.
    public init(curvature: Double = 0.9) {
        self.curvature = curvature
    }

    /// The accepted step.
    public struct Found<Scalar: FourierScalar>: ~Copyable {
        /// α.
        public let step: Double
        /// x + α d.
        public let point: ParameterVector<Scalar>
        /// Loss and gradient there.
        public let evaluation: Evaluation<Scalar>

        consuming func move(_ state: inout OptimizerState<Scalar>) {
            state.point = point
            state.evaluation = evaluation
        }
    }

    /// φ and φ′ at one α.
    private struct Sample {
        let step: Double
        let value: Double
        let slope: Double
    }

    /// Searches. Collective.
    ///
    /// - Parameters:
    ///   - state: where φ(0) is.
    ///   - direction: d, along which the loss falls.
    ///   - slope: φ′(0) < 0.
    ///   - first: the first α to try.
    /// - Returns: nil when no step lowers the loss.
    public func search<Scalar: FourierScalar>(
        from state: borrowing OptimizerState<Scalar>, along direction: borrowing ParameterVector<Scalar>,
        slope: Double, first: Double, on loss: Loss<Scalar>
    ) throws -> Found<Scalar>? {
        precondition(slope < 0 && first > 0)
        let start = Sample(step: 0, value: state.evaluation.value, slope: slope)
        // The best so far; the minimum is between it and `far`, or farther out if that is nil.
        var near = start
        var far: Sample?
        var step = first
        for _ in 0..<trials {
            let point = Self.point(state, direction, step)
            if let evaluation = try loss(point) {
                let sample = Sample(
                    step: step, value: evaluation.value,
                    slope: try innerProduct(evaluation.gradient, direction))
                if !(sample.value <= start.value + decrease * step * slope) || sample.value >= near.value {
                    far = sample
                } else if abs(sample.slope) <= -curvature * slope || curvature == .infinity {
                    return Found(step: step, point: point, evaluation: evaluation)
                } else {
                    // The minimum is on the side to which the loss falls.
                    let width = far.map { $0.step - near.step } ?? 1
                    if sample.slope * width >= 0 { far = near }
                    near = sample
                }
            } else {
                far = Sample(step: step, value: .infinity, slope: .nan)
            }
            guard let known = far else {
                step *= 3
                continue
            }
            // No change of the loss could be seen in an interval this small.
            if abs(known.step - near.step) * abs(near.slope) <= 1e-14 * abs(start.value) { break }
            step = Self.between(near, known)
        }
        guard near.step > 0 else { return nil }
        let point = Self.point(state, direction, near.step)
        guard let evaluation = try loss(point) else { return nil }
        return Found(step: near.step, point: point, evaluation: evaluation)
    }

    private static func point<Scalar>(
        _ state: borrowing OptimizerState<Scalar>, _ direction: borrowing ParameterVector<Scalar>,
        _ step: Double
    ) -> ParameterVector<Scalar> {
        var point = state.point.copy()
        point.add(direction, times: step)
        return point
    }

    /// The minimum of the cubic through two samples, kept away from both.
    private static func between(_ near: Sample, _ far: Sample) -> Double {
        let width = far.step - near.step
        guard far.value.isFinite, far.slope.isFinite else { return near.step + 0.2 * width }
        let chord = near.slope + far.slope - 3 * (near.value - far.value) / (near.step - far.step)
        let square = chord * chord - near.slope * far.slope
        guard square >= 0 else { return near.step + 0.5 * width }
        let root = (width > 0 ? 1 : -1) * square.squareRoot()
        let fraction = 1 - (far.slope + root - chord) / (far.slope - near.slope + 2 * root)
        guard fraction.isFinite else { return near.step + 0.5 * width }
        return near.step + min(max(fraction, 0.1), 0.9) * width
    }
}
