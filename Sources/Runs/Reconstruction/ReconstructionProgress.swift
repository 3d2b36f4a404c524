internal import Configuration
internal import Inference
internal import Parallel
internal import Text

/// The log of a reconstruction: the first point of each stage, and how far it is.
///
///     stage 1/5  iteration 12/100  loss 1.2345e+05  |gradient| 3.21e+02  0.41 s/iteration  at most 1 min 20 s left
struct ReconstructionProgress {
    private let stages: [OptimizerSection.Stage]
    private let context: RunContext
    private let earlier: Double
    private let begin = MPIRuntime.time
    private var iterations = 0

    /// - Parameter earlier: seconds spent by processes before this one.
    init(_ stages: [OptimizerSection.Stage], after earlier: Double, in context: RunContext) {
        self.stages = stages
        self.earlier = earlier
        self.context = context
    }

    /// Seconds since the very beginning.
    var seconds: Double { earlier + MPIRuntime.time - begin }

    /// Tells of a row.
    mutating func tell(_ row: SearchHistory.Row) {
        if row.iteration > 0 { iterations += 1 }
        let stage = stages[row.stage]
        let perIteration = iterations > 0 ? (MPIRuntime.time - begin) / Double(iterations) : 0
        let left =
            stage.iterations - row.iteration + stages[(row.stage + 1)...].reduce(0) { $0 + $1.iterations }
        var line = "stage \(row.stage + 1)/\(stages.count)  iteration \(row.iteration)/\(stage.iterations)  "
        line += "loss \(scientific(row.loss, 5))  |gradient| \(scientific(row.gradientNorm, 2))"
        if iterations > 0 {
            line +=
                "  \(fixed(perIteration, 2)) s/iteration  at most \(duration(perIteration * Double(left))) left"
        }
        guard context.world.isRoot else { return }
        guard row.iteration > 0 else {
            context.log.endProgress()
            return context.say(line)
        }
        context.log.showProgress(line)
    }

    /// Clears the line, before anything else is printed.
    func clear() {
        if context.world.isRoot { context.log.endProgress() }
    }
}
