internal import Glibc
public import Particles

/// Tracers whose number follows a power of the density.
///
///     B = A x^α,    x = ρ + 10⁻²
///
/// The little that is added keeps the slope finite in empty cells. Back, with B̄ of each cell:
///
///     ρ̄ = B̄ α B/x,    Ā = Σ B̄ B/A,    ᾱ = Σ B̄ B ln x
///
/// - Source: de la Torre & Peacock 2013, eq. 9; Neyrinck et al. 2014, without its exponential cut-off.
public final class PowerLawBias<Scalar: ParticleScalar>: BiasModel {
    /// `bias_amplitude` A > 0 and `bias_exponent` α.
    public let parameters: [OwnParameter]
    private static var floor: Double { 0.01 }

    /// A power law.
    public init(amplitude: Double, exponent: Double) {
        parameters = [OwnParameter("bias_amplitude", amplitude), OwnParameter("bias_exponent", exponent)]
    }

    /// A x^α.
    public func apply(to density: borrowing Cells<Scalar>, _ own: [Double]) -> Cells<Scalar> {
        let (amplitude, exponent) = (own[0], own[1])
        var biased = density.copy()
        biased.map { amplitude * pow($0 + Self.floor, exponent) }
        return biased
    }

    /// See the formulas above. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, at density: borrowing Cells<Scalar>, _ own: [Double]
    ) throws -> BiasCotangent<Scalar> {
        let (amplitude, exponent) = (own[0], own[1])
        let quantity = "the derivative by a bias parameter"
        let byAmplitude = try cotangent.sum(with: density, of: quantity) { slope, value in
            slope * pow(value + Self.floor, exponent)
        }
        let byExponent = try cotangent.sum(with: density, of: quantity) { slope, value in
            slope * amplitude * pow(value + Self.floor, exponent) * log(value + Self.floor)
        }
        cotangent.combine(density) { slope, value in
            slope * amplitude * exponent * pow(value + Self.floor, exponent - 1)
        }
        return BiasCotangent(density: cotangent, parameters: [byAmplitude, byExponent])
    }
}
