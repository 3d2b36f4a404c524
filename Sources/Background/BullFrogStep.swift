internal import Numerics

/// The weights of one step of BullFrog, a drift–kick–drift with D1 as the time that agrees with second-order
/// Lagrangian perturbation theory.
///
/// With v = dx/dD1 and the force A(x) = −∇∇⁻²δ in the middle of the step, at D_m = D_n + ΔD/2,
///
///     x += v ΔD/2,    v → α v + β A(x),    x += v ΔD/2
///     B = (D2_n + E_n ΔD/2)/D_m − D_m,   α = (E_{n+1} − B)/(E_n − B),   β = (1 − α)/D_m,   E = dD2/dD1
///
/// Any α agrees with first order. Where |α| < 0.01, which a step from a to about 3.2 a has, α = 0.01: a step that kept
/// nothing of the velocity could not be undone. The velocity of second order is then off by one or two percent, in this step.
/// - Source: Rampf, List & Hahn 2024 (arXiv:2409.19049), §3.
public struct BullFrogStep<Scalar: CosmologyScalar>: Sendable {
    /// ΔD, the step.
    public let length: Scalar
    /// α, what is left of the velocity.
    public let velocityFactor: Scalar
    /// β, the weight of the force.
    public let forceFactor: Scalar

    /// The least |α|: momenta before the step are 1/|α| times as coarse as those after it.
    public static var smallestVelocityFactor: Double { 0.01 }

    /// The step between two times.
    ///
    /// - Parameters:
    ///   - start: growth at its start, with D1 as the time.
    ///   - end: growth at its end, likewise; later.
    public init(from start: GrowthFactors<Scalar>, to end: GrowthFactors<Scalar>) {
        let length = end.d1 - start.d1
        let half = length.scaled(by: 0.5)
        let middle = start.d1 + half
        let b = (start.d2 + start.d2Prime * half) / middle - middle
        let exact = (end.d2Prime - b) / (start.d2Prime - b)
        let least = Self.smallestVelocityFactor
        let alpha = abs(exact.value) < least ? Scalar(least) : exact
        self.length = length
        velocityFactor = alpha
        forceFactor = (1 - alpha) / middle
    }

    /// The steps through some scale factors.
    ///
    /// - Parameters:
    ///   - scaleFactors: increasing, the first 0 or at least 3.03e-6, like the others.
    ///   - cosmology: the expansion.
    public static func through(
        _ scaleFactors: [Double], _ cosmology: Cosmology<Scalar>
    ) -> [BullFrogStep] {
        let growth = growthInGrowthTime(at: scaleFactors, cosmology)
        return zip(growth, growth.dropFirst()).map { BullFrogStep(from: $0, to: $1) }
    }
}
