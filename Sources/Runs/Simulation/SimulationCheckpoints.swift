internal import Background
internal import Configuration
internal import Dynamics
internal import Parallel
internal import Particles
internal import Storage

/// The checkpoints of a forward run: the integer state, the number of the next stage, and the coefficients as
/// bits, so that a run continued with another mathematical library still takes the same steps.
struct SimulationCheckpoints<Scalar: StorableScalar> {
    let store: CheckpointStore
    let model: ForwardModel<Scalar>
    let provenance: Provenance
    /// What must be the same for a run to be continued, as YAML.
    let identity: String

    private var world: Communicator { model.mesh.grid.world }

    /// Writes the state between two stages. Collective.
    func write(_ evolution: borrowing Evolution<Scalar>) throws {
        let grid = model.particleGrid
        let state = evolution.particles.inLagrangianOrder(over: grid)
        let stage = evolution.nextStage
        let coefficients = evolution.schedule.coefficients
        try grid.grid.phases.measure("checkpoint") {
            try store.write(
                step: stage,
                expectedBytes: OutputFile.stateBytes(of: grid.pointCount, as: Scalar.self) + 8
                    * coefficients.count,
                provenance: provenance, over: world
            ) { file throws(StorageError) in
                try file.write(state)
                try file.write(
                    coefficients, at: "/schedule/coefficients",
                    labels: Labels(units: "1/H0", description: "kicks and drifts in the order of the stages"))
                file.set("next_stage", to: .integer(stage), on: "/schedule")
                file.set("identity", to: .text(identity))
            }
        }
    }

    /// Continues from the newest whole checkpoint. Collective.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: `UsageError` when it belongs to another run.
    func restore(tell: (String) -> Void) throws -> Evolution<Scalar>? {
        let restored = try store.readNewest(over: world) { file, step -> Evolution<Scalar> in
            guard try file.attribute("identity")?.text == identity else {
                throw UsageError(
                    "\(file.path) belongs to another configuration; box, cosmology, power, initial, evolution, "
                        + "force and run.precision must be as they were; use another output.directory, or "
                        + "--overwrite to start anew")
            }
            let coefficients = try file.readArray(at: "/schedule/coefficients", as: Double.self)
            let state = try file.readState(over: model.particleGrid, units: model.units, as: Scalar.self)
            return try model.resume(from: state, at: step, keeping: coefficients)
        }
        guard let restored else { return nil }
        restored.warnings.forEach(tell)
        tell("continuing from \(store.path(step: restored.step))")
        return restored.take()
    }
}
