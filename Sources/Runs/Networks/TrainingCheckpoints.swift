internal import Inference
internal import Observables
internal import Parallel
internal import Storage

/// Where a training is.
struct TrainingProgress: Equatable {
    /// Universes that are made.
    var universes = 0
    /// The networks between two steps; nil if not begun.
    var position: NetworkTrainingState?
    var mass: NetworkTrainingState?

    /// Grows with all that is done.
    var number: Int { universes + (position.map { $0.step + 1 } ?? 0) + (mass.map { $0.step + 1 } ?? 0) }
}

/// Checkpoints of a training: weights, moments and steps; universes are files of their own.
struct TrainingCheckpoints {
    let store: CheckpointStore
    let provenance: Provenance
    let world: Communicator

    /// Collective.
    func write(_ progress: TrainingProgress, of run: RunIdentity) throws(StorageError) {
        try store.write(step: progress.number, provenance: provenance, over: world) {
            file throws(StorageError) in
            file.set("identity", to: .text(run.text))
            file.set("universes", to: .integer(progress.universes))
            for (name, state) in [("position", progress.position), ("mass", progress.mass)] {
                guard let state else { continue }
                file.set("\(name)_step", to: .integer(state.step))
                let network = state.network
                let standards =
                    network.inputMean + network.inputDeviation + [
                        network.outputMean, network.outputDeviation,
                    ]
                for (values, what) in [
                    (network.parameters, "parameters"), (standards, "standardisation"),
                    (state.firstMoments, "first_moments"), (state.secondMoments, "second_moments"),
                ] {
                    try file.write(
                        values, at: "/\(name)/\(what)", labels: Labels(units: "1", description: what))
                }
            }
        }
    }

    /// Continues from the newest whole checkpoint. Collective.
    ///
    /// - Parameter blank: a network of the shape that is kept.
    func restore(
        of place: borrowing RunPlace, blank: (NetworkTraining.Subject) -> DenseNetwork, tell: (String) -> Void
    ) throws -> TrainingProgress {
        let found = try store.readNewest(over: world) { file, _ -> TrainingProgress in
            try place.requireOwn(file)
            var progress = TrainingProgress()
            progress.universes = try file.attribute("universes")?.integer ?? 0
            progress.position = try state("position", blank(.position), in: file)
            progress.mass = try state("mass", blank(.mass), in: file)
            return progress
        }
        guard let found else { return TrainingProgress() }
        found.warnings.forEach(tell)
        tell("continuing from \(store.path(step: found.step))")
        return found.state
    }

    private func state(
        _ name: String, _ blank: DenseNetwork, in file: borrowing InputFile
    ) throws -> NetworkTrainingState? {
        guard let step = try file.attribute("\(name)_step")?.integer else { return nil }
        func values(_ what: String, _ count: Int) throws(StorageError) -> [Double] {
            let values = try file.readArray(at: "/\(name)/\(what)", as: Double.self)
            guard values.count == count else {
                throw StorageError(
                    .damaged, fault: .environment, "\(file.path): /\(name)/\(what) has another length")
            }
            return values
        }
        var network = blank
        let inputs = network.inputs
        let standards = try values("standardisation", 2 * inputs + 2)
        network.parameters = try values("parameters", network.parameterCount)
        network.inputMean = Array(standards[..<inputs])
        network.inputDeviation = Array(standards[inputs..<2 * inputs])
        network.outputMean = standards[2 * inputs]
        network.outputDeviation = standards[2 * inputs + 1]
        return NetworkTrainingState(
            network: network, firstMoments: try values("first_moments", network.parameterCount),
            secondMoments: try values("second_moments", network.parameterCount), step: step)
    }
}
