internal import Benchmark
internal import Configuration
internal import Cost
internal import Dynamics
internal import Gravity
internal import Inference
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Records
internal import Storage

/// What is measured how often.
struct BenchPlan {
    /// Runs that count, after one that does not.
    var repeats: Int
    /// Whether gradients are measured too.
    var measuresGradient: Bool
    /// Whether this process has not come to a force yet, so that the time to the first one means something.
    var isFirst: Bool
}

extension RunConfiguration {
    /// Measures in the configured precision. Collective.
    func measure(_ plan: BenchPlan, on world: Communicator) throws -> BenchRecord.Measurement {
        switch run.precision {
        case .single: try measure(Float.self, plan, on: world)
        case .double: try measure(Double.self, plan, on: world)
        }
    }

    private func measure<Scalar: StorableScalar>(
        _: Scalar.Type, _ plan: BenchPlan, on world: Communicator
    ) throws -> BenchRecord.Measurement {
        let grid = try makeRankGrid(on: world)
        var run = try BenchRun<Scalar>(self, plan, over: grid)
        let noise: Field<Scalar> = try whiteNoise(over: run.model.particleGrid)
        try run.warmUp(with: noise)
        for _ in 0..<plan.repeats { try run.addRepeat(with: noise) }
        return try run.measurement(with: noise)
    }
}

/// One problem on one grid of ranks: what a force evaluation takes, and what the machine could do.
struct BenchRun<Scalar: StorableScalar> {
    /// What is run.
    let model: ForwardModel<Scalar>
    let configuration: RunConfiguration
    let plan: BenchPlan
    let world: Communicator
    private var forward: [TimedForwardRun] = []
    private var gradients: [TimedGradient] = []
    private var toFirstForce: Double?
    // The most bytes of this process, and those in arrays.
    private var peak = (bytes: 0, arrays: 0)

    /// Prepares a measurement. Collective.
    ///
    /// - Throws: on all ranks when there is not enough memory.
    init(_ configuration: RunConfiguration, _ plan: BenchPlan, over grid: RankGrid) throws {
        self.configuration = configuration
        self.plan = plan
        world = grid.world
        try configuration.requireRoom(for: plan.measuresGradient ? .gradient : .simulation, on: world)
        // A gradient begins at the end.
        model = try configuration.forwardModel(
            Scalar.self, observing: [configuration.evolution.stop], over: grid)
    }

    /// Runs once, without counting the time but the memory. Collective.
    mutating func warmUp(with noise: borrowing Field<Scalar>) throws {
        let memory = model.mesh.grid.memory
        memory.releaseFree()
        memory.forgetPeaks()
        MachineMemory.forgetPeak()
        var first: Double?
        _ = try model.timedRun(from: noise) { first = ProcessClock.seconds }
        if plan.isFirst { toFirstForce = first }
        if plan.measuresGradient { _ = try gradient(at: noise) }
        peak = (MachineMemory.peak, memory.peakBytesInUse)
    }

    /// Runs once more. Collective.
    mutating func addRepeat(with noise: borrowing Field<Scalar>) throws {
        // In turn, so that whatever else the machine does falls on both.
        forward.append(try model.timedRun(from: noise))
        if plan.measuresGradient { gradients.append(try gradient(at: noise)) }
    }

    /// What the repeats came to, and what the machine can do. Collective.
    ///
    /// - Parameter fidelity: how far the law is from the single mesh, if that was measured.
    func measurement(
        with noise: borrowing Field<Scalar>, fidelity: BenchRecord.Fidelity? = nil
    ) throws -> BenchRecord.Measurement {
        let parts = try parts(with: noise, start: forward.map { world.maximum($0.start.seconds) }.min()!)
        model.mesh.grid.memory.releaseFree()
        let ceilings = try Ceilings.measured(for: transformedMesh(), in: Scalar.self)
        let forwardSeconds = forward.map { world.maximum($0.seconds) }.median
        return BenchRecord.Measurement(
            ranks: sides(model.mesh.grid.shape), particles: sides(model.box.particles),
            mesh: sides(model.box.mesh), precision: configuration.run.precision.rawValue,
            kernel: configuration.force.kernel.rawValue, pyramid: pyramid, steps: model.schedule.stepCount,
            forces: forces,
            forward: run(
                forward.map(\.steps),
                .forwards(
                    inverses: work.transforms.inverses, with: share, filterWords: work.filters.wordsPerCell),
                on: ceilings),
            gradient: gradients.isEmpty
                ? nil
                : BenchRecord.Gradient(
                    repeats: gradients.map { world.maximum($0.seconds) }, forwardSeconds: forwardSeconds,
                    run: run(
                        gradients.map(\.steps),
                        .gradient(
                            inverses: work.transforms.inverses, with: share,
                            filterWords: work.filters.wordsPerCell), on: ceilings),
                    keptForces: min(model.layout.keptForces, forces)),
            parts: parts, fidelity: fidelity, ceilings: BenchRecord.Ceilings(ceilings),
            secondsToFirstForce: toFirstForce.map(world.maximum),
            peakBytesOfFullestRank: world.maximum(peak.bytes), peakBytes: world.sum(peak.bytes),
            arrayBytesOfFullestRank: world.maximum(peak.arrays))
    }

    /// A gradient of `Σ (ρ/ρ̄ − 1)² / 2` at the end of the last step. Collective.
    private func gradient(at noise: borrowing Field<Scalar>) throws -> TimedGradient {
        var data = Field<Scalar>(model.mesh, ghosts: .none, for: "data")
        data.fill(with: 1)
        let objective = try Comparison(ofDensity: data, sigma: 1, at: model.layout.plan.end, in: model)
        return try model.timedGradient(at: noise) { observation, particles, adjoint in
            try world.phases.measure(.objective) {
                try objective.evaluate(
                    &particles, at: Moment(at: observation.scaleFactor, in: model.cosmology), [],
                    addingTo: &adjoint
                ).loss
            }
        }
    }

    /// What some repeats of a run took per force evaluation, and the floor of its work. Collective.
    private func run(
        _ repeats: [Interval], _ work: UnavoidableWork, on ceilings: Ceilings
    ) -> BenchRecord.Run {
        let ranks = Double(world.size)
        let floor = Floor(
            of: work, wordBytes: MemoryLayout<Scalar>.size,
            particles: Double(model.box.particleCount) / ranks, cells: Double(model.box.meshCount) / ranks,
            multiplyAdds: self.work.filters.multiplyAdds, on: Floor.Machine(ceilings))
        return BenchRecord.Run(
            repeats: repeats.map { world.maximum($0.seconds) / Double(forces) }, phases: phases(of: repeats),
            floor: BenchRecord.Floor(
                transforms: floor.transforms, exchange: floor.exchange, memory: floor.memory,
                arithmetic: pyramid == nil ? nil : floor.arithmetic))
    }

    /// Medians over repeats, per force evaluation. Collective.
    private func phases(of repeats: [Interval]) -> [RunRecord.Phase] {
        let tables = repeats.map {
            PhaseTable($0.entries, in: $0.entries.keys.sorted { $0.name < $1.name }, on: world).phases
        }
        var names: [String] = []
        for phase in tables.joined() where !names.contains(phase.name) { names.append(phase.name) }
        return names.map { name in
            func median(_ value: KeyPath<RunRecord.Phase, Double>) -> Double {
                tables.map { table in table.first { $0.name == name }?[keyPath: value] ?? 0 }.median
                    / Double(forces)
            }
            return RunRecord.Phase(
                name, longestSeconds: median(\.longestSeconds), meanSeconds: median(\.meanSeconds),
                bytesSent: median(\.bytesSent), messages: median(\.messages))
        }.sorted { $0.meanSeconds > $1.meanSeconds }
    }

    private var forces: Int { model.schedule.forceCount }

    private var share: UnavoidableWork.PerForce {
        let schedule = model.schedule
        return UnavoidableWork.PerForce(
            moves: schedule.moveCount,
            solvedAgain: schedule.forcesSolvedAgain(keeping: model.layout.keptForces),
            forces: forces)
    }

    var work: ForceWork {
        let mesh = model.mesh
        return configuration.force.plan.work(
            on: MeshShare(
                of: mesh.shape, on: mesh.grid.shape, at: mesh.grid.position,
                wordBytes: MemoryLayout<Scalar>.size))
    }

    private func transformedMesh() throws -> Decomposition {
        try Decomposition(shape: work.transforms.mesh, over: model.mesh.grid, planes: 1)
    }

    private var pyramid: BenchRecord.Pyramid? {
        let force = configuration.force
        guard force.levels > 0 else { return nil }
        return BenchRecord.Pyramid(
            levels: force.levels, accuracy: force.accuracy.rawValue, multiplyAdds: work.filters.multiplyAdds)
    }

    private func sides(_ shape: SIMD3<Int>) -> [Int] { [shape.x, shape.y, shape.z] }
    private func sides(_ shape: SIMD2<Int>) -> [Int] { [shape.x, shape.y] }
}

extension Floor.Machine {
    /// The ceilings of a transform and of memory.
    init(_ ceilings: Ceilings) {
        self.init(
            forwardTransform: ceilings.forwardTransform, inverseTransform: ceilings.inverseTransform,
            exchange: ceilings.row.seconds + ceilings.column.seconds, bandwidth: ceilings.triadBandwidth,
            multiplyAdd: ceilings.multiplyAdd)
    }
}

extension BenchRecord.Ceilings {
    /// The ceilings as files have them.
    init(_ ceilings: Ceilings) {
        let shape = ceilings.transformShape
        self.init(
            triadBandwidth: ceilings.triadBandwidth, transformShape: [shape.x, shape.y, shape.z],
            forwardTransform: ceilings.forwardTransform, inverseTransform: ceilings.inverseTransform,
            rowBytes: ceilings.row.bytes, rowSeconds: ceilings.row.seconds,
            columnBytes: ceilings.column.bytes, columnSeconds: ceilings.column.seconds)
    }
}
