import Numerics

/// The transfer function without acoustic oscillations, with the same broad suppression; T → 1 at small k.
///
/// The shape is eqs. 28–31, with the sound horizon of eq. 6 in place of the fit of eq. 26 and with
/// q = k/(13.41 k_eq) (eq. 10) in place of eq. 28's own rounding of it: the convention of pmwd.
///
/// - Source: Eisenstein & Hu 1998 (astro-ph/9709112), eqs. 6, 10, 28–31.
struct EisensteinHuNoWiggle<Scalar: CosmologyScalar> {
    private let h: Scalar
    private let inverseScale: Scalar
    private let soundHorizon: Scalar
    /// α_Γ (eq. 31).
    private let suppression: Scalar

    init(_ cosmology: Cosmology<Scalar>) {
        let sound = SoundHorizon(cosmology)
        let fraction = sound.baryonFraction
        h = cosmology.h
        inverseScale = 1 / (13.41 * sound.equalityWavenumber)
        soundHorizon = sound.length
        suppression =
            1 - 0.328 * Scalar.log(sound.matter.scaled(by: 431)) * fraction
            + 0.38 * Scalar.log(sound.matter.scaled(by: 22.3)) * fraction * fraction
    }

    /// T(k), k ≥ 0 in h/Mpc.
    func callAsFunction(_ wavenumber: Double) -> Scalar {
        guard wavenumber > 0 else { return 1 }
        let k = h.scaled(by: wavenumber)
        let x = (k * soundHorizon).scaled(by: 0.43)
        let xSquared = x * x
        let shape = suppression + (1 - suppression) / (1 + xSquared * xSquared)
        let q = k * inverseScale / shape
        let logarithm = Scalar.log(Scalar(2 * 2.718281828459045) + q.scaled(by: 1.8))
        let c = 14.2 + 731 / (1 + q.scaled(by: 62.5))
        return logarithm / (logarithm + c * q * q)
    }
}
