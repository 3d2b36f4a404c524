/// What the particles are compared with, at one time.
public struct ObjectiveSection: Sendable, Equatable {
    /// The section's name, `objective` or `objective[1]` in a list of them.
    public let name: String
    /// What is seen.
    public internal(set) var kind: Kind
    /// When: the end of a step.
    public internal(set) var a: Double
    /// The data, on the force mesh or on a plane of pixels.
    public internal(set) var data: Source
    /// How what is counted follows the density.
    public internal(set) var bias: Bias
    /// A of a power law.
    public internal(set) var biasAmplitude: Double
    /// α of a power law.
    public internal(set) var biasExponent: Double
    /// How probable the data are.
    public internal(set) var likelihood: Likelihood
    /// The error of a mesh point or pixel.
    public internal(set) var sigma: Double
    /// Weights or a mask, shaped like the data; all 1 if nil. Of counts, the part that is seen.
    public internal(set) var weights: Source?
    /// By which key they were given: `weights`, or of counts `selection`.
    public internal(set) var weightsKey: String
    /// ρ_g of a truncated power law.
    public internal(set) var biasThreshold: Double
    /// ε of a truncated power law.
    public internal(set) var biasSteepness: Double
    /// b₁, b₂, b_s and b_∇ [(Mpc/h)²] of a Lagrangian bias.
    public internal(set) var biasCoefficients: SIMD4<Double>
    /// Whether ``sigma`` is known.
    public internal(set) var errors: Errors
    /// ρ₀ of the logarithm of a density.
    public internal(set) var densityFloor: Double
    /// r of a negative binomial.
    public internal(set) var dispersion: Double
    /// The number of each cell's patch; nil for one of all.
    public internal(set) var patches: Source?
    /// Cells of the force mesh along each side of one of the observation.
    public internal(set) var coarsen: Int
    /// From where it is seen, if along lines of sight of its own; that of the data's file if nil [Mpc/h].
    public internal(set) var observer: SIMD3<Double>?
    /// The line of sight of a projected density or of redshifts; the component of a momentum density.
    public internal(set) var axis: Axis
    /// How a picture is read.
    public internal(set) var ink: Ink
    /// Radius R of the Gaussian with which the residual is smoothed [Mpc/h].
    public internal(set) var smoothing: Double
    /// Whether ½ Σ s² of the white noise is added.
    public internal(set) var prior: Bool
    /// How masses of haloes are compared; nil for other kinds.
    public internal(set) var haloes: Haloes?

    /// Those sections that name data; in a list all must, and they must agree about the prior of the white noise.
    ///
    /// - Parameters:
    ///   - scaleFactors: where steps end.
    ///   - mesh: points of the force mesh.
    static func all(
        _ sections: [SectionReader], scaleFactors: [Double], mesh: SIMD3<Int>
    ) -> [ObjectiveSection] {
        var found: [ObjectiveSection] = []
        for section in sections {
            guard let objective = ObjectiveSection(section, scaleFactors: scaleFactors, mesh: mesh) else {
                if sections.count > 1 && !section.has("data") {
                    section.conflict(
                        "data", is: "not given", "every objective must name its data", "add data")
                }
                continue
            }
            if let first = found.first, objective.prior != first.prior {
                section.conflict(
                    "prior", is: "\(objective.prior)",
                    "it must be the same in all objectives, and is \(first.prior) in the first: there is one white "
                        + "noise", "make them agree")
            }
            found.append(objective)
        }
        return found
    }

    /// Errors whose squares, and what is divided by them, stay far from the ends of single precision.
    static let errors = 1e-6...1e6

    /// Nil if the section names no data.
    ///
    /// - Parameters:
    ///   - scaleFactors: where steps end.
    ///   - mesh: points of the force mesh.
    init?(_ section: SectionReader, scaleFactors: [Double], mesh: SIMD3<Int>) {
        name = section.name
        kind = section.choice("kind", default: .density)
        a = Self.time(section, scaleFactors)
        bias = section.choice("bias", default: .none)
        biasAmplitude = section.positive("bias_amplitude", default: 1)
        biasExponent = section.number("bias_exponent", .any, default: 1)
        likelihood = section.choice("likelihood", default: kind.traits.likelihood)
        sigma = section.positive("sigma", default: 1)
        weightsKey = section.has("selection") ? "selection" : "weights"
        weights = Self.source("weights", section, kind)
        if let selection = Self.source("selection", section, kind) { weights = selection }
        biasThreshold = section.positive("bias_threshold", default: 1)
        biasSteepness = section.positive("bias_steepness", default: 1)
        biasCoefficients = SIMD4(
            section.number("bias_b1", .any, default: 1), section.number("bias_b2", .any, default: 0),
            section.number("bias_bs2", .any, default: 0), section.number("bias_nabla", .any, default: 0))
        errors = section.choice("errors", default: .known)
        densityFloor = section.positive("density_floor", default: 0.01)
        dispersion = section.positive("dispersion", default: 10)
        patches = Self.source("patches", section, kind)
        coarsen = section.whole("coarsen", 1...1024, default: 1)
        observer = section.vector("observer", example: "[0, 0, 0]")
        axis = section.choice("axis", default: .z)
        ink = section.choice("ink", default: .bright)
        smoothing = section.number("smoothing", .notNegative, default: 0)
        prior = section.flag("prior", default: true)
        haloes = Haloes(section, kind)
        if !Self.errors.contains(sigma) {
            section.conflict(
                "sigma", is: "\(sigma)",
                "it must be from \(Self.errors.lowerBound) to \(Self.errors.upperBound)", "try 1.0")
        }
        let data = Self.source("data", section, kind)
        self.data = data ?? .picture("")
        checkCompany(section)
        checkCoarsening(section, mesh)
        guard data != nil else { return nil }
    }

    /// The end of a step that a given scale factor means; the last one if none is given.
    private static func time(_ section: SectionReader, _ scaleFactors: [Double]) -> Double {
        let last = scaleFactors[scaleFactors.count - 1]
        guard let wanted = section.number("a", .within(1e-4...1), example: last) else { return last }
        let ends = StepEnds(scaleFactors)
        guard let end = ends.meant(by: wanted) else {
            section.conflict(
                "a", is: "\(wanted)", "it must be where a step ends; \(ends.nearest(to: wanted))",
                "take one of these or change evolution")
            return last
        }
        return end
    }

    private static func source(_ key: String, _ section: SectionReader, _ kind: Kind) -> Source? {
        guard kind.traits.isPicture else { return section.dataset(key).map(Source.dataset) }
        return section.read(key) { entry throws(Problem) in
            let (rule, remedy) = (
                "it must be a picture.png or file.h5:/dataset", "try \"picture.png\""
            )
            let text = try entry.text(rule, remedy)
            guard !text.lowercased().hasSuffix(".png") else { return .picture(entry.place.resolve(text)) }
            return .dataset(try entry.dataset(rule, remedy))
        }
    }
}
