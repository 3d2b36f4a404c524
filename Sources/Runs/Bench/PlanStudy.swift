public import Configuration
internal import Inference
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

extension RunConfiguration {
    /// Lets FFTW measure all transforms that a run and its gradient need, and writes what it has learnt: a file for `run.wisdom`.
    /// Collective.
    ///
    /// Every rank has lines of the same lengths, so one rank's measurements serve all. The text depends on the machine and on what
    /// it is busy with, not on the number of ranks.
    ///
    /// - Parameter path: of the file, which is written anew.
    /// - Throws: the same on all ranks when something that the run needs cannot be read, there is not enough memory, or the file
    ///   cannot be written.
    public func planTransforms(to path: String, in context: RunContext) throws {
        let world = context.world
        try world.requirePlace(forFile: path)
        let planning = TransformPlanning(.measured)
        let grid = RankGrid(world: world, shape: rankGrid(for: world.size), planning: planning)
        switch run.precision {
        case .single: try meetTransforms(Float.self, over: grid)
        case .double: try meetTransforms(Double.self, over: grid)
        }
        let text = planning.wisdom.text
        try world.writeFile(path, text: { text })
        context.say("wrote \(path), FFTW's wisdom of this machine: run.wisdom: \"\(path)\"")
    }

    /// Makes every transform of a run and its gradient, of which some are made on the way. Collective.
    private func meetTransforms<Scalar: StorableScalar>(_: Scalar.Type, over grid: RankGrid) throws {
        let plan = BenchPlan(repeats: 1, measuresGradient: true, isFirst: false)
        var run = try BenchRun<Scalar>(self, plan, over: grid)
        if !objectives.isEmpty { _ = try jointLikelihood(of: run.model) }
        _ = FourierTransform<Scalar>(run.model.particleGrid)
        try run.warmUp(with: whiteNoise(over: run.model.particleGrid))
    }
}
