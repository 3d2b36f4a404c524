import Numerics

/// The transfer function of cold dark matter and baryons with acoustic oscillations; T → 1 at small k.
///
/// What does not depend on k is computed once.
///
/// - Source: Eisenstein & Hu 1998 (astro-ph/9709112), eqs. 2–24.
struct EisensteinHu<Scalar: CosmologyScalar> {
    private let h: Scalar
    private let baryonFraction: Scalar
    private let darkFraction: Scalar
    /// 1 / (13.41 k_eq), so that q = k × it (eq. 10).
    private let inverseScale: Scalar
    private let soundHorizon: Scalar
    private let inverseSilk: Scalar
    /// 14.2 / α_c, of C in eq. 20.
    private let darkSuppression: Scalar
    /// 1.8 β_c, of the logarithm in eq. 19.
    private let darkShift: Scalar
    private let baryonSuppression: Scalar
    private let baryonEnvelopeCubed: Scalar
    private let nodeShiftCubed: Scalar

    init(_ cosmology: Cosmology<Scalar>) {
        let sound = SoundHorizon(cosmology)
        let (matter, fraction) = (sound.matter, sound.baryonFraction)
        h = cosmology.h
        baryonFraction = fraction
        darkFraction = 1 - fraction
        inverseScale = 1 / (13.41 * sound.equalityWavenumber)
        soundHorizon = sound.length
        inverseSilk = 1 / sound.silkWavenumber

        // α_c and β_c, eqs. 11 and 12.
        let a1 = matter.scaled(by: 46.9).raised(to: 0.670) * (1 + matter.scaled(by: 32.1).raised(to: -0.532))
        let a2 = matter.scaled(by: 12.0).raised(to: 0.424) * (1 + matter.scaled(by: 45.0).raised(to: -0.582))
        let alpha = Scalar.pow(a1, -fraction) * Scalar.pow(a2, -(fraction * fraction * fraction))
        let b1 = 0.944 / (1 + matter.scaled(by: 458).raised(to: -0.708))
        let b2 = matter.scaled(by: 0.395).raised(to: -0.0266)
        darkSuppression = 14.2 / alpha
        darkShift = 1.8 / (1 + b1 * (Scalar.pow(darkFraction, b2) - 1))

        // α_b, eqs. 14 and 15.
        let y = (1 + sound.equalityRedshift) / (1 + sound.dragRedshift)
        let root = Scalar.sqrt(1 + y)
        let g = y * ((2 + 3 * y) * Scalar.log((root + 1) / (root - 1)) - 6 * root)
        baryonSuppression =
            2.07 * sound.equalityWavenumber * sound.length * (1 + sound.dragRatio).raised(to: -0.75) * g

        // β_b and β_node, eqs. 24 and 23.
        let matterTerm = matter.scaled(by: 17.2)
        let beta = 0.5 + fraction + (3 - 2 * fraction) * Scalar.sqrt(matterTerm * matterTerm + 1)
        baryonEnvelopeCubed = beta * beta * beta
        let node = 8.41 * matter.raised(to: 0.435)
        nodeShiftCubed = node * node * node
    }

    /// T(k), k ≥ 0 in h/Mpc.
    func callAsFunction(_ wavenumber: Double) -> Scalar {
        guard wavenumber > 0 else { return 1 }
        let k = h.scaled(by: wavenumber)
        let q = k * inverseScale
        let qSquared = q * q
        let ks = k * soundHorizon
        let ksSquared = ks * ks
        let ksCubed = ksSquared * ks

        // T̃0(k, α, β) of eqs. 19 and 20, for (1, β_c), (α_c, β_c) and (1, 1).
        let tail = 386 / (1 + q.raised(to: 1.08).scaled(by: 69.9))
        let darkLogarithm = Scalar.log(Scalar(Self.e) + darkShift * q)
        let plainLogarithm = Scalar.log(Scalar(Self.e) + q.scaled(by: 1.8))
        let darkPlain = darkLogarithm / (darkLogarithm + (14.2 + tail) * qSquared)
        let darkSuppressed = darkLogarithm / (darkLogarithm + (darkSuppression + tail) * qSquared)
        let plain = plainLogarithm / (plainLogarithm + (14.2 + tail) * qSquared)

        // T_c, eqs. 17 and 18.
        let f = 1 / (1 + (ksSquared * ksSquared).scaled(by: 1 / (5.4 * 5.4 * 5.4 * 5.4)))
        let dark = darkSuppressed + f * (darkPlain - darkSuppressed)

        // T_b, eqs. 21 and 22; s̃ = s / (1 + (β_node/ks)³)^(1/3) written so that ks = 0 is no exception.
        let phase = ksSquared / (ksCubed + nodeShiftCubed).raised(to: 1.0 / 3)
        let damping = Scalar.exp(-(k * inverseSilk).raised(to: 1.4))
        let envelope = baryonSuppression * ksCubed / (ksCubed + baryonEnvelopeCubed)
        let baryon =
            (plain / (1 + ksSquared.scaled(by: 1 / (5.2 * 5.2))) + envelope * damping) * sinc(phase)
        return baryonFraction * baryon + darkFraction * dark
    }

    private static var e: Double { 2.718281828459045 }
}

/// sin x / x, smooth at zero together with its derivative.
private func sinc<Scalar: CosmologyScalar>(_ x: Scalar) -> Scalar {
    guard x.value.magnitude < 0.1 else { return Scalar.sin(x) / x }
    let y = x * x
    return 1 - y.scaled(by: 1.0 / 6)
        * (1 - y.scaled(by: 1.0 / 20)
            * (1 - y.scaled(by: 1.0 / 42) * (1 - y.scaled(by: 1.0 / 72) * (1 - y.scaled(by: 1.0 / 110)))))
}
