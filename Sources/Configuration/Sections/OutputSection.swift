internal import Text

/// What is written, where and when.
public struct OutputSection: Sendable, Equatable {
    /// The directory, relative to the working directory; environment variables in braces have been filled in.
    public var directory: String
    /// The scale factors at which the universe is written, increasing; each equals one of
    /// ``EvolutionSection/scaleFactors``.
    public var snapshots: [Double]
    /// Whether the density on the force mesh is written.
    public var density: Bool
    /// Whether P(k) is measured and written.
    public var powerSpectrum: Bool
    /// Whether pictures are drawn.
    public var pictures: Bool
    /// Whether haloes are sought and written.
    public var haloes: Bool

    init(_ section: SectionReader, scaleFactors: [Double], _ placeholders: Placeholders) {
        directory =
            section.read("directory") { entry throws(Problem) in
                try placeholders.fill(entry, "it must be the path of a directory", "try out")
            } ?? "out"
        density = section.flag("density", default: true)
        powerSpectrum = section.flag("power_spectrum", default: true)
        pictures = section.flag("pictures", default: true)
        haloes = section.flag("haloes", default: false)
        let wanted = section.numbers("snapshots", .within(1e-4...1), example: "[0.5, 1.0]")
        snapshots = wanted ?? scaleFactors.suffix(1)
        if wanted != nil { align(with: scaleFactors, section) }
    }

    /// Replaces each wanted scale factor by the step's end that it means.
    private mutating func align(with scaleFactors: [Double], _ section: SectionReader) {
        var names: Set<String> = []
        let ends = StepEnds(scaleFactors)
        for (index, wanted) in snapshots.enumerated() {
            guard let end = ends.meant(by: wanted) else {
                section.conflict(
                    "snapshots[\(index)]", is: "\(wanted)",
                    "it must be where a step ends; \(ends.nearest(to: wanted))",
                    "take one of these or change evolution")
                return
            }
            snapshots[index] = end
            guard names.insert(Self.label(end)).inserted else {
                section.conflict(
                    "snapshots[\(index)]", is: "\(wanted)",
                    "it must differ from the others in its file name, snapshot_a\(Self.label(wanted)).hdf5",
                    "remove one of them")
                return
            }
        }
        snapshots.sort()
    }

    /// A scale factor as file names give it, `0.5000`.
    public static func label(_ a: Double) -> String { fixed(a, 4) }

    var entries: [ResolvedEntry] {
        [
            .init("snapshots", "\(snapshots)"), .init("density", "\(density)"),
            .init("power_spectrum", "\(powerSpectrum)"), .init("pictures", "\(pictures)"),
            .init("haloes", "\(haloes)"),
        ]
    }
}
