internal import Background
internal import Mesh

/// One term of the displacement of Lagrangian perturbation theory: a growth factor, a source made of the linear modes,
/// and a fixed linear operation that makes a displacement of the source.
///
///     ψ(q, a) = c(a) (L s)(q),    s = S(δ)
///
/// A theory of some order is a list of terms. What is a term's own: how c follows from growth, S, and the transpose
/// of S.
protocol PerturbationTerm<Scalar> {
    associatedtype Scalar: FourierScalar

    /// L.
    var operation: DisplacementOperation { get }

    /// c of the displacement and of its momentum `a² E dψ/dlna`.
    func coefficients<Number: CosmologyScalar>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number>

    /// The modes of s, as many fields as the operation takes. Collective.
    ///
    /// - Parameter known: the sources of the lower orders.
    func sources(of known: LowerOrders<Scalar>) -> [Modes<Scalar>]

    /// Adds S's transpose of cotangents s̄ to those of the lower orders. Collective.
    ///
    /// - Parameters:
    ///   - cotangents: the transforms of s̄(q); may be used up.
    ///   - known: the sources of the lower orders, at which S is linearised.
    ///   - target: the transforms of their cotangents.
    func addTranspose(
        of cotangents: [Modes<Scalar>], at known: LowerOrders<Scalar>, to target: LowerOrders<Scalar>)
}

/// The factors of a term's displacement and of its momentum.
struct TermCoefficients<Number: CosmologyScalar> {
    /// Of the displacement [1].
    let x: Number
    /// Of the momentum [H0].
    let p: Number
}

/// Modes that several hold.
final class Modes<Scalar: FourierScalar> {
    var field: FourierField<Scalar>

    init(_ field: consuming FourierField<Scalar>) { self.field = field }

    static func zero(_ decomposition: Decomposition, for purpose: StaticString) -> Modes {
        Modes(.zero(decomposition, for: purpose))
    }
}

/// The sources that terms are made of, or their cotangents.
struct LowerOrders<Scalar: FourierScalar> {
    /// δ, the source of the first order.
    let linear: Modes<Scalar>
    /// That of the second order, where there is one.
    var second: Modes<Scalar>?
}

/// What makes a displacement of a source.
enum DisplacementOperation {
    /// `−∇∇⁻²s` of one field.
    case gradient
    /// `−∇⁻²(∇ × s)` of three.
    case curl

    /// A derivative of a component of the source: `± i k/k²` of an axis.
    struct Part {
        let source: Int
        let derivative: Int
        let isNegative: Bool
    }

    /// What a component of the displacement is the sum of.
    func parts(of axis: Int) -> [Part] {
        switch self {
        case .gradient: [Part(source: 0, derivative: axis, isNegative: false)]
        case .curl:
            [
                Part(source: (axis + 2) % 3, derivative: (axis + 1) % 3, isNegative: false),
                Part(source: (axis + 1) % 3, derivative: (axis + 2) % 3, isNegative: true),
            ]
        }
    }
}

/// `ψ1 = −D1 ∇φ1`, `∇²φ1 = δ`: Zel'dovich.
struct FirstOrderTerm<Scalar: FourierScalar>: PerturbationTerm {
    var operation: DisplacementOperation { .gradient }

    func coefficients<Number>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number> {
        TermCoefficients(x: growth.d1, p: growth.driftFunction)
    }

    func sources(of known: LowerOrders<Scalar>) -> [Modes<Scalar>] { [known.linear] }

    /// The source is the linear modes themselves.
    func addTranspose(
        of cotangents: [Modes<Scalar>], at known: LowerOrders<Scalar>, to target: LowerOrders<Scalar>
    ) {
        if cotangents[0] !== target.linear { target.linear.field.add(cotangents[0].field) }
    }
}
