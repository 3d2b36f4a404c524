internal import Configuration
internal import Dynamics
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Storage

/// An observed universe of which the truth is known: the final density of the configured initial conditions on the cells
/// of the objective, with Gaussian noise of its σ on each.
enum MockObservation {
    /// The seed of the noise in the demo's data.
    static let seed: UInt64 = 4711

    /// Writes `observed.h5` (`/density`) and `truth.h5` (`/white_noise`) into a directory. Collective.
    ///
    /// - Parameter seed: of the noise; none is added if nil.
    /// - Precondition: the configuration has an objective.
    static func write(
        _ configuration: RunConfiguration, to directory: String, noise seed: UInt64? = seed,
        on world: Communicator
    ) throws {
        let model: ForwardModel<Float> = try configuration.forwardModel(
            Float.self, observing: [configuration.evolution.stop], on: world)
        let provenance = configuration.provenance(of: model)
        let truth: Field<Float> = try configuration.whiteNoise(over: model.particleGrid)
        var file = try OutputFile(creating: "\(directory)/truth.h5", provenance: provenance, over: world)
        try file.write(
            truth, at: "/white_noise",
            labels: Labels(units: "1", description: "white noise of the observed universe, [x][y][z]"))
        try file.finish()

        var evolution = try model.start(from: truth)
        try evolution.finish()
        var density = try evolution.particles.relativeDensity()
        let objective = configuration.objectives[0]
        if objective.coarsen > 1 {
            let fine = MatterDensity<Float>(on: model.layout.meshTransform, cell: model.box.cell)
            density = try CellMeans(of: fine, over: objective.coarsen).means(of: density)
        }
        if let seed {
            let errors = Field<Float>.whiteNoise(seed: seed, over: density.decomposition)
            let sigma = Float(objective.sigma)
            density.mapPoints { x, y, z, value in
                value + sigma * errors.values.span[errors.offset(x: x, y: y, z: z)]
            }
        }
        var observed = try OutputFile(
            creating: "\(directory)/observed.h5", provenance: provenance, over: world)
        try observed.write(
            density, at: "/density",
            labels: Labels(
                units: "1",
                description:
                    "density / mean with \(seed == nil ? "no noise" : "noise of objective.sigma"), [x][y][z]")
        )
        try observed.finish()
    }
}
