/// What the final particles are compared with.
public struct ObjectiveSection: Sendable, Equatable {
    /// The kinds of objective.
    public enum Kind: String, CaseIterable, Sendable, Named {
        /// The density ρ/ρ̄ on the force mesh, point by point.
        case density
    }

    /// What is compared.
    public var kind: Kind
    /// The data, on the force mesh.
    public var data: DatasetAddress
    /// The error of a mesh point.
    public var sigma: Double
    /// Weights or a mask on the force mesh; all 1 if nil.
    public var weights: DatasetAddress?
    /// Radius R of the Gaussian with which the residual is smoothed [Mpc/h].
    public var smoothing: Double
    /// Whether ½ Σ s² of the white noise is added.
    public var prior: Bool

    /// Nil if the section names no data.
    init?(_ section: SectionReader) {
        kind = section.choice("kind", default: .density)
        sigma = section.positive("sigma", default: 1)
        weights = section.dataset("weights")
        smoothing = section.number("smoothing", .notNegative, default: 0)
        prior = section.flag("prior", default: true)
        guard let data = section.dataset("data") else { return nil }
        self.data = data
    }

    var entries: [ResolvedEntry] {
        [.init("kind", kind.rawValue), .init("data", quoted(data.description)), .init("sigma", "\(sigma)")]
            + (weights.map { [.init("weights", quoted($0.description))] } ?? [])
            + [.init("smoothing", "\(smoothing)"), .init("prior", "\(prior)")]
    }
}
