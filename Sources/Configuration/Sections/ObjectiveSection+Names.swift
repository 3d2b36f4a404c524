/// The names that an objective may say.
extension ObjectiveSection {
    /// How what is counted follows the density.
    public enum Bias: String, CaseIterable, Sendable, Named {
        /// What is seen is compared as it is.
        case none
        /// `A (ρ + 0.01)^α`.
        case powerLaw = "power-law"
        /// The same, times `exp(−(x/ρ_g)^{−ε})` with `x = ρ + 0.01`.
        case truncatedPowerLaw = "truncated-power-law"
        /// Particles weighted by the linear density where they began.
        case lagrangian

        /// Whether it has an exponent.
        var isPowerLaw: Bool { self == .powerLaw || self == .truncatedPowerLaw }
    }

    /// How probable the data are.
    public enum Likelihood: String, CaseIterable, Sendable, Named {
        /// Errors of one size.
        case gaussian
        /// Errors of one size of the logarithm; of masses of haloes, see ``Haloes``.
        case logNormal = "log-normal"
        /// Counts.
        case poisson
        /// Counts that scatter more than Poisson's.
        case negativeBinomial = "negative-binomial"
        /// Counts of which only the shares within patches are believed.
        case patches

        /// Whether the data are counts.
        public var isOfCounts: Bool {
            switch self {
            case .gaussian, .logNormal: false
            case .poisson, .negativeBinomial, .patches: true
            }
        }

        /// Those of errors of a size, as a rule names them.
        static var withErrors: String {
            "likelihood: " + allCases.filter { !$0.isOfCounts }.map(\.rawValue).joined(separator: " or ")
        }
    }

    /// Whether the size of errors is given or sought.
    public enum Errors: String, CaseIterable, Sendable, Named {
        /// Given.
        case known
        /// A parameter of the observation.
        case unknown
        /// Of logarithms of halo masses: what training has found, by mass.
        case byMass = "by-mass"
    }

    /// The lines of sight: axes of the box, or from an observer.
    public enum Axis: String, CaseIterable, Sendable, Named {
        case x, y, z
        /// From a place.
        case radial

        /// 0, 1 or 2; 3 from an observer.
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
}
