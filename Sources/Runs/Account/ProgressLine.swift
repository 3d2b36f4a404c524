internal import Parallel
internal import Text

/// How far a run is.
///
///     step 12/40  a = 0.3438  0.84 s/step  23 s left
struct ProgressLine {
    private let context: RunContext
    private let steps: Int
    private let first: Int
    private let begin = MPIRuntime.time

    /// - Parameters:
    ///   - steps: how many there are.
    ///   - first: how many were done before this process began.
    init(steps: Int, after first: Int = 0, in context: RunContext) {
        self.context = context
        self.steps = steps
        self.first = first
    }

    /// Tells that a step is done; costs nothing on ranks other than 0.
    func update(step: Int, a: Double) {
        guard context.world.isRoot else { return }
        let perStep = (MPIRuntime.time - begin) / Double(max(1, step - first))
        context.log.showProgress(
            "step \(step)/\(steps)  a = \(fixed(a, 4))  \(fixed(perStep, 2)) s/step  "
                + "\(duration(perStep * Double(steps - step))) left")
    }

    /// Clears the line, before anything else is printed.
    func clear() {
        if context.world.isRoot { context.log.endProgress() }
    }
}
