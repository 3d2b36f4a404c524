public import Background

/// A way to turn scale factors into forces, kicks and drifts.
///
/// A new integrator is a new type with this one function: ``FastPM``, ``Quinn``, ``FastPMDriftKickDrift`` and ``BullFrog``
/// compose theirs from steps of equal form, see ``Schedule/kickDriftKick(_:through:observing:)`` and
/// ``Schedule/driftKickDrift(_:through:observing:of:)``; any other list of stages will do.
public protocol Integrator: Sendable {
    /// The stages of a run through the given scale factors.
    ///
    /// - Parameters:
    ///   - scaleFactors: start and end of every step, increasing.
    ///   - observations: at some of them; each becomes a stage of its own.
    ///   - cosmology: the background.
    func schedule(
        through scaleFactors: [Double], observing observations: [Observation], _ cosmology: Cosmology<Dual>
    ) -> Schedule
}

/// Growth and expansion at the start, in the middle and at the end of a step.
public struct GrowthStep: Sendable {
    /// Where it starts.
    public let start: GrowthFactors<Dual>
    /// Its middle.
    public let middle: GrowthFactors<Dual>
    /// Where it ends.
    public let end: GrowthFactors<Dual>
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

    /// The steps through some scale factors.
    public func steps(through scaleFactors: [Double], _ cosmology: Cosmology<Dual>) -> [GrowthStep] {
        let growth = growthFactors(at: scaleFactors + between(scaleFactors), cosmology)
        return (0..<scaleFactors.count - 1).map { step in
            GrowthStep(
                start: growth[step], middle: growth[scaleFactors.count + step], end: growth[step + 1])
        }
    }
}

// MARK: Steps of equal form

extension Schedule {
    /// κ, d and κ of a step.
    public typealias KickDriftKick = (firstKick: Dual, drift: Dual, secondKick: Dual)
    /// d, κ and d of a step.
    public typealias DriftKickDrift = (firstDrift: Dual, kick: Dual, secondDrift: Dual)

    /// Kick, drift, force, kick: a force more than steps, each at the end of a step, where both kicks around it
    /// share it.
    ///
    /// - Parameters:
    ///   - steps: none for the initial conditions alone.
    ///   - scaleFactors: start and end of every step.
    ///   - observations: at some of them.
    public static func kickDriftKick(
        _ steps: [KickDriftKick], through scaleFactors: [Double], observing observations: [Observation]
    ) -> Schedule {
        precondition(scaleFactors.count == steps.count + 1)
        var schedule = Schedule()
        schedule.append(observations, at: scaleFactors[0])
        // Without a step nothing is pulled.
        if !steps.isEmpty { schedule.appendForce() }
        for (step, end) in zip(steps, scaleFactors.dropFirst()) {
            schedule.append(.kick(step.firstKick))
            schedule.append(.drift(step.drift))
            schedule.appendForce()
            schedule.append(.kick(step.secondKick))
            schedule.endStep()
            schedule.append(observations, at: end)
        }
        return schedule
    }

    /// Drift, force, kick, drift: as many forces as steps, each in the middle of a step. Both drifts around the end
    /// of a step that is not observed are one move.
    ///
    /// - Parameters:
    ///   - steps: none for the initial conditions alone.
    ///   - scaleFactors: start and end of every step.
    ///   - observations: at some of them.
    ///   - momenta: that the steps work with.
    public static func driftKickDrift(
        _ steps: [DriftKickDrift], through scaleFactors: [Double], observing observations: [Observation],
        of momenta: Momenta = .canonical
    ) -> Schedule {
        precondition(scaleFactors.count == steps.count + 1)
        var schedule = Schedule(of: momenta)
        schedule.append(observations, at: scaleFactors[0])
        for (step, end) in zip(steps, scaleFactors.dropFirst()) {
            schedule.append(.drift(step.firstDrift))
            schedule.appendForce()
            schedule.append(.kick(step.kick))
            schedule.append(.drift(step.secondDrift))
            schedule.endStep()
            schedule.append(observations, at: end)
        }
        return schedule
    }
}
