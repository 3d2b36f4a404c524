internal import Configuration
internal import Cost
internal import Parallel
internal import Report
internal import Text

/// The first and the last words of a run in its log.
extension RunConfiguration {
    /// What is about to be done, and where.
    ///
    ///     262144 particles (64 x 64 x 64) in a box of 256 Mpc/h, force mesh 64 x 64 x 64, 10 steps
    ///     4 ranks (2 x 2), about 34 MiB each; writes to out
    func announce(for purpose: MemoryEstimate.Purpose, in context: RunContext) {
        let grid = rankGrid(for: context.world.size)
        let mebibytes = fixed(Double(MemoryEstimate(self, on: grid, for: purpose).bytes) / 1_048_576, 0)
        let steps = evolution.stepCount
        context.say(
            "\(box.particleCount) particles (\(sides(box.particles))) in a box of \(boxText) Mpc/h, force mesh "
                + "\(sides(box.mesh)), " + (steps == 0 ? "no steps" : steps == 1 ? "1 step" : "\(steps) steps"))
        let ranks = context.world.size == 1 ? "1 rank" : "\(context.world.size) ranks (\(grid.x) x \(grid.y))"
        let each = context.world.size == 1 ? "" : " each"
        context.say("\(ranks), about \(mebibytes) MiB\(each); writes to \(output.directory)")
    }

    /// Writes the page of a run that is done, and says what there is and how to look at it. Collective.
    ///
    /// A run is not undone because its page cannot be made.
    func conclude(_ files: [String], in context: RunContext) {
        let directory = output.directory
        let wrote = "wrote \(files.count) file\(files.count == 1 ? "" : "s") to \(directory)"
        guard output.pictures, !context.isMember else {
            context.say("\(wrote); to look at them: palindrome report \(directory)")
            return
        }
        do {
            let page = "\(directory)/report.html"
            try RunReport.write(of: directory, to: page, over: context.world)
            context.say("\(wrote); look at \(page)")
        } catch {
            let why = (error as? any ReportedError)?.message ?? "\(error)"
            context.say("\(wrote); there is no page of them: \(why)")
        }
    }

    private var boxText: String {
        let size = box.size
        let texts = [size.x, size.y, size.z].map { side in
            side.rounded() == side && side < 1e9 ? "\(Int(side))" : "\(Float(side))"
        }
        return Set(texts).count == 1 ? texts[0] : texts.joined(separator: " x ")
    }

    private func sides(_ shape: SIMD3<Int>) -> String { "\(shape.x) x \(shape.y) x \(shape.z)" }
}
