public import Background
public import Gravity

/// One thing that happens to the particles. Coefficients carry their derivatives with respect to the
/// cosmological parameters.
public enum Stage: Sendable {
    /// The force of a number is evaluated at the present positions.
    case force(ForceIndex)
    /// `p += κ F(x)`, κ [1/H0].
    case kick(Dual)
    /// `x += d p`, d [1/H0].
    case drift(Dual)
    /// Positions and momenta stand at the same scale factor and may be looked at.
    case observe(Observation)

    /// κ of a kick.
    var kick: Dual? { if case .kick(let coefficient) = self { coefficient } else { nil } }
    /// d of a drift.
    var drift: Dual? { if case .drift(let coefficient) = self { coefficient } else { nil } }
}

/// What momenta the kicks and drifts of a schedule work with.
public enum Momenta: Sendable {
    /// p = a² dx/dt [Mpc/h H0].
    case canonical
    /// p′ = (dx/dD1)/F, at the end of every step with an F of its own.
    ///
    /// - Parameters:
    ///   - startingFactor: F at the start [1/H0].
    ///   - ratios: p/p′ = G_D F at the start and at the end of every step.
    case perGrowth(startingFactor: Dual, ratios: [Dual])
}

/// A run as data: what happens, in order. The loop that executes it knows no integrator, and its adjoint is
/// the same list read from the end.
public struct Schedule: Sendable {
    /// What happens.
    public private(set) var stages: [Stage] = []
    /// The number of steps finished before each stage, and after the last one.
    public private(set) var stepsBefore: [Int] = [0]

    /// What momenta it works with.
    public let momenta: Momenta

    /// A schedule in which nothing happens.
    public init(of momenta: Momenta = .canonical) {
        self.momenta = momenta
    }

    /// Adds what happens next.
    public mutating func append(_ stage: Stage) {
        stages.append(stage)
        stepsBefore.append(stepsBefore.last!)
    }

    /// Adds the next force.
    public mutating func appendForce() { append(.force(ForceIndex(forceCount))) }

    /// Adds those of some observations that are at a scale factor, where the last step ended.
    public mutating func append(_ observations: [Observation], at scaleFactor: Double) {
        for var observation in observations where observation.scaleFactor == scaleFactor {
            if case .perGrowth(_, let ratios) = momenta { observation.momentumFactor = ratios[stepCount] }
            append(.observe(observation))
        }
    }

    /// The force that the particles feel before a stage: the last one, if there was one.
    public func force(before stage: Int) -> ForceIndex {
        for case .force(let index) in stages[..<stage].reversed() { return index }
        preconditionFailure("a kick before any force")
    }

    /// Notes that a step ends here.
    public mutating func endStep() {
        stepsBefore[stepsBefore.count - 1] += 1
    }
}

// MARK: What follows what

extension Schedule {
    /// The coefficients of the kicks, or the drifts, that follow each other from a stage on.
    func run(of coefficient: KeyPath<Stage, Dual?>, from stage: Int) -> [Dual] {
        Array(stages[stage...].lazy.map { $0[keyPath: coefficient] }.prefix { $0 != nil }.compactMap { $0 })
    }

    /// The coefficients of the kicks, or the drifts, that follow each other up to a stage, in the order of the way
    /// forwards.
    func run(of coefficient: KeyPath<Stage, Dual?>, before stage: Int) -> [Dual] {
        stages[..<stage].reversed().lazy.map { $0[keyPath: coefficient] }.prefix { $0 != nil }
            .compactMap { $0 }.reversed()
    }
}

// MARK: What there is to do

extension Schedule {
    /// The number of steps.
    public var stepCount: Int { stepsBefore.last! }

    /// The number of forces.
    public var forceCount: Int {
        stages.count { if case .force = $0 { true } else { false } }
    }

    /// How often particles move and are routed: drifts that follow each other count once.
    public var moveCount: Int {
        stages.indices.count { index in
            stages[index].drift != nil && (index == 0 || stages[index - 1].drift == nil)
        }
    }

    /// How often the way back solves a force again: for each run of kicks, unless the force was kept or is the last and still
    /// known; who looks between two kicks parts them, and the first that is undone uses the force up.
    ///
    /// - Parameter kept: how many of the last forces are kept.
    public func forcesSolvedAgain(keeping kept: Int) -> Int {
        var runs = [Int](repeating: 0, count: forceCount)
        var (present, isKick) = (-1, false)
        for stage in stages {
            if case .force(let index) = stage { present = index.number }
            if stage.kick != nil, !isKick { runs[present] += 1 }
            isKick = stage.kick != nil
        }
        let lastMove = stages.lastIndex { $0.drift != nil } ?? -1
        let lastForce = stages.lastIndex { if case .force = $0 { true } else { false } } ?? -1
        let known = max(kept, lastForce > lastMove ? 1 : 0)
        return runs.enumerated().reduce(0) { sum, run in
            sum + max(0, run.element - (run.offset >= forceCount - known ? 1 : 0))
        }
    }
}

// MARK: Its numbers

extension Schedule {
    /// The largest |p/p′| at the start and the end of a step: how many times as coarse as there the momenta are at
    /// most that are kicked and drifted. At least 1.
    public var largestMomentumRatio: Double {
        guard case .perGrowth(_, let ratios) = momenta else { return 1 }
        return ratios.reduce(1) { max($0, abs($1.value)) }
    }
}

extension Schedule {
    /// The values of all kicks and drifts, and of the factors of momenta that are not 1, in the order of the stages.
    public var coefficients: [Double] {
        stages.compactMap(\.coefficient)
    }

    /// The same schedule with other values of its kicks, drifts and factors: those that a run was begun with.
    ///
    /// - Precondition: as many as there are.
    public func replacingCoefficients(with values: [Double]) -> Schedule {
        precondition(values.count == coefficients.count)
        var replaced = self
        var next = values.makeIterator()
        for index in stages.indices where stages[index].coefficient != nil {
            replaced.stages[index].coefficient = next.next()
        }
        return replaced
    }
}

extension Stage {
    /// The value of what a checkpoint keeps, so that a run is continued with the numbers it was begun with.
    fileprivate var coefficient: Double? {
        get {
            switch self {
            case .kick(let coefficient), .drift(let coefficient): coefficient.value
            case .observe(let observation):
                observation.hasOwnMomenta ? nil : observation.momentumFactor.value
            case .force: nil
            }
        }
        set {
            guard let newValue else { return }
            switch self {
            case .kick(var coefficient):
                coefficient.value = newValue
                self = .kick(coefficient)
            case .drift(var coefficient):
                coefficient.value = newValue
                self = .drift(coefficient)
            case .observe(var observation):
                observation.momentumFactor.value = newValue
                self = .observe(observation)
            case .force: break
            }
        }
    }
}
