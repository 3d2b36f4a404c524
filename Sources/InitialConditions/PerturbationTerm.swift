internal import Background
internal import Mesh

/// One term of the displacement of Lagrangian perturbation theory: a growth factor, and the gradient of the potential of
/// a source made of the linear modes.
///
///     ψ(q, a) = −c(a) ∇∇⁻²s,    s = S(δ)
///
/// A theory of first or second order is a list of terms; ``ThirdOrderTheory`` has five that share their products. What
/// is a term's own: how c follows from growth, S, and the transpose of S.
protocol PerturbationTerm<Scalar> {
    associatedtype Scalar: FourierScalar

    /// c of the displacement and of its momentum `a² E dψ/dlna`.
    func coefficients<Number: CosmologyScalar>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number>

    /// The modes of s. Collective.
    func source(of linear: Modes<Scalar>) -> Modes<Scalar>

    /// Adds S's transpose of a cotangent s̄ to that of δ. Collective.
    ///
    /// - Parameters:
    ///   - cotangent: the transform of s̄(q); may be used up.
    ///   - linear: δ, at which S is linearised.
    ///   - target: the transform of δ̄.
    func addTranspose(of cotangent: Modes<Scalar>, at linear: Modes<Scalar>, to target: Modes<Scalar>)
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

/// `ψ1 = −D1 ∇φ1`, `∇²φ1 = δ`: Zel'dovich.
struct FirstOrderTerm<Scalar: FourierScalar>: PerturbationTerm {
    func coefficients<Number>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number> {
        growth.firstOrderCoefficients
    }

    func source(of linear: Modes<Scalar>) -> Modes<Scalar> { linear }

    /// The source is the linear modes themselves.
    func addTranspose(of cotangent: Modes<Scalar>, at linear: Modes<Scalar>, to target: Modes<Scalar>) {
        if cotangent !== target { target.field.add(cotangent.field) }
    }
}

extension GrowthFactors {
    var firstOrderCoefficients: TermCoefficients<Scalar> { TermCoefficients(x: d1, p: driftFunction) }
}
