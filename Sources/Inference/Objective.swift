public import Particles

/// How badly the particles at the end agree with what was observed, and in which direction they should move.
///
/// To add one: a type with this one function, which returns the loss of the particles it is shown and adds its
/// derivatives to their cotangents. Whatever it sums over ranks must be summed exactly
/// (`Communicator.exactSum`), or runs on different ranks will differ. See ``DensityObjective``.
public protocol Objective<Scalar>: ~Copyable {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// The loss of the particles. Collective.
    ///
    /// - Parameters:
    ///   - particles: at the time of the observation.
    ///   - cotangents: to which `∂L/∂x` [1/(Mpc/h)] and `∂L/∂p` [1/(Mpc/h H0)] are added.
    /// - Returns: L, the same bits on all ranks.
    /// - Throws: the same error on all ranks.
    func evaluate(
        _ particles: borrowing ParticleSet<Scalar>, addingTo cotangents: inout CotangentSet<Scalar>
    ) throws -> Double

    /// The loss alone. Collective.
    func value(_ particles: borrowing ParticleSet<Scalar>) throws -> Double
}
