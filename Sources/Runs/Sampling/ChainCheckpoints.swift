internal import Inference
internal import Mesh
internal import Parallel
internal import Particles
internal import Records
internal import Storage

/// Everything that a chain and its outputs go on from.
struct SampledChain<Scalar: StorableScalar>: ~Copyable {
    /// The chain.
    var state: MarkovChainState<Scalar>
    /// Of the density at the end, over the samples that were written.
    var density: RunningMoments

    init(_ state: consuming MarkovChainState<Scalar>, density: consuming RunningMoments) {
        self.state = state
        self.density = density
    }
}

/// The checkpoints of a chain, between two iterations; its course is in the chain's file.
struct ChainCheckpoints<Scalar: StorableScalar> {
    let store: CheckpointStore
    let chainPath: String
    /// On the particle grid.
    let transform: FourierTransform<Scalar>
    let mesh: Decomposition
    let momentumExponent: Int
    let provenance: Provenance

    private var grid: Decomposition { transform.decomposition }
    private var world: Communicator { grid.grid.world }
    private var plain: Labels { Labels(units: "1", description: "as a chain goes on from it") }

    /// Writes a state. Collective.
    func write(_ chain: borrowing SampledChain<Scalar>, of run: RunIdentity) throws {
        let bytes = 8 * (8 * grid.pointCount + 2 * mesh.pointCount) + 65536
        try grid.grid.phases.measure(.checkpoint) {
            try store.write(
                step: chain.state.chain.iteration, expectedBytes: bytes, provenance: provenance, over: world
            ) { file throws(StorageError) in
                try write(chain.state.chain, to: &file)
                try write(chain.state, to: &file)
                try write(chain.state.moments, at: "/noise", to: &file)
                try write(chain.density, at: "/density", to: &file)
                file.set("momentum_exponent", to: .integer(momentumExponent))
                file.set("identity", to: .text(run.text))
            }
        }
    }

    private func write(
        _ state: borrowing ChainState<Scalar>, to file: inout OutputFile
    ) throws(StorageError) {
        file.set("iteration", to: .integer(state.iteration))
        if let lattice = state.lattice?.copy() {
            try file.write(lattice.noise, at: "/lattice/noise", labels: plain)
            try write(lattice.parameters, at: "/lattice/parameters", to: &file)
        } else {
            try write(state.point, at: "/point", to: &file)
        }
        try write(state.evaluation.gradient, at: "/gradient", to: &file)
        file.set("value", to: .real(state.evaluation.value), on: "/gradient")
        try write(state.evaluation.leftOut.flatMap { [$0.shape, $0.rate] }, at: "/left_out", to: &file)
        if let direction = state.direction?.copy() { try write(direction, at: "/direction", to: &file) }
    }

    private func write(
        _ state: borrowing MarkovChainState<Scalar>, to file: inout OutputFile
    ) throws(StorageError) {
        try write([state.tuning.step, state.tuning.length], at: "/tuning", to: &file)
        try write(state.tuning.mass.curvatures, at: "/curvatures", to: &file)
        try write(state.tuning.mass.parameterCurvatures, at: "/parameter_curvatures", to: &file)
        try write(state.search.numbers, at: "/search", to: &file)
        guard let window = state.window?.copy() else { return }
        try write(window.origin, at: "/window/origin", to: &file)
        try write(window.sum, at: "/window/sum", to: &file)
        try write(window.squares, at: "/window/squares", to: &file)
        file.set("count", to: .integer(window.count), on: "/window")
    }

    private func write(
        _ moments: borrowing RunningMoments, at path: String, to file: inout OutputFile
    ) throws(StorageError) {
        try file.write(moments.mean, at: "\(path)/mean", labels: plain)
        try file.write(moments.squares, at: "\(path)/squares", labels: plain)
        file.set("count", to: .integer(moments.count), on: path)
    }

    private func write(
        _ vector: borrowing ParameterVector<Scalar>, at path: String, to file: inout OutputFile
    ) throws(StorageError) {
        try file.write(vector.noise, at: "\(path)/noise", labels: plain)
        try write(vector.parameters, at: "\(path)/parameters", to: &file)
    }

    /// No dataset stands for no numbers.
    private func write<Element: StorageElement>(
        _ numbers: [Element], at path: String, to file: inout OutputFile
    ) throws(StorageError) {
        guard !numbers.isEmpty else { return }
        try file.write(numbers, at: path, labels: plain)
    }
}

extension ChainCheckpoints {
    /// A state and the integer units it goes with.
    struct Restored: ~Copyable {
        var chain: SampledChain<Scalar>
        let momentumExponent: Int

        consuming func take() -> SampledChain<Scalar> { chain }
    }

    /// Continues from the newest whole checkpoint. Collective.
    ///
    /// - Parameters:
    ///   - place: whose run it must be.
    ///   - space: the parameters beside the modes.
    ///   - factors: those that the posterior is integrated over.
    ///   - search: a search of the chain's kind.
    /// - Returns: nil if there is none.
    /// - Throws: `UsageError` when it belongs to another run.
    func restore(
        of place: borrowing RunPlace, over space: ParameterSpace, leavingOut factors: [String],
        _ search: StepSearch, tell: (String) -> Void
    ) throws -> Restored? {
        let restored = try store.readNewest(over: world) { file, _ -> Restored in
            try place.requireOwn(file)
            return try read(file, parameters: space.parameters.map(\.name), leavingOut: factors, search)
        }
        guard let restored else { return nil }
        restored.warnings.forEach(tell)
        tell("continuing from \(store.path(step: restored.step))")
        return restored.take()
    }

    private func read(
        _ file: borrowing InputFile, parameters names: [String], leavingOut factors: [String],
        _ search: StepSearch
    ) throws -> Restored {
        let tuning = try numbers("/tuning", in: file)
        guard let iteration = try file.attribute("iteration")?.integer,
            let exponent = try file.attribute("momentum_exponent")?.integer,
            let search = search.restored(try numbers("/search", in: file)), tuning.count == 2
        else {
            throw StorageError(
                .damaged, fault: .environment, "\(file.path): is damaged: its attributes are not all there")
        }
        let mass = Preconditioner(
            curvatures: try numbers("/curvatures", in: file),
            parameterCurvatures: try numbers("/parameter_curvatures", in: file), transform)
        let course = try InputFile(opening: chainPath, fault: .environment, over: world)
        let history = try ChainHistory(
            from: course, iterations: iteration, parameters: names + factors, ModeSample(of: grid.shape))
        let noise = try moments("/noise", over: grid, in: file)
        let density = try moments("/density", over: mesh, in: file)
        let state = MarkovChainState(
            try chainState(file, iteration, parameters: names.count),
            SamplerTuning(step: tuning[0], length: tuning[1], mass: mass), search,
            window: try window(in: file), history, moments: noise)
        return Restored(chain: SampledChain(state, density: density), momentumExponent: exponent)
    }

    private func chainState(
        _ file: borrowing InputFile, _ iteration: Int, parameters: Int
    ) throws -> ChainState<Scalar> {
        guard let value = try file.attribute("value", of: "/gradient")?.real else {
            throw StorageError(
                .damaged, fault: .environment, "\(file.path): is damaged: its attributes are not all there")
        }
        let leftOut = try numbers("/left_out", in: file)
        let evaluation = Evaluation(
            value: value, gradient: try vector("/gradient", in: file),
            leavingOut: stride(from: 0, to: leftOut.count - 1, by: 2).map {
                LeftOutFactor(shape: leftOut[$0], rate: leftOut[$0 + 1])
            })
        guard try file.describe("/lattice/noise") != nil else {
            let direction =
                try file.describe("/direction/noise") != nil ? try vector("/direction", in: file) : nil
            return ChainState(
                iteration: iteration, at: try vector("/point", in: file), evaluation, direction: direction)
        }
        let noise: Field<Int32> = try file.readField(at: "/lattice/noise", over: grid, for: "lattice")
        let others: [Int64] =
            parameters > 0 ? try file.readArray(at: "/lattice/parameters", as: Int64.self) : []
        let lattice = LatticeVector<Scalar>(
            noise: noise, parameters: others, unit: LatticeVector<Scalar>.positionUnit,
            parameterUnits: others.map { _ in LatticeVector<Scalar>.parameterPositionUnit })
        let point = lattice.numbers()
        return ChainState(iteration: iteration, at: point, lattice: lattice, evaluation)
    }

    private func window(in file: borrowing InputFile) throws -> ModeSpread<Scalar>? {
        guard try file.describe("/window/origin/noise") != nil else { return nil }
        return ModeSpread(
            origin: try vector("/window/origin", in: file), sum: try vector("/window/sum", in: file),
            count: try file.attribute("count", of: "/window")?.integer ?? 1,
            squares: try numbers("/window/squares", in: file))
    }

    private func moments(
        _ path: String, over decomposition: Decomposition, in file: borrowing InputFile
    ) throws -> RunningMoments {
        RunningMoments(
            count: try file.attribute("count", of: path)?.integer ?? 0,
            mean: try file.readField(at: "\(path)/mean", over: decomposition, for: "moments"),
            squares: try file.readField(at: "\(path)/squares", over: decomposition, for: "moments"))
    }

    private func vector(_ path: String, in file: borrowing InputFile) throws -> ParameterVector<Scalar> {
        ParameterVector(
            noise: try file.readField(at: "\(path)/noise", over: grid, for: "optimiser"),
            parameters: try numbers("\(path)/parameters", in: file))
    }

    private func numbers(_ path: String, in file: borrowing InputFile) throws -> [Double] {
        guard try file.describe(path) != nil else { return [] }
        return try file.readArray(at: path, as: Double.self)
    }
}
