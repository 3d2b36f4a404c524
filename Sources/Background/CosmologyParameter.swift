/// The eight parameters of a cosmology, in the order of the derivative parts of a `Dual`.
public enum CosmologyParameter: Int, CaseIterable, Sendable {
    /// A_s, the primordial amplitude at k = 0.05/Mpc (or σ8, where σ8 is given in its place) [1].
    case amplitude
    /// n_s, the primordial spectral index [1].
    case spectralIndex
    /// Ω_m, all matter today, baryons included [critical density].
    case omegaMatter
    /// Ω_b, baryons today [critical density].
    case omegaBaryon
    /// h = H0 / (100 km/s/Mpc) [1].
    case h
    /// Ω_k, curvature today, positive in an open universe [critical density].
    case omegaCurvature
    /// w0, the equation of state of dark energy today [1].
    case w0
    /// w_a in w(a) = w0 + w_a (1 − a) [1].
    case wa

    /// The name in configuration files and reports; where σ8 is given slot 0 is called `sigma8` instead.
    public var name: String {
        switch self {
        case .amplitude: "A_s"
        case .spectralIndex: "n_s"
        case .omegaMatter: "Omega_m"
        case .omegaBaryon: "Omega_b"
        case .h: "h"
        case .omegaCurvature: "Omega_k"
        case .w0: "w0"
        case .wa: "wa"
        }
    }
}
