/// What a halo is.
public struct HaloSection: Sendable, Equatable {
    /// b, in mean particle distances.
    public var linkingLength: Double
    /// Groups of fewer particles are none.
    public var minimumParticles: Int

    init(_ section: SectionReader) {
        linkingLength = section.number("linking_length", .within(0.05...0.5), default: 0.2)
        minimumParticles = section.whole("minimum_particles", 2...1_000_000_000, default: 20)
    }

    var entries: [ResolvedEntry] {
        [
            .init("linking_length", "\(linkingLength)"),
            .init("minimum_particles", "\(minimumParticles)"),
        ]
    }
}
