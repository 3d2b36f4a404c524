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
    /// Whether the white noise is written.
    public var whiteNoise: Bool
    /// Whether the linear density that it makes is written.
    public var linearDensity: Bool
    /// Units of lengths in snapshots.
    public enum LengthUnit: String, CaseIterable, Sendable, Named {
        /// Of this program.
        case megaparsec = "Mpc/h"
        /// A thousandth.
        case kiloparsec = "kpc/h"
    }

    /// The unit of lengths in snapshots.
    public var lengthUnit: LengthUnit

    /// - Parameters:
    ///   - times: what the section says of times.
    ///   - scaleFactors: where steps end.
    init(
        _ section: SectionReader, _ times: OutputTimes, scaleFactors: [Double], _ placeholders: Placeholders
    ) {
        directory =
            section.read("directory") { entry throws(Problem) in
                try placeholders.fill(entry, "it must be the path of a directory", "try out")
            } ?? "out"
        density = section.flag("density", default: true)
        powerSpectrum = section.flag("power_spectrum", default: true)
        pictures = section.flag("pictures", default: true)
        haloes = section.flag("haloes", default: false)
        whiteNoise = section.flag("white_noise", default: false)
        linearDensity = section.flag("linear_density", default: false)
        lengthUnit = section.choice("length_unit", default: .megaparsec)
        snapshots = times.ends(of: scaleFactors, section) ?? scaleFactors.suffix(1)
    }

    /// A scale factor as file names give it, `0.5000`.
    public static func label(_ a: Double) -> String { fixed(a, 4) }

    var entries: [ResolvedEntry] {
        [
            .init("snapshots", "\(snapshots)"), .init("density", "\(density)"),
            .init("power_spectrum", "\(powerSpectrum)"), .init("pictures", "\(pictures)"),
            .init("haloes", "\(haloes)"),
        ]
            // What is not asked for is not said, so that runs are the same as before there was anything to ask.
            + (whiteNoise ? [.init("white_noise", "true")] : [])
            + (linearDensity ? [.init("linear_density", "true")] : [])
            + (lengthUnit == .megaparsec ? [] : [.init("length_unit", lengthUnit.rawValue)])
    }
}
