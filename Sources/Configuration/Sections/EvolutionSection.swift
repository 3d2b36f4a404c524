internal import Background
internal import Numerics

/// The steps.
public struct EvolutionSection: Sendable, Equatable {
    /// How the ends of the steps are spread.
    public enum Spacing: String, CaseIterable, Sendable, Named {
        /// Equal steps of a.
        case linear = "a"
        /// Equal steps of ln a.
        case logarithmic = "log-a"
        /// Equal steps of the linear growth factor, in the configured cosmology.
        case growth = "D"
    }

    /// Which kick and drift factors.
    public enum Integrator: String, CaseIterable, Sendable, Named {
        /// Exact for linear growth (Feng et al. 2016).
        case fastpm
        /// Exact for no forces at all (Quinn et al. 1997).
        case quinn
        /// As `fastpm`, with the force in the middle of a step: as many forces as steps.
        case fastpmDriftKickDrift = "fastpm-dkd"
        /// Agrees with second-order perturbation theory in every step (Rampf, List & Hahn 2024).
        case bullfrog
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
    /// How they were made; nil if they were listed, or follow from the cosmology: they stay as they are then, whatever
    /// cosmology is found.
    public var spacing: Spacing?
    /// Which kick and drift factors.
    public var integrator: Integrator
    /// Where a step is halved; `bullfrog` halves it in the growth factor.
    public var midpoint: Midpoint

    /// The number of steps.
    public var stepCount: Int { scaleFactors.count - 1 }
    /// The last scale factor.
    public var stop: Double { scaleFactors[scaleFactors.count - 1] }

    static let mostSteps = 100_000

    /// The listed scale factors, if any; asked for first, since they decide where the run starts.
    static func listed(_ section: SectionReader) -> [Double]? {
        let example = "[0.1, 0.4, 0.7, 1.0]"
        return section.numbers("a", first: .startingScaleFactor, .scaleFactor, example: example)
    }

    /// - Parameters:
    ///   - listed: the scale factors that are listed, if they are.
    ///   - start: the scale factor of the initial conditions.
    ///   - cosmology: in which steps are spread; if it has `problems` they are reported already.
    init(_ section: SectionReader, listed: [Double]?, start: Double, in cosmology: CosmologyParameters) {
        let stop = section.number("a_stop", .scaleFactor, default: 1)
        let steps = section.whole("steps", 0...Self.mostSteps, default: 15)
        let spacing = section.choice("spacing", default: Spacing.linear)
        integrator = section.choice("integrator", default: .bullfrog)
        midpoint = section.choice("midpoint", default: .arithmetic)
        for key in ["a_stop", "steps", "spacing"] {
            section.exclude(key, "a", "remove \(key), the list says it all")
        }
        if let listed {
            self.spacing = nil
            scaleFactors = listed
            checkList(section, start: start)
        } else if spacing == .growth && steps > 0 && stop > start && cosmology.problems.isEmpty {
            self.spacing = nil
            scaleFactors = scaleFactorsEquallySpacedInGrowth(
                from: start, to: stop, steps: steps, Self.background(cosmology))
        } else {
            self.spacing = spacing
            scaleFactors = Self.spread(from: start, to: stop, steps: steps, spacing)
            checkSpread(section, spacing)
        }
        if integrator == .bullfrog && section.has("midpoint") {
            section.conflict(
                "midpoint", is: midpoint.rawValue,
                "it must be left out with integrator: bullfrog, which halves steps in the growth factor",
                section.has("integrator") ? "remove it" : "remove it, or add integrator: fastpm")
        }
    }

    /// Ends a step at each of some scale factors between the start and the end.
    mutating func cut(at wanted: [Double], _ section: SectionReader) {
        for a in wanted.sorted() where a > scaleFactors[0] && a < stop {
            guard StepEnds(scaleFactors).meant(by: a) == nil,
                let next = scaleFactors.firstIndex(where: { $0 > a })
            else { continue }
            scaleFactors.insert(a, at: next)
            spacing = nil
        }
        if stepCount > Self.mostSteps {
            section.conflict(
                "steps", is: "\(stepCount) with those that output.align cuts",
                "they must be \(Self.mostSteps) at most", "take fewer outputs")
        }
    }

    private func checkSpread(_ section: SectionReader, _ spacing: Spacing) {
        let (start, stop) = (scaleFactors[0], self.stop)
        if stepCount == 0 {
            if start == 0 {
                section.conflict(
                    "steps", is: "0",
                    "it must be 1 at least where initial.a is 0, where nothing has moved yet",
                    "give steps, or start later")
            }
            let wanted = section.number("a_stop", .scaleFactor, default: start)
            guard wanted != start else { return }
            section.conflict(
                "a_stop", is: "\(wanted)",
                "without steps it must equal initial.a (\(start)), that of the initial conditions",
                "remove it, or give steps")
        } else if stop <= start {
            section.conflict(
                "a_stop", is: "\(stop)", "it must be greater than initial.a (\(start))",
                start < 1 ? "try 1.0" : "lower initial.a")
        } else if spacing == .logarithmic && start == 0 {
            section.conflict(
                "spacing", is: spacing.rawValue, "it must be a or D where initial.a is 0", "try D")
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
        } else if start == 0 && integrator != .bullfrog {
            section.conflict(
                "a[0]", is: "0", "it must be a number from 0.0001 to 1.0, or come with integrator: bullfrog",
                "try [0.1, 0.4, 0.7, 1.0]")
        } else if start == 0 && stepCount == 0 {
            section.conflict(
                "a", is: "\(scaleFactors)",
                "it must hold the end of a step after 0, where nothing has moved yet",
                "try [0, 0.25, 0.5, 1.0]")
        }
        for index in 1..<scaleFactors.count where scaleFactors[index] <= scaleFactors[index - 1] {
            section.conflict(
                "a[\(index)]", is: "\(scaleFactors[index])",
                "it must be greater than the one before (\(scaleFactors[index - 1]))", "sort the list")
            return
        }
    }

    /// Growth does not depend on the shape of the power spectrum.
    private static func background(_ cosmology: CosmologyParameters) -> Cosmology<Double> {
        Cosmology<Double>(cosmology, power: .eisensteinHu)
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
            // Of the growth factor only where there is none; an error has been reported then.
            case .linear, .growth: return start + (stop - start) * part
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
        return steps + [.init("integrator", integrator.rawValue)]
            + (integrator == .bullfrog ? [] : [.init("midpoint", midpoint.rawValue)])
    }
}
