public import Dynamics
public import Mesh
internal import Memory
public import Particles
internal import Parallel

// Runs as `simulate`, `gradient` and `reconstruct` make them, by the same calls, with moments noted on the way.

/// A forward run.
public struct TimedForwardRun: Sendable {
    /// From white noise to the particles before the first force.
    public let start: Interval
    /// From the first force to the end of the last step.
    public let steps: Interval

    /// All of it [s].
    public var seconds: Double { start.seconds + steps.seconds }
}

/// A gradient.
public struct TimedGradient: Sendable {
    /// From white noise to the gradient with respect to it [s].
    public let seconds: Double
    /// From the first force to the end of the last step, through the objective, and back to the first force.
    public let steps: Interval
    /// The part of it before the objective [s].
    public let secondsForwards: Double
}

extension ForwardModel {
    /// Runs forwards and looks at nothing. Collective.
    ///
    /// - Parameters:
    ///   - noise: white noise on the particle grid.
    ///   - atFirstForce: called when the particles stand before the first force.
    /// - Throws: what the stages throw, on all ranks.
    public func timedRun(
        from noise: borrowing Field<Scalar>, atFirstForce: () -> Void = {}
    ) throws -> TimedForwardRun {
        let phases = mesh.grid.phases
        mesh.grid.world.barrier()
        let beginning = Moment(phases)
        var evolution = try start(keeping: noise)
        atFirstForce()
        let first = Moment(phases)
        try evolution.finish()
        return TimedForwardRun(
            start: Interval(from: beginning, to: first), steps: Interval(from: first, to: Moment(phases)))
    }

    /// Runs forwards and back. Collective.
    ///
    /// - Parameters:
    ///   - noise: white noise on the particle grid.
    ///   - objective: as for ``gradient(at:_:)``; called at the end of the last step, the only observation.
    /// - Throws: what the stages and the objective throw, on all ranks.
    public func timedGradient(
        at noise: borrowing Field<Scalar>,
        _ objective: (Observation, inout ParticleSet<Scalar>, inout AdjointState<Scalar>) throws -> Double
    ) throws -> TimedGradient {
        let phases = mesh.grid.phases
        let clock = ReplayClock<Scalar>(phases)
        mesh.grid.world.barrier()
        let beginning = Moment(phases)
        var turn: Moment?
        _ = try gradient(at: noise, along: clock) { observation, particles, adjoint in
            turn = Moment(phases)
            return try objective(observation, &particles, &adjoint)
        }
        let end = Interval(from: beginning, to: Moment(phases))
        guard let first = clock.marks.first, let turn, let last = clock.marks.last else {
            preconditionFailure("a schedule without stages or without an observation")
        }
        return TimedGradient(
            seconds: end.seconds, steps: Interval(from: first, to: last),
            secondsForwards: Interval(from: first, to: turn).seconds)
    }
}

/// The exact replay, with the moments noted at which it begins and ends.
private struct ReplayClock<Scalar: ParticleScalar>: TrajectorySource {
    final class Marks {
        var first: Moment?
        var last: Moment?
    }

    let marks = Marks()
    private let phases: Phases

    init(_ phases: Phases) { self.phases = phases }

    mutating func record(_ particles: borrowing ParticleSet<Scalar>, before stage: Int) {
        if stage == 0 { marks.first = Moment(phases) }
    }

    func restore(_ particles: inout ParticleSet<Scalar>, before stage: Int) {
        if stage == 0 { marks.last = Moment(phases) }
    }
}
