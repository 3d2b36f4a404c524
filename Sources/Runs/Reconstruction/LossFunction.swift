internal import Background
internal import Configuration
internal import Dynamics
internal import Inference
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

/// The loss of white noise under a configuration: the objective at the end, and the prior.
struct LossFunction<Scalar: StorableScalar>: ~Copyable {
    let model: ForwardModel<Scalar>
    private(set) var objective: ConfiguredObjective<Scalar>
    private let hasPrior: Bool

    /// Reads data and weights. Collective.
    ///
    /// - Parameter smoothing: R [Mpc/h].
    /// - Throws: the same on all ranks when files cannot be read or hold no usable numbers.
    init(_ section: ObjectiveSection, smoothing: Double, of model: ForwardModel<Scalar>) throws {
        self.model = model
        hasPrior = section.prior
        objective = try ConfiguredObjective(section, smoothing: smoothing, of: model)
    }

    /// Smooths the residual with another radius R [Mpc/h] from now on.
    mutating func smooth(by radius: Double) { objective.smooth(by: radius) }

    /// The loss. Collective.
    ///
    /// - Parameter other: a model of the same box with another cosmology.
    func value(at noise: borrowing Field<Scalar>, under other: ForwardModel<Scalar>? = nil) throws -> Double {
        let loss = try dataValue(at: noise, under: other)
        return hasPrior ? loss + (try Prior.value(of: noise)) : loss
    }

    /// The objective's part of it. Collective.
    func dataValue(at noise: borrowing Field<Scalar>, under other: ForwardModel<Scalar>? = nil) throws
        -> Double
    {
        var evolution = try (other ?? model).start(keeping: noise)
        try evolution.finish()
        return try objective.value(evolution.particles)
    }

    /// The loss and its gradient. Collective.
    ///
    /// - Parameter other: a model of the same box with another cosmology.
    func gradient(
        at noise: borrowing Field<Scalar>, under other: ForwardModel<Scalar>? = nil
    ) throws -> Gradient<Scalar> {
        var gradient = try (other ?? model).gradient(at: noise) { _, particles, cotangents in
            try objective.evaluate(particles, addingTo: &cotangents)
        }
        if hasPrior {
            gradient.value += try Prior.value(of: noise)
            Prior.addGradient(of: noise, to: &gradient.noise)
        }
        return gradient
    }
}
