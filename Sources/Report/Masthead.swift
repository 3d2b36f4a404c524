internal import Measurement
internal import Parallel
internal import Text

/// What the page begins with: what was run, over the newest picture of its matter.
struct Masthead {
    let title: String
    private let kind: String
    private let summary: String
    private let slab: Slab?
    private let directory: String
    private let version: String?
    private let finished: String?

    /// Collective.
    init(of run: RunDirectory) throws {
        let configuration = ConfigurationText(run.configurationText ?? "")
        title = Self.title(configuration, run.path)
        let isReconstruction = run.reconstructionPath != nil
        kind = Self.kind(of: run)
        summary = Self.summary(configuration, run, isReconstruction: isReconstruction)
        if let path = run.reconstructionPath, let slab = try run.slab(of: "/final_density", in: path) {
            self.slab = slab
        } else {
            slab = try run.densities.last.flatMap { try run.matter(in: $0.path) }
        }
        directory = run.path
        version = run.record?.codeVersion ?? run.provenance?.codeVersion ?? run.bench?.codeVersion
        finished = run.record?.finished ?? run.bench?.finished ?? run.ensemble?.finished
    }

    func html() throws -> HTML {
        let picture: HTML
        if let map = slab?.map {
            // Only decoration: the same matter is shown and described below.
            picture = try MapPicture(map.band(), .density(of: map), .density, pixels: 1152).image(
                describedAs: "")
        } else {
            picture = .nothing
        }
        return """
            <header>
            \(picture)
            <div>
            <p class="kind">Palindrome · \(kind)</p>
            <h1>\(title)</h1>
            <p>\(summary)</p>
            </div>
            </header>
            """
    }

    /// The last line of the page.
    var colophon: String {
        let parts = [
            "Made from \(directory)", version.map { "by palindrome \($0)" },
            finished.map { "run finished \($0.replacing("T", with: " ").replacing("Z", with: " UTC"))" },
        ]
        return parts.compactMap(\.self).joined(separator: " · ")
    }

    private static func kind(of run: RunDirectory) -> String {
        if run.reconstructionPath != nil {
            return run.isStandard ? "Standard reconstruction" : "Reconstruction"
        }
        if run.isOnlyBench { return "Benchmark" }
        if run.isOnlyEnsemble { return "Ensemble" }
        return run.record?.command == "gradient" ? "Gradient" : "Forward run"
    }

    private static func title(_ configuration: ConfigurationText, _ path: String) -> String {
        guard let particles = configuration.counts("box", "particles"), let box = configuration.boxSize
        else {
            return path
        }
        let counts = Numbers.shape(particles.map(String.init))
        let sides = [box.x, box.y, box.z].map { Numbers.short($0) }
        return Set(sides).count == 1
            ? "\(counts) particles in a box of \(sides[0]) Mpc/h"
            : "\(counts) particles in a box of \(Numbers.shape(sides)) Mpc/h"
    }

    private static func summary(
        _ configuration: ConfigurationText, _ run: RunDirectory, isReconstruction: Bool
    ) -> String {
        let steps = run.record?.steps.map { "in \($0) steps" }
        let first = configuration.number("initial", "a").map { "From a = \(Numbers.short($0))" }
        let last =
            configuration.number("evolution", "a_stop") ?? configuration.numbers("evolution", "a")?.last
        let noise = run.provenance?.seed.map { isReconstruction ? nil : "seed \($0)" } ?? nil
        let parts = [
            first.map {
                [$0, last.map { "to \(Numbers.short($0))" }, steps].compactMap(\.self).joined(separator: " ")
            },
            configuration.value("run", "precision").map { "\($0) precision" }, noise,
        ]
        return parts.compactMap(\.self).joined(separator: " · ")
    }
}

extension ProjectedMap {
    /// The middle of the map, at most two fifths as high as it is wide.
    fileprivate func band() -> ProjectedMap {
        let rows = max(1, min(height, 2 * width / 5))
        let first = (height - rows) / 2
        return ProjectedMap(
            width: width, height: rows, values: Array(values[first * width..<(first + rows) * width]),
            sides: [sides.x, sides.y * Double(rows) / Double(height)], axes: axes)
    }
}
