internal import Configuration
internal import Dynamics
internal import Inference
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

/// The objective that a configuration names.
///
/// To add one: a type in `Inference`, a case here, and a kind in `ObjectiveSection`.
enum ConfiguredObjective<Scalar: StorableScalar>: ~Copyable {
    /// The density on the force mesh.
    case density(DensityObjective<Scalar>)
    /// The density summed along an axis.
    case projectedDensity(ProjectedDensityObjective<Scalar>)

    /// Reads data and weights. Collective.
    ///
    /// - Parameter smoothing: R [Mpc/h].
    /// - Throws: the same on all ranks when files cannot be read or hold no usable numbers.
    init(_ section: ObjectiveSection, smoothing: Double, of model: ForwardModel<Scalar>) throws {
        switch section.kind {
        case .density:
            let data: Field<Scalar> = try Self.read(section.data, model.mesh)
            let weights: Field<Scalar>? =
                if let source = section.weights { try Self.read(source, model.mesh) } else { nil }
            self = .density(
                try DensityObjective(
                    data: data, weights: weights, sigma: section.sigma, smoothing: smoothing,
                    cell: model.box.cell, model.solver.transform))
        case .projectedDensity:
            self = .projectedDensity(
                try ProjectedDensityObjective(section, smoothing: smoothing, of: model))
        }
    }

    private static func read(
        _ source: ObjectiveSection.Source, _ mesh: Decomposition
    ) throws -> Field<Scalar> {
        guard case .dataset(let address) = source else {
            preconditionFailure("a density's data was validated to be a dataset")
        }
        let file = try InputFile(opening: address.file, over: mesh.grid.world)
        return try file.readField(at: address.dataset, over: mesh, ghosts: .none, for: "data")
    }

    /// Smooths the residual with another radius R [Mpc/h] from now on.
    mutating func smooth(by radius: Double) {
        switch consume self {
        case .density(var objective):
            objective.smooth(by: radius)
            self = .density(objective)
        case .projectedDensity(var objective):
            objective.smooth(by: radius)
            self = .projectedDensity(objective)
        }
    }

    /// A copy of the data if they are a density on the force mesh.
    func copyOfDensity() -> Field<Scalar>? {
        switch self {
        case .density(let objective): objective.copyOfData()
        case .projectedDensity: nil
        }
    }

    /// A copy of the weights of a density on the force mesh, if there are any.
    func copyOfDensityWeights() -> Field<Scalar>? {
        switch self {
        case .density(let objective): objective.copyOfWeights()
        case .projectedDensity: nil
        }
    }

    /// The comparison with a picture, if it is one.
    var withPicture: ProjectedDensityObjective<Scalar>? {
        switch self {
        case .density: nil
        case .projectedDensity(let objective): objective
        }
    }

    /// The number of mesh points or pixels that count. Collective.
    func pointCount() -> Int {
        switch self {
        case .density(let objective): objective.pointCount()
        case .projectedDensity(let objective): objective.pixelCount
        }
    }

    /// The loss of the particles. Collective.
    func value(_ particles: borrowing ParticleSet<Scalar>) throws -> Double {
        switch self {
        case .density(let objective): try objective.value(particles)
        case .projectedDensity(let objective): try objective.value(particles)
        }
    }

    /// The loss, and its derivatives with respect to the particles. Collective.
    func evaluate(
        _ particles: borrowing ParticleSet<Scalar>, addingTo cotangents: inout CotangentSet<Scalar>
    ) throws -> Double {
        switch self {
        case .density(let objective): try objective.evaluate(particles, addingTo: &cotangents)
        case .projectedDensity(let objective): try objective.evaluate(particles, addingTo: &cotangents)
        }
    }
}
