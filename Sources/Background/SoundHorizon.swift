import Numerics

/// Lengths and epochs of the early universe, fitted in terms of Ω_m h², Ω_b h² and T_cmb.
///
/// - Source: Eisenstein & Hu 1998 (astro-ph/9709112), eqs. 2–6.
struct SoundHorizon<Scalar: CosmologyScalar> {
    /// Θ² = (T_cmb / 2.7 K)², T_cmb = 2.7255 K.
    static var temperatureSquared: Double { (2.7255 / 2.7) * (2.7255 / 2.7) }

    /// Ω_m h².
    let matter: Scalar
    /// Ω_b / Ω_m.
    let baryonFraction: Scalar
    /// z_eq, matter–radiation equality (eq. 2).
    let equalityRedshift: Scalar
    /// k_eq [1/Mpc] (eq. 3).
    let equalityWavenumber: Scalar
    /// z_d, the end of the baryons' drag (eq. 4).
    let dragRedshift: Scalar
    /// R(z_d), the baryon to photon momentum density (eq. 5).
    let dragRatio: Scalar
    /// s, the sound horizon at z_d [Mpc] (eq. 6).
    let length: Scalar
    /// k_silk [1/Mpc] (eq. 7).
    let silkWavenumber: Scalar

    init(_ cosmology: Cosmology<Scalar>) {
        let hSquared = cosmology.h * cosmology.h
        let matter = cosmology.omegaMatter * hSquared
        let baryon = cosmology.omegaBaryon * hSquared
        let temperatureFourth = Self.temperatureSquared * Self.temperatureSquared
        self.matter = matter
        baryonFraction = cosmology.omegaBaryon / cosmology.omegaMatter
        equalityRedshift = matter.scaled(by: 2.5e4 / temperatureFourth)
        equalityWavenumber = matter.scaled(by: 7.46e-2 / Self.temperatureSquared)

        let b1 = 0.313 * matter.raised(to: -0.419) * (1 + 0.607 * matter.raised(to: 0.674))
        let b2 = 0.238 * matter.raised(to: 0.223)
        dragRedshift =
            1291 * matter.raised(to: 0.251) / (1 + 0.659 * matter.raised(to: 0.828))
            * (1 + b1 * Scalar.pow(baryon, b2))

        let ratio = baryon.scaled(by: 31.5e3 / temperatureFourth)
        let equalityRatio = ratio / equalityRedshift
        dragRatio = ratio / dragRedshift
        length =
            2 / (3 * equalityWavenumber) * Scalar.sqrt(6 / equalityRatio)
            * Scalar.log(
                (Scalar.sqrt(1 + dragRatio) + Scalar.sqrt(dragRatio + equalityRatio))
                    / (1 + Scalar.sqrt(equalityRatio)))
        silkWavenumber =
            1.6 * baryon.raised(to: 0.52) * matter.raised(to: 0.73)
            * (1 + matter.scaled(by: 10.4).raised(to: -0.95))
    }
}
