internal import Glibc
public import Particles

/// Tracers that follow a power of the density and are missing where it is low.
///
///     η = ln B = ln A + α ln x − b,    x = ρ + 10⁻²,    b = min(80, (x/ρ_g)^{−ε})
///
/// It predicts η itself, so that counts in deep voids, where B is nearly 0, keep their slopes. Back, with η̄ of each cell,
///
///     ρ̄ = η̄ (α + ε b)/x,    Ā = Σ η̄/A,    ᾱ = Σ η̄ ln x,    ρ̄_g = −Σ η̄ ε b/ρ_g,    ε̄ = Σ η̄ b ln(x/ρ_g)
///
/// Where b is clipped its derivatives are 0.
///
/// - Source: Neyrinck et al. 2014, MNRAS 441, 646; Jasche & Lavaux 2019, A&A 625, A64.
public final class TruncatedPowerLawBias<Scalar: ParticleScalar>: BiasModel {
    /// `bias_amplitude` A > 0, `bias_exponent` α, `bias_threshold` ρ_g > 0 and `bias_steepness` ε.
    public let parameters: [OwnParameter]
    /// It does.
    public var givesLogarithm: Bool { true }

    private static var floor: Double { 0.01 }
    private static var mostSuppression: Double { 80 }

    /// A truncated power law.
    ///
    /// - Parameters:
    ///   - amplitude: A > 0.
    ///   - exponent: α.
    ///   - threshold: ρ_g > 0 [mean density].
    ///   - steepness: ε.
    public init(amplitude: Double, exponent: Double, threshold: Double, steepness: Double) {
        parameters = [
            OwnParameter("bias_amplitude", amplitude), OwnParameter("bias_exponent", exponent),
            OwnParameter("bias_threshold", threshold), OwnParameter("bias_steepness", steepness),
        ]
    }

    /// x, ln x, b and whether it is clipped, at ρ.
    private struct Point {
        let x: Double
        let logarithm: Double
        /// ln(x/ρ_g).
        let depth: Double
        let suppression: Double
        /// b, or 0 where it is clipped.
        let slope: Double

        @inline(__always)
        init(_ density: Double, _ own: [Double]) {
            x = density + TruncatedPowerLawBias.floor
            logarithm = log(x)
            depth = logarithm - log(own[2])
            let free = exp(-own[3] * depth)
            suppression = min(TruncatedPowerLawBias.mostSuppression, free)
            slope = free < TruncatedPowerLawBias.mostSuppression ? free : 0
        }
    }

    /// η.
    public func apply(to density: borrowing Cells<Scalar>, _ own: [Double]) -> Cells<Scalar> {
        let (offset, exponent) = (log(own[0]), own[1])
        var biased = density.copy()
        biased.map {
            let point = Point($0, own)
            return offset + exponent * point.logarithm - point.suppression
        }
        return biased
    }

    /// See the formulas above. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, at density: borrowing Cells<Scalar>, _ own: [Double]
    ) throws -> BiasCotangent<Scalar> {
        let quantity = "the derivative by a bias parameter"
        let (exponent, threshold, steepness) = (own[1], own[2], own[3])
        let byAmplitude = try cotangent.sum(of: quantity) { $0 } / own[0]
        let byExponent = try cotangent.sum(with: density, of: quantity) { slope, value in
            slope * Point(value, own).logarithm
        }
        let byDepth = try cotangent.sum(with: density, of: quantity) { slope, value in
            slope * Point(value, own).slope
        }
        let bySteepness = try cotangent.sum(with: density, of: quantity) { slope, value in
            let point = Point(value, own)
            return slope * point.slope * point.depth
        }
        cotangent.combine(density) { slope, value in
            let point = Point(value, own)
            return slope * (exponent + steepness * point.slope) / point.x
        }
        return BiasCotangent(
            density: cotangent,
            parameters: [byAmplitude, byExponent, -byDepth * steepness / threshold, bySteepness])
    }
}
