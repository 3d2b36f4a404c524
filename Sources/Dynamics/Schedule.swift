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
    case observe(scaleFactor: Double)
}

/// A run as data: what happens, in order. The loop that executes it knows no integrator, and its adjoint is
/// the same list read from the end.
public struct Schedule: Sendable {
    /// What happens.
    public private(set) var stages: [Stage] = []
    /// The number of steps finished before each stage, and after the last one.
    public private(set) var stepsBefore: [Int] = [0]

    /// A schedule in which nothing happens.
    public init() {}

    /// Adds what happens next.
    public mutating func append(_ stage: Stage) {
        stages.append(stage)
        stepsBefore.append(stepsBefore.last!)
    }

    /// Adds the next force.
    public mutating func appendForce() { append(.force(ForceIndex(forceCount))) }

    /// The number of forces.
    public var forceCount: Int {
        stages.count { if case .force = $0 { true } else { false } }
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

    /// The number of steps.
    public var stepCount: Int { stepsBefore.last! }

    /// The values of all kicks and drifts, in order.
    public var coefficients: [Double] {
        stages.compactMap { stage in
            switch stage {
            case .kick(let coefficient), .drift(let coefficient): coefficient.value
            case .force, .observe: nil
            }
        }
    }

    /// The same schedule with other values of its kicks and drifts: those that a run was begun with.
    ///
    /// - Precondition: as many as there are.
    public func replacingCoefficients(with values: [Double]) -> Schedule {
        precondition(values.count == coefficients.count)
        var replaced = self
        var next = values.makeIterator()
        for index in stages.indices {
            switch stages[index] {
            case .kick(var coefficient):
                coefficient.value = next.next()!
                replaced.stages[index] = .kick(coefficient)
            case .drift(var coefficient):
                coefficient.value = next.next()!
                replaced.stages[index] = .drift(coefficient)
            case .force, .observe: break
            }
        }
        return replaced
    }
}

/// A way to turn scale factors into kicks and drifts.
///
/// A new integrator is a new type with this one function; see ``FastPM`` and ``Quinn``.
public protocol Integrator: Sendable {
    /// The scale factors between the given ones at which it needs growth factors.
    func midpoints(of scaleFactors: [Double]) -> [Double]

    /// The three coefficients of a kick–drift–kick step.
    ///
    /// - Parameters:
    ///   - start, middle, end: growth and expansion at the step's start, midpoint and end.
    ///   - cosmology: the background.
    func coefficients(
        from start: GrowthFactors<Dual>, over middle: GrowthFactors<Dual>, to end: GrowthFactors<Dual>,
        _ cosmology: Cosmology<Dual>
    ) -> (firstKick: Dual, drift: Dual, secondKick: Dual)
}

extension Integrator {
    /// The stages of a run through the given scale factors.
    ///
    /// - Parameters:
    ///   - scaleFactors: start and end of every step, increasing.
    ///   - observed: those of them at which the state is looked at.
    ///   - cosmology: the background.
    public func schedule(
        through scaleFactors: [Double], observing observed: [Double], _ cosmology: Cosmology<Dual>
    ) -> Schedule {
        let middles = midpoints(of: scaleFactors)
        let growth = growthFactors(at: scaleFactors + middles, cosmology)
        var schedule = Schedule()
        func observe(_ scaleFactor: Double) {
            if observed.contains(scaleFactor) { schedule.append(.observe(scaleFactor: scaleFactor)) }
        }
        observe(scaleFactors[0])
        schedule.appendForce()
        for step in middles.indices {
            let coefficients = coefficients(
                from: growth[step], over: growth[scaleFactors.count + step], to: growth[step + 1], cosmology)
            schedule.append(.kick(coefficients.firstKick))
            schedule.append(.drift(coefficients.drift))
            schedule.appendForce()
            schedule.append(.kick(coefficients.secondKick))
            schedule.endStep()
            observe(scaleFactors[step + 1])
        }
        return schedule
    }
}

/// Where the middle of a step lies.
public enum Midpoint: String, Sendable, CaseIterable {
    /// `(a0 + a1)/2`, as in pmwd.
    case arithmetic
    /// `√(a0 a1)`, as in FastPM.
    case geometric

    /// The middle of each interval.
    public func between(_ scaleFactors: [Double]) -> [Double] {
        zip(scaleFactors, scaleFactors.dropFirst()).map { start, end in
            switch self {
            case .arithmetic: (start + end) / 2
            case .geometric: (start * end).squareRoot()
            }
        }
    }
}
