/// What the final particles are compared with.
public struct ObjectiveSection: Sendable, Equatable {
    /// The kinds of objective.
    public enum Kind: String, CaseIterable, Sendable, Named {
        /// The density ρ/ρ̄ on the force mesh, point by point.
        case density
        /// The density summed along an axis, in units of its mean, pixel by pixel.
        case projectedDensity = "projected-density"
    }

    /// The axes of the box.
    public enum Axis: String, CaseIterable, Sendable, Named {
        case x, y, z

        /// 0, 1 or 2.
        public var number: Int { Self.allCases.firstIndex(of: self)! }
    }

    /// Which parts of a picture file stand for matter.
    public enum Ink: String, CaseIterable, Sendable, Named {
        /// The brighter the denser.
        case bright
        /// The darker the denser, as in print.
        case dark
    }

    /// Where numbers come from.
    public enum Source: Sendable, Equatable, CustomStringConvertible {
        /// A dataset in an HDF5 file.
        case dataset(DatasetAddress)
        /// A PNG file's path, seen from the working directory.
        case picture(String)

        /// As it is written in a configuration.
        public var description: String {
            switch self {
            case .dataset(let address): address.description
            case .picture(let path): path
            }
        }
    }

    /// What is compared.
    public var kind: Kind
    /// The data, on the force mesh or on a plane of pixels.
    public var data: Source
    /// The error of a mesh point or pixel.
    public var sigma: Double
    /// Weights or a mask, shaped like the data; all 1 if nil.
    public var weights: Source?
    /// The line of sight of a projected density.
    public var axis: Axis
    /// How a picture is read.
    public var ink: Ink
    /// Radius R of the Gaussian with which the residual is smoothed [Mpc/h].
    public var smoothing: Double
    /// Whether ½ Σ s² of the white noise is added.
    public var prior: Bool

    /// Errors whose squares, and what is divided by them, stay far from the ends of single precision.
    static let errors = 1e-6...1e6

    /// Nil if the section names no data.
    init?(_ section: SectionReader) {
        kind = section.choice("kind", default: .density)
        sigma = section.positive("sigma", default: 1)
        weights = Self.source("weights", section, kind)
        axis = section.choice("axis", default: .z)
        ink = section.choice("ink", default: .bright)
        smoothing = section.number("smoothing", .notNegative, default: 0)
        prior = section.flag("prior", default: true)
        if !Self.errors.contains(sigma) {
            section.conflict(
                "sigma", is: "\(sigma)",
                "it must be from \(Self.errors.lowerBound) to \(Self.errors.upperBound)", "try 1.0")
        }
        if kind == .density {
            for key in ["axis", "ink"] where section.has(key) {
                section.conflict(
                    key, is: key == "axis" ? axis.rawValue : ink.rawValue,
                    "it must come with kind: projected-density", "remove it, or change objective.kind")
            }
        }
        guard let data = Self.source("data", section, kind) else { return nil }
        self.data = data
    }

    private static func source(_ key: String, _ section: SectionReader, _ kind: Kind) -> Source? {
        guard kind == .projectedDensity else { return section.dataset(key).map(Source.dataset) }
        return section.read(key) { entry throws(Problem) in
            let (rule, remedy) = (
                "it must be a picture.png or file.h5:/dataset", "try \"picture.png\""
            )
            let text = try entry.text(rule, remedy)
            guard !text.lowercased().hasSuffix(".png") else { return .picture(entry.place.resolve(text)) }
            return .dataset(try entry.dataset(rule, remedy))
        }
    }

    var entries: [ResolvedEntry] {
        let sight: [ResolvedEntry] =
            kind == .projectedDensity ? [.init("axis", axis.rawValue), .init("ink", ink.rawValue)] : []
        return [
            .init("kind", kind.rawValue), .init("data", quoted(data.description)), .init("sigma", "\(sigma)"),
        ] + (weights.map { [.init("weights", quoted($0.description))] } ?? []) + sight
            + [.init("smoothing", "\(smoothing)"), .init("prior", "\(prior)")]
    }
}
