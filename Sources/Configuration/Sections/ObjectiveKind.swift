extension ObjectiveSection {
    /// What is seen of the particles. To add one: a case, and its line in ``traits``.
    public enum Kind: String, CaseIterable, Sendable, Named {
        /// The density ρ/ρ̄ on the force mesh, point by point.
        case density
        /// The density summed along an axis, in units of its mean, pixel by pixel.
        case projectedDensity = "projected-density"
        /// The density on the force mesh as redshifts show it, the line of sight being an axis.
        case redshiftSpaceDensity = "redshift-space-density"
        /// The component of the momentum density along an axis, on the force mesh, as a displacement.
        case momentumDensity = "momentum-density"
        /// The mass of haloes on the force mesh, as networks make it of the density.
        case haloes

        /// What configurations and estimates of memory know of it.
        public var traits: Traits {
            switch self {
            case .density: Traits(hasStandardMethod: true)
            case .projectedDensity: Traits(hasAxis: true, isPicture: true, fieldsOfData: 0)
            case .redshiftSpaceDensity: Traits(hasAxis: true, cotangentSetsHeld: 1)
            // Two arrays of a set's six: more than it takes.
            case .momentumDensity: Traits(hasAxis: true, hasEitherSign: true, cotangentSetsHeld: 1)
            // Masses, target, errors and powers; features, their cotangents, thirty hidden units and what comes of them.
            case .haloes:
                Traits(makesHaloes: true, hasStandardMethod: true, fieldsOfData: 4, fieldsHeld: 42)
            }
        }

        /// The kinds that something goes with, as a rule says it: `kind: density or haloes`.
        static func company(where holds: KeyPath<Traits, Bool>) -> String {
            "kind: "
                + allCases.filter { $0.traits[keyPath: holds] }.map(\.rawValue).joined(separator: " or ")
        }
    }

    /// What is peculiar to a kind; by default nothing.
    public struct Traits: Sendable, Equatable {
        /// It is seen along an axis.
        public var hasAxis = false
        /// It can be negative, where no bias has a meaning.
        public var hasEitherSign = false
        /// It is a plane of pixels, not a field on the force mesh.
        public var isPicture = false
        /// Networks make haloes of the density.
        public var makesHaloes = false
        /// Large displacements of it can be undone (Eisenstein et al. 2007).
        public var hasStandardMethod = false
        /// Fields on the force mesh that data without weights take.
        public var fieldsOfData = 1
        /// Fields on the force mesh while it is evaluated: the prediction and its cotangent, and more.
        public var fieldsHeld = 2
        /// Cotangents of all particles beside those that it adds to.
        public var cotangentSetsHeld = 0

        /// How probable data of it are if nothing is said.
        var likelihood: Likelihood { makesHaloes ? .logNormal : .gaussian }
    }
}
