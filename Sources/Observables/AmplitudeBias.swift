public import Particles

/// Tracers in proportion to what is predicted.
///
///     B = A (ρ + ρ₀),    ρ̄ = A B̄,    Ā = Σ B̄ (ρ + ρ₀)
///
/// For predictions that are a bias already. ρ₀ keeps empty cells from being impossible where something is counted.
public final class AmplitudeBias<Scalar: ParticleScalar>: BiasModel {
    /// `bias_amplitude` A.
    public let parameters: [OwnParameter]
    private let floor: Double

    /// A proportion.
    ///
    /// - Parameters:
    ///   - amplitude: A.
    ///   - floor: ρ₀.
    public init(_ amplitude: Double, above floor: Double) {
        parameters = [OwnParameter("bias_amplitude", amplitude)]
        self.floor = floor
    }

    /// A (ρ + ρ₀).
    public func apply(to density: borrowing Cells<Scalar>, _ own: [Double]) -> Cells<Scalar> {
        var biased = density.copy()
        biased.map { own[0] * ($0 + floor) }
        return biased
    }

    /// See the formulas above. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, at density: borrowing Cells<Scalar>, _ own: [Double]
    ) throws -> BiasCotangent<Scalar> {
        let slope = try cotangent.sum(with: density, of: "the derivative by a bias parameter") {
            pull, value in
            pull * (value + floor)
        }
        cotangent.map { own[0] * $0 }
        return BiasCotangent(density: cotangent, parameters: [slope])
    }
}
