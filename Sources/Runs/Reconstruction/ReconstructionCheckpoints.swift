internal import Dynamics
internal import Inference
internal import Mesh
internal import Parallel
internal import Particles
internal import Records
internal import Storage

/// The checkpoints of a reconstruction: the whole state of the optimiser, so that it takes the same steps
/// whether it was interrupted or not, on any number of ranks.
struct ReconstructionCheckpoints<Scalar: StorableScalar> {
    let store: CheckpointStore
    /// On the particle grid.
    let transform: FourierTransform<Scalar>
    let units: StateUnits
    let provenance: Provenance

    private var grid: Decomposition { transform.decomposition }
    private var world: Communicator { grid.grid.world }

    /// Writes the state. Collective.
    func write(_ state: borrowing AnnealingState<Scalar>, of run: RunIdentity) throws {
        let memory = state.optimizer.memory
        let fields = 2 + memory.vectors.count
        let rows = state.history.rows.count
        try grid.grid.phases.measure(.checkpoint) {
            try store.write(
                step: state.number,
                expectedBytes: fields * grid.pointCount * MemoryLayout<Scalar>.size
                    + SearchHistory.bytes(rows: rows) + 4096 * (fields + 8),
                provenance: provenance, over: world
            ) { file throws(StorageError) in
                try write(state.optimizer.point, at: "/point", to: &file)
                try write(state.optimizer.evaluation.gradient, at: "/gradient", to: &file)
                file.set("loss", to: .real(state.optimizer.evaluation.value), on: "/gradient")
                for (index, kept) in memory.vectors.enumerated() {
                    try write(kept.vector, at: "/memory/\(index)", to: &file)
                }
                try write(memory.numbers, at: "/memory_numbers", to: &file)
                try state.history.write(to: &file)
                if let known = state.optimizer.preconditioner {
                    try write(known.curvatures, at: "/curvatures", to: &file)
                    try write(known.parameterCurvatures, at: "/parameter_curvatures", to: &file)
                }
                file.set("kept_vectors", to: .integer(memory.vectors.count))
                file.set("stage", to: .integer(state.stage))
                file.set("iteration", to: .integer(state.iteration))
                file.set("momentum_exponent", to: .integer(units.momentumExponent))
                file.set("identity", to: .text(run.text))
            }
        }
    }

    /// A state and the integer units it goes with.
    struct Restored: ~Copyable {
        var state: AnnealingState<Scalar>
        let momentumExponent: Int

        consuming func take() -> AnnealingState<Scalar> { state }
    }

    /// Continues from the newest whole checkpoint. Collective.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: `UsageError` when it belongs to another reconstruction.
    func restore(of place: borrowing RunPlace, tell: (String) -> Void) throws -> Restored? {
        let restored = try store.readNewest(over: world) { file, _ -> Restored in
            try place.requireOwn(file)
            return try read(file)
        }
        guard let restored else { return nil }
        restored.warnings.forEach(tell)
        tell("continuing from \(store.path(step: restored.step))")
        return restored.take()
    }

    private func read(_ file: borrowing InputFile) throws -> Restored {
        guard let stage = try file.attribute("stage")?.integer,
            let iteration = try file.attribute("iteration")?.integer,
            let kept = try file.attribute("kept_vectors")?.integer,
            let exponent = try file.attribute("momentum_exponent")?.integer,
            let loss = try file.attribute("loss", of: "/gradient")?.real
        else {
            throw StorageError(
                .damaged, fault: .environment, "\(file.path): is damaged: its attributes are not all there")
        }
        var vectors: [KeptVector<Scalar>] = []
        for index in 0..<kept { vectors.append(KeptVector(try vector("/memory/\(index)", in: file))) }
        let memory = OptimizerMemory(vectors: vectors, numbers: try numbers("/memory_numbers", in: file))
        let point = try vector("/point", in: file)
        let gradient = try vector("/gradient", in: file)
        var optimizer = OptimizerState(at: point, Evaluation(value: loss, gradient: gradient), memory: memory)
        let curvatures = try numbers("/curvatures", in: file)
        if !curvatures.isEmpty {
            optimizer.preconditioner = Preconditioner(
                curvatures: curvatures, parameterCurvatures: try numbers("/parameter_curvatures", in: file),
                transform)
        }
        let history = try SearchHistory(from: file)
        return Restored(
            state: AnnealingState(
                stage: stage, iteration: iteration, history: history, optimizer: optimizer),
            momentumExponent: exponent)
    }

    private func write(
        _ vector: borrowing ParameterVector<Scalar>, at path: String, to file: inout OutputFile
    ) throws(StorageError) {
        try file.write(
            vector.noise, at: "\(path)/noise", labels: Labels(units: "1", description: "on the particle grid")
        )
        try write(vector.parameters, at: "\(path)/parameters", to: &file)
    }

    /// No dataset stands for no numbers.
    private func write(_ numbers: [Double], at path: String, to file: inout OutputFile) throws(StorageError) {
        guard !numbers.isEmpty else { return }
        try file.write(numbers, at: path, labels: Labels(units: "1", description: "the same on all ranks"))
    }

    private func vector(_ path: String, in file: borrowing InputFile) throws -> ParameterVector<Scalar> {
        ParameterVector(
            noise: try file.readField(at: "\(path)/noise", over: grid, ghosts: .none, for: "optimiser"),
            parameters: try numbers("\(path)/parameters", in: file))
    }

    private func numbers(_ path: String, in file: borrowing InputFile) throws -> [Double] {
        guard try file.describe(path) != nil else { return [] }
        return try file.readArray(at: path, as: Double.self)
    }
}
