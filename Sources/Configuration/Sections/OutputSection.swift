/// What is written, where and when.
public struct OutputSection: Sendable, Equatable {
    /// The directory, relative to the working directory.
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

    init(_ section: SectionReader, scaleFactors: [Double]) {
        directory = section.text("directory", "the path of a directory", example: "out") ?? "out"
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
        for (index, wanted) in snapshots.enumerated() {
            let byDistance = scaleFactors.sorted { abs($0 - wanted) < abs($1 - wanted) }
            // Written with fewer digits than the sum of steps has.
            guard abs(byDistance[0] - wanted) <= 1e-9 * wanted else {
                let two = byDistance.prefix(2).sorted().map { "\($0)" }.joined(separator: " and ")
                section.conflict(
                    "snapshots[\(index)]", is: "\(wanted)",
                    "it must be where a step ends; the nearest are \(two)",
                    "take one of these or change evolution")
                return
            }
            snapshots[index] = byDistance[0]
            guard names.insert(Self.label(byDistance[0])).inserted else {
                section.conflict(
                    "snapshots[\(index)]", is: "\(wanted)",
                    "it must differ from the others in its file name, snapshot_a\(Self.label(wanted)).h5",
                    "remove one of them")
                return
            }
        }
        snapshots.sort()
    }

    /// A scale factor as file names give it, `0.5000`.
    public static func label(_ a: Double) -> String {
        let digits = String(Int((a * 10000).rounded()))
        let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        return "\(padded.dropLast(4)).\(padded.suffix(4))"
    }

    var entries: [ResolvedEntry] {
        [
            .init("snapshots", "\(snapshots)"), .init("density", "\(density)"),
            .init("power_spectrum", "\(powerSpectrum)"), .init("pictures", "\(pictures)"),
            .init("haloes", "\(haloes)"),
        ]
    }
}
