/// How galaxies are made of a universe of ours.
public struct MockSection: Sendable, Equatable {
    /// What galaxies follow.
    public enum Tracers: String, CaseIterable, Sendable, Named {
        /// The density of matter, by chance.
        case matter
        /// Haloes, one each.
        case haloes
    }

    /// How distances are told by redshifts.
    public enum RedshiftSpace: String, CaseIterable, Sendable, Named {
        /// Places are seen as they are.
        case none
        /// From the observer.
        case radial
        /// Along an axis of the box.
        case x, y, z

        /// 0, 1 or 2; nil if it is no axis.
        public var axis: Int? {
            switch self {
            case .none, .radial: nil
            case .x: 0
            case .y: 1
            case .z: 2
            }
        }
    }

    /// What galaxies follow.
    public internal(set) var tracers: Tracers
    /// A snapshot, or a catalogue of haloes; that of the run at its end if nil.
    public internal(set) var universe: String?
    /// n̄ where the bias is 1 and all is seen; of haloes the heaviest [(h/Mpc)³].
    public internal(set) var numberDensity: Double
    /// α of matter's bias.
    public internal(set) var biasExponent: Double
    /// ρ_g of it; nil for none.
    public internal(set) var biasThreshold: Double?
    /// ε of it.
    public internal(set) var biasSteepness: Double
    /// How distances are told.
    public internal(set) var redshiftSpace: RedshiftSpace
    /// Of chance.
    public internal(set) var seed: Int

    init(_ section: SectionReader) {
        tracers = section.choice("tracers", default: .matter)
        universe = section.path("universe", example: "\"out/snapshot_a1.0000.hdf5\"")
        numberDensity = section.positive("number_density", default: 1e-3)
        biasExponent = section.number("bias_exponent", .any, default: 1)
        biasThreshold = section.number("bias_threshold", .positive, example: 0.5)
        biasSteepness = section.positive("bias_steepness", default: 1)
        redshiftSpace = section.choice("redshift_space", default: .radial)
        seed = section.whole("seed", 0...Int.max, default: 1)
        let isMatter = tracers == .matter
        section.require("bias_exponent", is: "\(biasExponent)", isMatter, "tracers: matter")
        section.require("bias_threshold", is: "\(biasThreshold ?? 0)", isMatter, "tracers: matter")
        section.require(
            "bias_steepness", is: "\(biasSteepness)", biasThreshold != nil, "bias_threshold: a density")
    }

    /// One for all observations, or one for each.
    static func all(_ sections: [SectionReader], for observations: [ObservationSection]) -> [MockSection] {
        if sections.count > 1, !observations.isEmpty, sections.count != observations.count {
            sections[0].conflict(
                "tracers", is: "that of the first of \(sections.count) mocks",
                "there must be as many as observations (\(observations.count)), or one",
                "write one for each of them")
        }
        return sections.map { MockSection($0) }
    }

    /// What it is when nothing is given.
    static var usual: MockSection? {
        guard let document = try? Document(bytes: [], name: "", overrides: []) else { return nil }
        return MockSection(Reader(document).section("mock"))
    }

    var entries: [ResolvedEntry] {
        let bias: [ResolvedEntry] =
            tracers == .haloes
            ? []
            : [.init("bias_exponent", "\(biasExponent)")]
                + (biasThreshold.map {
                    [.init("bias_threshold", "\($0)"), .init("bias_steepness", "\(biasSteepness)")]
                } ?? [])
        return [.init("tracers", tracers.rawValue)]
            + (universe.map { [.init("universe", quoted($0))] } ?? [])
            + [.init("number_density", "\(numberDensity)")] + bias
            + [.init("redshift_space", redshiftSpace.rawValue), .init("seed", "\(seed)")]
    }
}
