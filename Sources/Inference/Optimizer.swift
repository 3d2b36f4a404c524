public import Mesh
internal import Parallel

/// A loss and its gradient at one point.
public struct Evaluation<Scalar: FourierScalar>: ~Copyable {
    /// L.
    public let value: Double
    /// ∂L/∂s for every component s.
    public let gradient: ParameterVector<Scalar>
    /// What is known of factors that L is integrated over.
    public let leftOut: [LeftOutFactor]

    /// A loss and its gradient.
    public init(
        value: Double, gradient: consuming ParameterVector<Scalar>, leavingOut factors: [LeftOutFactor] = []
    ) {
        self.value = value
        leftOut = factors
        self.gradient = gradient
    }
}

/// The loss and its gradient at a point, or nil where there is none: a particle that outran the integer range,
/// a parameter out of bounds, NaN. Nil counts as an infinite loss. Collective; the same bits on all ranks.
public typealias Loss<Scalar: FourierScalar> = (borrowing ParameterVector<Scalar>) throws -> Evaluation<
    Scalar
>?

/// Where an optimisation is: everything that the next step depends on.
public struct OptimizerState<Scalar: FourierScalar>: ~Copyable {
    /// The point.
    public internal(set) var point: ParameterVector<Scalar>
    /// Loss and gradient there.
    public internal(set) var evaluation: Evaluation<Scalar>
    /// What the method remembers of earlier steps; empty at the start.
    public internal(set) var memory: OptimizerMemory<Scalar>
    /// What is known of the loss's curvature; nil if nothing is. Set it where an optimisation begins.
    public var preconditioner: Preconditioner<Scalar>?

    /// A state; without a memory, that of an optimisation that begins.
    public init(
        at point: consuming ParameterVector<Scalar>, _ evaluation: consuming Evaluation<Scalar>,
        memory: OptimizerMemory<Scalar> = OptimizerMemory(), preconditioner: Preconditioner<Scalar>? = nil
    ) {
        self.memory = memory
        self.preconditioner = preconditioner
        self.point = point
        self.evaluation = evaluation
    }

    /// Takes the point out.
    public consuming func takePoint() -> ParameterVector<Scalar> { point }

    /// √(Σ g²), the same bits on all ranks. Collective.
    public func gradientNorm() throws -> Double {
        try innerProduct(evaluation.gradient, evaluation.gradient).squareRoot()
    }
}

/// What a method remembers, in a form that a checkpoint can hold without knowing the method.
public struct OptimizerMemory<Scalar: FourierScalar> {
    /// Vectors, in an order that the method knows.
    public var vectors: [KeptVector<Scalar>]
    /// Numbers, in an order that the method knows.
    public var numbers: [Double]

    /// A memory; an empty one at the start.
    public init(vectors: [KeptVector<Scalar>] = [], numbers: [Double] = []) {
        self.vectors = vectors
        self.numbers = numbers
    }
}

/// What became of a step.
public enum StepOutcome: Sendable {
    /// The point has moved.
    case moved
    /// No better point was found: to the precision of the loss this is a minimum.
    case stalled
}

/// A method that looks for a minimum.
///
/// To add one: a type with this one function, and one line where names become types (`OptimizerSection`).
public protocol Optimizer: Sendable {
    /// One step from a state to the next. Collective.
    ///
    /// When the loss throws, the state is as it was.
    ///
    /// - Throws: what the loss throws, and `NotFiniteError`; the same on all ranks.
    func step<Scalar: FourierScalar>(
        _ state: inout OptimizerState<Scalar>, on loss: Loss<Scalar>
    ) throws -> StepOutcome

    /// Vectors that it keeps between steps, at most.
    var vectorsKept: Int { get }

    /// Whether it makes use of a ``Preconditioner``.
    var usesPreconditioner: Bool { get }
}

extension OptimizerState {
    /// `H0⁻¹ v`, or v itself where nothing is known. Collective.
    func preconditioned(_ vector: borrowing ParameterVector<Scalar>) -> ParameterVector<Scalar> {
        preconditioner?.apply(to: vector) ?? vector.copy()
    }

    /// A first step length along a direction: the whole step where the curvature is known, or else one that
    /// moves the components by `length` in the root mean square.
    func firstStep(along direction: borrowing ParameterVector<Scalar>, moving length: Double) throws -> Double
    {
        guard preconditioner == nil else { return 1 }
        let norm = try innerProduct(direction, direction).squareRoot()
        return norm > 0 ? length * Double(direction.count).squareRoot() / norm : 0
    }
}
