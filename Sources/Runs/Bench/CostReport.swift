internal import Cost
internal import Glibc
internal import Gravity
internal import Mesh
public import Parallel
internal import Records
internal import Text

/// `bench --model`: what runs would cost, on paper.
public struct CostReport {
    private var particles = [1024, 2048, 4096, 8192]
    private var ranks = [100, 1000, 10_000, 100_000]
    private var meshFactor = 1.0
    private var wordBytes = 4
    private var kernel = "1_4"
    private var levels = 0
    private var accuracy = PyramidPlan.Accuracy.standard
    private var history = 10
    private var model: CostModel

    /// What is asked, on machines and at times that files tell of. Collective.
    ///
    /// - Parameters:
    ///   - words: what is asked, as `key=value`.
    ///   - machine: the machine, as `key=value`, or files of such lines.
    ///   - times: files of measurements for the times of a core; none for those that come with the program.
    ///   - world: the ranks.
    /// - Throws: on all ranks when a file cannot be read, or with the first mistake in what is asked.
    public init(
        of words: [String], machine: [String], times: [String], on world: Communicator
    ) throws(AgreedFailure) {
        let isFile = { (word: String) in !word.contains("=") }
        var files: [(name: String, text: String)] = []
        for name in machine.filter(isFile) + times {
            let bytes = try world.fromRoot { try Files.read(name) }
            files.append((name, String(decoding: bytes, as: UTF8.self)))
        }
        self = try world.agree {
            let (machines, records) = (files.dropLast(times.count), files.suffix(times.count))
            let measured = try records.map { ($0.name, try BenchRecord(json: $0.text, source: $0.name)) }
            return try CostReport(
                words: words, machine: machine.filter { !isFile($0) }, files: Array(machines),
                times: measured.isEmpty ? .reference : KernelTimes(fitting: measured))
        }
    }

    /// - Parameters:
    ///   - words: what is asked, as `key=value`.
    ///   - machine: the machine, as `key=value`.
    ///   - files: machine files with their text, the last one first in rank.
    ///   - times: of a core.
    init(
        words: [String], machine: [String], files: [(name: String, text: String)], times: KernelTimes
    ) throws(UsageError) {
        model = CostModel(at: times)
        var asked = try KeyValues(words: words.filter { $0 != "default" }, of: "--model")
        if let given = try asked.wholes("particles", 1...1 << 20) { particles = given }
        if let given = try asked.wholes("ranks", 1...10_000_000) { ranks = given }
        if let given = try asked.value(
            "mesh_factor", must: "a number of 1 to 16",
            { text in
                Double(text).flatMap { $0 >= 1 && $0 <= 16 ? $0 : nil }
            })
        {
            meshFactor = given
        }
        let precisions = ["single": 4, "double": 8]
        if let given = try asked.value("precision", must: "single or double", { precisions[$0] }) {
            wordBytes = given
        }
        let names = ForceKernel.named.map(\.name)
        if let given = try asked.value(
            "kernel", must: names.joined(separator: " or "), { names.contains($0) ? $0 : nil })
        {
            kernel = given
        }
        if let given = try asked.wholes("levels", 0...3) { levels = given[0] }
        let accuracies = ["default": PyramidPlan.Accuracy.standard, "accurate": .accurate]
        if let given = try asked.value("accuracy", must: "default or accurate", { accuracies[$0] }) {
            accuracy = given
        }
        if let given = try asked.wholes("steps", 1...1_000_000) { model.assumptions.steps = given[0] }
        if let given = try asked.wholes("history", 1...1000) { history = given[0] }
        if let given = try asked.number("imbalance") { model.assumptions.imbalance = given }
        if let given = try asked.number("displacement") { model.assumptions.displacement = given }
        try asked.finish()
        model.machine = try Self.machine(machine, files)
        guard levels == 0 || pyramid != nil else {
            throw UsageError(
                "--model: levels is \(levels); there are no such filters for kernel \(kernel); "
                    + "use kernel 1_4, 3_4 or 5_4, and levels 1 or 2 with accuracy=accurate")
        }
        for side in particles {
            guard let mesh = mesh(side) else {
                throw UsageError(
                    "--model: mesh_factor is \(meshFactor); the mesh of \(side) particles must be whole; change it"
                )
            }
            guard pyramid?.misfit(on: [mesh, mesh, mesh], over: [1, 1]) == nil else {
                throw UsageError(
                    "--model: levels is \(levels); a mesh of \(mesh) along a side has no such pyramid; "
                        + "use fewer levels or a multiple of \(1 << levels)")
            }
        }
    }

    private static func machine(
        _ words: [String], _ files: [(name: String, text: String)]
    ) throws(UsageError) -> Machine {
        var given = try KeyValues(words: words, of: "--machine")
        for file in files { try given.add(file: file.name, file.text) }
        var machine = Machine()
        if let value = try given.number("latency_us") { machine.latency = value * 1e-6 }
        if let value = try given.number("node_bandwidth_gb_s") { machine.nodeBandwidth = value * 1e9 }
        if let value = try given.wholes("cores_per_node", 1...100_000) { machine.coresPerNode = value[0] }
        if let value = try given.number("node_memory_gib") { machine.nodeMemory = value * 0x1p30 }
        if let value = try given.number("core_speed") { machine.coreSpeed = value }
        try given.finish()
        return machine
    }

    private func mesh(_ side: Int) -> Int? { Int(exactly: meshFactor * Double(side)) }

    private var pyramid: PyramidPlan? {
        PyramidPlan(kernel: ForceKernel(named: kernel)!, levels: levels, accuracy: accuracy)
    }

    /// The problem on a number of ranks, on the grid that the program would choose; on the squarest if none fits.
    private func workload(_ side: Int, on count: Int) -> Workload {
        let mesh = mesh(side)!
        let shapes = RankGrid.shapes(for: count)
        let particles = SIMD3(side, side, side)
        return Workload(
            particles: particles, mesh: [mesh, mesh, mesh],
            ranks: shapes.first { Decomposition.fits(particles, on: $0) } ?? shapes[0],
            wordBytes: wordBytes, under: pyramid ?? ForceKernel(named: kernel)!)
    }

    /// The predictions as a table, and what they rest on.
    public var text: String {
        var table = TextTable([
            "particles", "mesh", "ranks", "forward s", "gradient s", "sends MB", "messages", "waits",
            "GiB sim.", "grad.", "L-BFGS", "what limits a gradient",
        ])
        for side in particles {
            for count in ranks { table.add(row(workload(side, on: count))) }
        }
        return [head, "", table.text, "", notes].joined(separator: "\n")
    }

    private func row(_ workload: Workload) -> [String] {
        func gibibytes(_ purpose: MemoryEstimate.Purpose) -> Int {
            MemoryEstimate(of: workload, for: purpose, holding: .init(keptVectors: 2 * history)).bytes
        }
        let bytes = [.simulation, .gradient, .reconstruction].map(gibibytes)
        var cells = [
            cube(workload.particles), cube(workload.mesh), "\(workload.ranks.x)x\(workload.ranks.y)",
        ]
        if workload.fits {
            let terms = (model.terms(of: workload, .forward), model.terms(of: workload, .gradient))
            let traffic = model.fullestTraffic(of: workload, .gradient)
            cells += [
                significant(terms.0.seconds), significant(terms.1.seconds),
                significant(Double(traffic.exchange.bytes + traffic.ghosts.bytes) * 1e-6),
                "\(traffic.exchange.messages + traffic.ghosts.messages)",
                "\(fixed(100 * terms.1.communication / terms.1.seconds, 0)) %",
            ]
            cells += bytes.map { significant(Double($0) / 0x1p30) }
        } else {
            cells += [String](repeating: "-", count: 8)
        }
        return cells + [limit(model.verdict(on: workload, .gradient, needing: bytes[1]))]
    }

    private func cube(_ shape: SIMD3<Int>) -> String { "\(shape.x)^3" }

    private func limit(_ verdict: CostModel.Verdict) -> String {
        switch verdict {
        case .tooManyRanks(let finest):
            "too many ranks: at most \(finest.x) x \(finest.y) = \(finest.x * finest.y)"
        case .tooManyParticles: "too few ranks: more than 2^32 particles each"
        case .tooLittleMemory:
            "too few ranks: \(significant(model.machine.rankMemory / 0x1p30)) GiB each"
        case .limited(let name, let share): "\(name), \(fixed(100 * share, 0)) %"
        }
    }

    private var head: String {
        let machine = model.machine
        let law = levels == 0 ? "" : " with \(levels) levels\(accuracy == .accurate ? ", accurate" : "")"
        return
            "per force evaluation, kernel \(kernel)\(law), \(wordBytes == 4 ? "single" : "double") precision, "
            + "\(model.assumptions.steps) steps; machine: latency_us=\(significant(machine.latency * 1e6)) "
            + "node_bandwidth_gb_s=\(significant(machine.nodeBandwidth * 1e-9)) "
            + "cores_per_node=\(machine.coresPerNode) "
            + "node_memory_gib=\(significant(machine.nodeMemory / 0x1p30)) "
            + "core_speed=\(significant(machine.coreSpeed))"
    }

    /// Gradients per effective sample of HMC, minimum-norm, in the worst shell of a masked linear model of 32³.
    private static var gradientsPerSample: Double { 42 }

    /// Core hours of an effective sample, on the first of the numbers of ranks on which a problem runs.
    private var sampling: String {
        let costs = particles.map { side -> String in
            let usable = ranks.lazy.map { workload(side, on: $0) }.first { workload in
                let bytes = MemoryEstimate(of: workload, for: .gradient, holding: .init(keptVectors: 0)).bytes
                if case .limited = model.verdict(on: workload, .gradient, needing: bytes) { return true }
                return false
            }
            guard let usable else { return "\(side)^3: -" }
            let seconds =
                model.terms(of: usable, .gradient).seconds * Double(model.assumptions.steps)
                * Self.gradientsPerSample
            let count = usable.ranks.x * usable.ranks.y
            return "\(side)^3: \(significant(seconds * Double(count) / 3600)) on \(count) ranks"
        }
        return
            "core hours per effective sample of a posterior, at \(Int(Self.gradientsPerSample)) gradients: "
            + costs.joined(separator: ", ")
    }

    private var notes: String {
        func nanoseconds(_ name: String, _ times: KernelTimes.Coefficients) -> String {
            "\(name) \(significant(1e9 * times.perParticle)) ns per particle, "
                + "\(significant(1e9 * times.perCell)) ns per cell, "
                + "\(significant(1e9 * times.perCellAndLevel)) ns per cell and log2(cells)"
        }
        let filters =
            levels == 0
            ? "" : "; filters \(significant(1e9 * model.times.perMultiplyAdd)) ns per multiply-add"
        let limits = particles.map { side -> String in
            let finest = workload(side, on: 1).finestGrid
            return "\(side)^3: \(finest.x) x \(finest.y) = \(finest.x * finest.y)"
        }
        return """
            work of a core: \(nanoseconds("forward", model.times.forward)); \(nanoseconds("gradient", model.times.gradient))\(filters)
            sends, messages: of the fullest rank in a gradient's exchanges and ghost planes, exact; waits: communication's share
            assumed: imbalance=\(significant(model.assumptions.imbalance)) of particles, \
            displacement=\(significant(model.assumptions.displacement)) spacings in a run, no overlap, no congestion
            L-BFGS: a reconstruction with history=\(history)
            \(sampling)
            the pencil runs out where a block is \(Decomposition.widestGhostZone) planes wide\(levels == 0 ? "" : ", or less than one of the coarsest mesh"), \(limits.joined(separator: ", ")) ranks
            """
    }
}

extension KernelTimes {
    /// Fitted to what `bench` measured, which must have gradients.
    ///
    /// - Throws: `UsageError` when there are none, or when the way back found forces that were kept, which the model solves again.
    init(fitting records: [(name: String, record: BenchRecord)]) throws(UsageError) {
        let all = records.flatMap(\.record.measurements)
        let complete = all.filter { $0.gradient != nil }
        // Those of a pyramid would have the transforms of another mesh.
        let single = complete.filter { $0.pyramid == nil }
        guard !single.isEmpty else {
            throw UsageError(
                "\(records[0].name): holds no gradient of a single mesh; the model's times must be measured with one; "
                    + "run palindrome bench without --forward-only")
        }
        for (name, record) in records {
            guard record.measurements.allSatisfy({ ($0.gradient?.keptForces ?? 0) == 0 }) else {
                throw UsageError(
                    "\(name): holds a gradient that kept forces; the model solves each again on the way back; "
                        + "run palindrome bench with --set run.keep_forces=0")
            }
        }
        self.init(
            forward: .init(fitting: single.map { MeasuredWork($0.forward, of: $0) }),
            gradient: .init(fitting: single.map { MeasuredWork($0.gradient!.run, of: $0) }),
            perMultiplyAdd: Self.perMultiplyAdd(all) ?? Self.reference.perMultiplyAdd)
    }
}

extension KernelTimes {
    /// Seconds of the filters over what they multiply and add; nil if nothing was measured with a pyramid.
    private static func perMultiplyAdd(_ measurements: [BenchRecord.Measurement]) -> Double? {
        var (seconds, multiplyAdds) = (0.0, 0.0)
        for measurement in measurements {
            guard let pyramid = measurement.pyramid else { continue }
            multiplyAdds += pyramid.multiplyAdds
            seconds += measurement.forward.phases.filter { PhaseKind(of: $0.name) == .filters }
                .reduce(0) { $0 + $1.meanSeconds }
        }
        return multiplyAdds > 0 ? seconds / multiplyAdds : nil
    }
}

extension MeasuredWork {
    /// What the mean rank did, without waiting for others.
    fileprivate init(_ run: BenchRecord.Run, of measurement: BenchRecord.Measurement) {
        func seconds(_ kinds: [PhaseKind]) -> Double {
            run.phases.filter { kinds.contains(PhaseKind(of: $0.name)) }.reduce(0) { $0 + $1.meanSeconds }
        }
        self.init(
            particles: measurement.particlesPerRank, cells: measurement.cellsPerRank,
            levels: measurement.mesh.reduce(0) { $0 + log2(Double($1)) }, transforms: seconds([.transforms]),
            others: seconds([.particles, .cells]))
    }
}
