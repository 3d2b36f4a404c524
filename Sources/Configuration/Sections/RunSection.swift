/// How the program runs; nothing here changes the universe, except the precision and, in last bits, the wisdom.
public struct RunSection: Sendable, Equatable {
    /// The precision of state and forces.
    public enum Precision: String, CaseIterable, Sendable, Named {
        /// 32-bit integers and `Float`.
        case single
        /// 64-bit integers and `Double`.
        case double
    }

    /// The precision of state and forces.
    public var precision: Precision
    /// The shape of the rank grid, or nil for the squarest that fits.
    public var ranks: SIMD2<Int>?
    /// The path of FFTW's wisdom, by which transforms are planned, seen from the working directory; estimated if nil.
    public var wisdom: String?
    /// How many of the last forces a gradient keeps for the way back; nil for as many as need no more memory than the
    /// particles' cotangents.
    public var keptForces: Int?
    /// Steps between two checkpoints; 0 writes one only when the run is asked to stop.
    public var checkpointEvery: Int

    init(_ section: SectionReader) {
        precision = section.choice("precision", default: .single)
        ranks = section.pair("ranks", 1...65536, example: "[2, 1]")
        wisdom = section.path("wisdom", example: "wisdom.fftw")
        keptForces = section.whole("keep_forces", 0...EvolutionSection.mostSteps, example: 5)
        checkpointEvery = section.whole("checkpoint_every", 0...1_000_000, default: 10)
    }

    var entries: [ResolvedEntry] {
        [.init("precision", precision.rawValue)] + (wisdom.map { [.init("wisdom", quoted($0))] } ?? [])
            + (keptForces.map { [.init("keep_forces", "\($0)")] } ?? [])
            + [.init("checkpoint_every", "\(checkpointEvery)")]
    }
}
