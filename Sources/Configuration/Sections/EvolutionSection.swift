internal import Numerics

/// The steps.
public struct EvolutionSection: Sendable, Equatable {
    /// How the ends of the steps are spread.
    public enum Spacing: String, CaseIterable, Sendable, Named {
        /// Equal steps of a.
        case linear = "a"
        /// Equal steps of ln a.
        case logarithmic = "log-a"
    }

    /// Which kick and drift factors.
    public enum Integrator: String, CaseIterable, Sendable, Named {
        /// Exact for linear growth (Feng et al. 2016).
        case fastpm
        /// Exact for no forces at all (Quinn et al. 1997).
        case quinn
        /// As `fastpm`, with the force in the middle of a step: as many forces as steps.
        case fastpmDriftKickDrift = "fastpm-dkd"
    }

    /// Where a step is halved.
    public enum Midpoint: String, CaseIterable, Sendable, Named {
        /// (a0 + a1)/2.
        case arithmetic
        /// √(a0 a1).
        case geometric
    }

    /// The start and the end of every step, increasing; one more than there are steps. Without a step the run is that of
    /// the initial conditions alone.
    public var scaleFactors: [Double]
    /// How they were made, or nil if they were listed.
    public var spacing: Spacing?
    /// Which kick and drift factors.
    public var integrator: Integrator
    /// Where a step is halved.
    public var midpoint: Midpoint

    /// The number of steps.
    public var stepCount: Int { scaleFactors.count - 1 }
    /// The last scale factor.
    public var stop: Double { scaleFactors[scaleFactors.count - 1] }

    static let mostSteps = 100_000

    /// The listed scale factors, if any; asked for first, since they decide where the run starts.
    static func listed(_ section: SectionReader) -> [Double]? {
        section.numbers("a", .within(1e-4...1), example: "[0.1, 0.4, 0.7, 1.0]")
    }

    init(_ section: SectionReader, listed: [Double]?, start: Double) {
        let stop = section.number("a_stop", .within(1e-4...1), default: 1)
        let steps = section.whole("steps", 0...Self.mostSteps, default: 15)
        let spacing = section.choice("spacing", default: Spacing.linear)
        integrator = section.choice("integrator", default: .fastpm)
        midpoint = section.choice("midpoint", default: .arithmetic)
        for key in ["a_stop", "steps", "spacing"] {
            section.exclude(key, "a", "remove \(key), the list says it all")
        }
        if let listed {
            self.spacing = nil
            scaleFactors = listed
            checkList(section, start: start)
        } else {
            self.spacing = spacing
            scaleFactors = Self.spread(from: start, to: stop, steps: steps, spacing)
            if steps == 0 {
                guard section.has("a_stop"), stop != start else { return }
                section.conflict(
                    "a_stop", is: "\(stop)",
                    "without steps it must equal initial.a (\(start)), that of the initial conditions",
                    "remove it, or give steps")
            } else if stop <= start {
                section.conflict(
                    "a_stop", is: "\(stop)", "it must be greater than initial.a (\(start))",
                    start < 1 ? "try 1.0" : "lower initial.a")
            }
        }
    }

    private mutating func checkList(_ section: SectionReader, start: Double) {
        guard scaleFactors.count >= 1, scaleFactors.count <= Self.mostSteps + 1 else {
            section.conflict(
                "a", is: "a list of \(scaleFactors.count)",
                "it must hold the start and the ends of at most \(Self.mostSteps) steps",
                "try [0.1, 0.4, 0.7, 1.0]")
            scaleFactors = [start]
            return
        }
        if scaleFactors[0] != start {
            section.conflict(
                "a[0]", is: "\(scaleFactors[0])", "it must equal initial.a (\(start)), where the run starts",
                "change one of them, or leave out initial.a")
        }
        for index in 1..<scaleFactors.count where scaleFactors[index] <= scaleFactors[index - 1] {
            section.conflict(
                "a[\(index)]", is: "\(scaleFactors[index])",
                "it must be greater than the one before (\(scaleFactors[index - 1]))", "sort the list")
            return
        }
    }

    /// The first and the last are exact, whatever the rounding between.
    private static func spread(from start: Double, to stop: Double, steps: Int, _ spacing: Spacing)
        -> [Double]
    {
        (0...steps).map { step in
            if step == 0 { return start }
            if step == steps { return stop }
            let part = Double(step) / Double(steps)
            switch spacing {
            case .linear: return start + (stop - start) * part
            case .logarithmic: return start * Double.exp(Double.log(stop / start) * part)
            }
        }
    }

    var entries: [ResolvedEntry] {
        let steps: [ResolvedEntry] =
            if let spacing {
                [
                    .init("a_stop", "\(stop)"), .init("steps", "\(stepCount)"),
                    .init("spacing", spacing.rawValue),
                ]
            } else {
                [.init("a", "\(scaleFactors)")]
            }
        return steps + [.init("integrator", integrator.rawValue), .init("midpoint", midpoint.rawValue)]
    }
}
