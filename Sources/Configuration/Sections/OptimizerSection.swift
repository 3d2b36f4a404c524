/// How a minimum of the loss is looked for.
public struct OptimizerSection: Sendable, Equatable {
    /// The methods.
    public enum Method: String, CaseIterable, Sendable, Named {
        /// Limited-memory BFGS with a strong-Wolfe line search.
        case lbfgs
        /// Adaptive moments.
        case adam
        /// Steps against the gradient with a backtracking line search.
        case gradientDescent = "gradient-descent"
    }

    /// A part of the optimisation with one smoothing of the residual.
    public struct Stage: Sendable, Equatable {
        /// Radius R of the Gaussian with which the residual is smoothed [mesh cells].
        public var smoothing: Double
        /// Most iterations.
        public var iterations: Int
        /// The stage ends when the loss fell by less than this fraction over ten iterations; 0: never.
        public var tolerance: Double
        /// M0 of masses of haloes [Msun/h]; that of their objective if nil.
        public var softening: Double?
        /// w of networks that make haloes; that of their objective if nil.
        public var width: Double?

        var text: String {
            "{smoothing: \(smoothing), iterations: \(iterations), tolerance: \(tolerance)"
                + (softening.map { ", M0: \($0)" } ?? "") + (width.map { ", width: \($0)" } ?? "") + "}"
        }
    }

    /// The method.
    public var method: Method
    /// η of Adam; for the others the root mean square of the first trial step.
    public var learningRate: Double
    /// Pairs kept by L-BFGS.
    public var history: Int
    /// Whether the curvature of the loss is measured at the beginning of each stage, scale by scale; not by Adam.
    public var preconditions: Bool
    /// What is done, in order.
    public var stages: [Stage]

    private static let stageRemedy = "try {smoothing: 1.0, iterations: 100}"

    init(_ section: SectionReader, _ box: BoxSection, _ objectives: [ObjectiveSection]) {
        method = section.choice("method", default: .lbfgs)
        learningRate = section.positive("learning_rate", default: 0.1)
        history = section.whole("history", 1...1000, default: 10)
        preconditions = section.flag("precondition", default: true)
        section.require("history", is: "\(history)", method == .lbfgs, "method: lbfgs")
        section.require(
            "precondition", is: "\(preconditions)", method != .adam, "method: lbfgs or gradient-descent")
        stages =
            section.read("stages") { entry throws(Problem) in
                let remedy = "try [{smoothing: 1.0, iterations: 100}, {smoothing: 0.0, iterations: 100}]"
                let elements = try entry.list("it must be a list of stages", remedy)
                guard !elements.isEmpty else { throw entry.problem("it must hold a stage", remedy) }
                var stages: [Stage] = []
                for element in elements { stages.append(try Self.stage(element)) }
                return stages
            } ?? Self.usualStages(in: box, objectives)
        if !objectives.contains(where: { $0.haloes != nil }),
            let index = stages.firstIndex(where: { $0.softening != nil || $0.width != nil })
        {
            let (key, value) = stages[index].softening.map { ("M0", $0) } ?? ("width", stages[index].width!)
            section.conflict(
                "stages[\(index)].\(key)", is: "\(value)", "it must come with an objective of kind: haloes",
                "remove it, or change objective.kind")
        }
        if !objectives.isEmpty, objectives.allSatisfy(\.likelihood.isOfCounts),
            let index = stages.firstIndex(where: { $0.smoothing > 0 })
        {
            section.conflict(
                "stages[\(index)].smoothing", is: "\(stages[index].smoothing)",
                "it must be 0: counts are compared cell by cell",
                "remove the stage, or use likelihood: gaussian")
        }
    }

    /// What it is where nothing is said of it.
    static func usual(in box: BoxSection, _ objectives: [ObjectiveSection]) -> OptimizerSection? {
        guard let nothing = try? Document(bytes: [], name: "", overrides: []) else { return nil }
        return OptimizerSection(Reader(nothing).section("optimizer"), box, objectives)
    }

    /// From a density that is nearly linear, smoothed by at least 25 Mpc/h or an eighth of the shortest side, to one not
    /// smoothed at all; each stage takes longer to bring to its end than the one before.
    ///
    /// Where a first stage sees clusters, its steps are those of a linear theory that does not hold there: they make
    /// peaks so high that matter streams through them, and no later stage finds the way back. A small box may
    /// have no such cluster, a large one has some. Counts are not smoothed.
    private static func usualStages(in box: BoxSection, _ objectives: [ObjectiveSection]) -> [Stage] {
        if objectives.count == 1, objectives[0].haloes != nil { return stagesOfHaloes }
        guard objectives.isEmpty || objectives.contains(where: { !$0.likelihood.isOfCounts }) else {
            return [Stage(smoothing: 0, iterations: 400, tolerance: 1e-4)]
        }
        let nearlyLinear = min(25, box.size.min() / 8)  // [Mpc/h]
        var stages = [(4.0, 50), (2, 75), (1, 125), (0.5, 150), (0, 200)]
        while stages[0].0 * box.cell < nearlyLinear { stages.insert((2 * stages[0].0, 25), at: 0) }
        return stages.map { Stage(smoothing: $0, iterations: $1, tolerance: 1e-4) }
    }

    /// From standard reconstruction, which has the largest scales: heavy haloes first, then the lighter ones.
    private static var stagesOfHaloes: [Stage] {
        [(1e12, 1.0, 12), (1e12, 0.0, 50), (1e11, 0.0, 140)].map {
            Stage(smoothing: $1, iterations: $2, tolerance: 1e-4, softening: $0, width: 3)
        }
    }

    private static func stage(_ entry: Entry) throws(Problem) -> Stage {
        let fields = try entry.fields(
            ["smoothing", "smoothing_cells", "iterations", "tolerance", "M0", "width"], stageRemedy)
        if fields["smoothing"] != nil, let again = fields["smoothing_cells"] {
            throw Problem(
                at: again.place,
                "\(entry.key).smoothing and \(again.key) are both given; only one of them may be; "
                    + "keep smoothing, in mesh cells")
        }
        guard let smoothing = fields["smoothing"] ?? fields["smoothing_cells"] else {
            throw entry.problem("it must have a smoothing", stageRemedy)
        }
        return Stage(
            smoothing: try smoothing.number(.notNegative, "try 1.0"),
            iterations: try fields["iterations"]?.whole(1...1_000_000, "try 100") ?? 100,
            tolerance: try fields["tolerance"]?.number(.within(0...1), "try 1e-4") ?? 1e-4,
            softening: try fields["M0"]?.number(.within(ObjectiveSection.Haloes.softenings), "try 1e12"),
            width: try fields["width"]?.number(.positive, "try 3"))
    }

    var entries: [ResolvedEntry] {
        let stages = stages.map(\.text)
        return [.init("method", method.rawValue), .init("learning_rate", "\(learningRate)")]
            + (method == .lbfgs ? [.init("history", "\(history)")] : [])
            + (method == .adam ? [] : [.init("precondition", "\(preconditions)")])
            + [.init("stages", "[\(stages.joined(separator: ", "))]")]
    }
}
