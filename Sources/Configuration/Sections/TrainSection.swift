/// How networks that make haloes of a density are trained.
public struct TrainSection: Sendable, Equatable {
    /// Seeds of the universes to learn from.
    public var seeds: [Int]
    /// The seed of the universe that the networks are tested on.
    public var test: Int
    /// Universes that are there already, as files with `/density`, `/counts` and `/mass`; made from the seeds if empty.
    public var universes: [String]
    /// The one to be tested on, if universes are given.
    public var testUniverse: String?
    /// Times as many particles along a side that the runs have whose haloes are found.
    public var refine: Int
    /// Mesh points per particle along a side in those runs.
    public var fineMeshFactor: Double
    /// Their steps.
    public var fineSteps: Int
    /// Their kernel.
    public var fineKernel: ForceSection.Kernel
    /// Haloes per volume, the heaviest [(h/Mpc)³].
    public var numberDensity: Double
    /// Haloes per cell from which on a cell counts as having some.
    public var threshold: Double
    /// Steps of Adam for each network.
    public var steps: Int
    /// Cells of a step of the first network, and of the second.
    public var batch, massBatch: Int
    /// η.
    public var learningRate: Double
    /// The factor of Σ w² in the first network's loss.
    public var decay: Double
    /// Of first weights and of batches.
    public var seed: Int
    /// M0 of the residuals that are measured [Msun/h].
    public var softenings: [Double]
    /// w of the residuals that are measured.
    public var widths: [Double]
    /// Steps from one checkpoint to the next.
    public var checkpointEvery: Int

    init(_ section: SectionReader) {
        seeds =
            section.read("seeds") { entry throws(Problem) in
                let (rule, remedy) = ("it must be a list of seeds", "try [101, 102]")
                let seeds = try entry.list(rule, remedy)
                guard !seeds.isEmpty else { throw entry.problem("it must hold a seed", remedy) }
                var found: [Int] = []
                for seed in seeds { found.append(try seed.whole(0...Int.max, remedy)) }
                return found
            } ?? [101, 102]
        test = section.whole("test", 0...Int.max, default: 100)
        universes =
            section.read("universes") { entry throws(Problem) in
                let remedy = "try [\"universe_101.h5\"]"
                var found: [String] = []
                for file in try entry.list("it must be a list of files", remedy) {
                    found.append(file.place.resolve(try file.text("it must be the path of a file", remedy)))
                }
                return found
            } ?? []
        testUniverse = section.path("test_universe", example: "\"universe_100.h5\"")
        refine = section.whole("refine", 1...16, default: 4)
        fineMeshFactor = section.number("fine_mesh_factor", .within(1...16), default: 2)
        fineSteps = section.whole("fine_steps", 1...1000, default: 40)
        fineKernel = section.choice("fine_kernel", default: .finiteDifferenceFourPoint)
        numberDensity = section.positive("number_density", default: 1e-3)
        threshold = section.positive("threshold", default: 0.05)
        steps = section.whole("steps", 1...1_000_000, default: 1500)
        batch = section.whole("batch", 1...1_048_576, default: 2048)
        massBatch = section.whole("mass_batch", 1...1_048_576, default: 1024)
        learningRate = section.positive("learning_rate", default: 5e-3)
        decay = section.number("decay", .notNegative, default: 1e-5)
        seed = section.whole("seed", 0...Int.max, default: 1)
        softenings = section.numbers("M0", .within(1e6...1e16), example: "[1e12, 1e11]") ?? [1e12, 1e11]
        widths = section.numbers("widths", .within(0.1...10), example: "[1, 2, 3]") ?? [1, 2, 3]
        checkpointEvery = section.whole("checkpoint_every", 1...1_000_000, default: 250)
        if seeds.contains(test) && universes.isEmpty {
            section.conflict(
                "test", is: "\(test)", "it must not be one of train.seeds: a test is on an unseen universe",
                "try another seed")
        }
        if universes.isEmpty == (testUniverse != nil) {
            let (missing, other) =
                universes.isEmpty ? ("universes", "test_universe") : ("test_universe", "universes")
            section.conflict(missing, is: "not given", "it must come with train.\(other)", "add it")
        }
        if let given = testUniverse, universes.contains(given) {
            section.conflict(
                "test_universe", is: given, "it must not be one of train.universes", "give another")
        }
    }

    /// What it is when nothing is given.
    static var usual: TrainSection? {
        guard let document = try? Document(bytes: [], name: "", overrides: []) else { return nil }
        return TrainSection(Reader(document).section("train"))
    }

    var entries: [ResolvedEntry] {
        let sources: [ResolvedEntry] =
            if let testUniverse {
                [
                    .init("universes", "[\(universes.map(quoted).joined(separator: ", "))]"),
                    .init("test_universe", quoted(testUniverse)),
                ]
            } else {
                [
                    .init("seeds", "\(seeds)"), .init("test", "\(test)"), .init("refine", "\(refine)"),
                    .init("fine_mesh_factor", "\(fineMeshFactor)"), .init("fine_steps", "\(fineSteps)"),
                    .init("fine_kernel", fineKernel.rawValue),
                ]
            }
        return sources + [
            .init("number_density", "\(numberDensity)"), .init("threshold", "\(threshold)"),
            .init("steps", "\(steps)"), .init("batch", "\(batch)"), .init("mass_batch", "\(massBatch)"),
            .init("learning_rate", "\(learningRate)"), .init("decay", "\(decay)"), .init("seed", "\(seed)"),
            .init("M0", "\(softenings)"), .init("widths", "\(widths)"),
            .init("checkpoint_every", "\(checkpointEvery)"),
        ]
    }
}

extension RunConfiguration {
    /// The run of a universe with more particles whose haloes the networks learn, over the same box.
    public func fineRun(seed: Int) -> RunConfiguration {
        var fine = self
        fine.box.particles = box.particles &* train.refine
        fine.box.spacing = box.spacing / Double(train.refine)
        var mesh = SIMD3<Int>.zero
        for axis in 0..<3 {
            mesh[axis] = Int((Double(fine.box.particles[axis]) * train.fineMeshFactor).rounded())
        }
        fine.box.mesh = mesh
        fine.initial.noise = .seed(UInt64(seed))
        let (start, stop, steps) = (evolution.scaleFactors[0], evolution.stop, train.fineSteps)
        fine.evolution.spacing = .linear
        fine.evolution.scaleFactors = (0...steps).map {
            $0 == steps ? stop : start + (stop - start) * Double($0) / Double(steps)
        }
        fine.force.kernel = train.fineKernel
        fine.force.levels = 0
        fine.run.ranks = nil
        return fine
    }
}
