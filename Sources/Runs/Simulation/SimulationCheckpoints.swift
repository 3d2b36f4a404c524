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

    private var world: Communicator { model.mesh.grid.world }

    /// Writes the state between two stages. Collective.
    func write(_ evolution: borrowing Evolution<Scalar>, of run: RunIdentity) throws {
        let grid = model.particleGrid
        let state = evolution.particles.inLagrangianOrder(over: grid)
        let stage = evolution.nextStage
        let coefficients = evolution.schedule.coefficients
        try grid.grid.phases.measure(.checkpoint) {
            try store.write(
                step: evolution.finishedSteps,
                expectedBytes: OutputFile.stateBytes(of: grid.pointCount, as: Scalar.self) + 8
                    * coefficients.count,
                provenance: provenance, over: world
            ) { file throws(StorageError) in
                try file.write(state)
                try file.write(
                    coefficients, at: "/schedule/coefficients",
                    labels: Labels(units: "1/H0", description: "kicks and drifts in the order of the stages"))
                file.set("next_stage", to: .integer(stage), on: "/schedule")
                file.set("identity", to: .text(run.text))
            }
        }
    }

    /// Continues from the newest whole checkpoint. Collective.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: `UsageError` when it belongs to another run.
    func restore(
        of place: borrowing RunPlace, tell: (String) -> Void
    ) throws -> Evolution<Scalar>? {
        let restored = try store.readNewest(over: world) { file, _ -> Evolution<Scalar> in
            try place.requireOwn(file)
            guard let stage = try file.attribute("next_stage", of: "/schedule")?.integer else {
                throw StorageError(
                    .damaged, fault: .environment, "\(file.path): is damaged: it has no /schedule next_stage")
            }
            let coefficients = try file.readArray(at: "/schedule/coefficients", as: Double.self)
            let state = try file.readState(over: model.particleGrid, units: model.units, as: Scalar.self)
            return try model.resume(from: state, at: stage, keeping: coefficients)
        }
        guard let restored else { return nil }
        restored.warnings.forEach(tell)
        tell("continuing from \(store.path(step: restored.step))")
        return restored.take()
    }
}
