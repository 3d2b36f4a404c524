internal import Configuration
internal import Kernels
internal import Mesh
internal import Parallel
internal import Storage

extension RunConfiguration {
    /// The grid of ranks on which a run computes, whose transforms are planned by `run.wisdom`. Collective.
    ///
    /// - Parameter kernels: what it computes with; the default is where another processor comes in.
    /// - Throws: the same on all ranks when that file cannot be read or is none.
    func makeRankGrid(on world: Communicator, kernels: KernelTable = .c) throws -> RankGrid {
        RankGrid(
            world: world, shape: rankGrid(for: world.size), planning: try transformPlanning(on: world),
            kernels: kernels)
    }

    /// What FFTW plans by: the wisdom that is named, or, if that file is lost, what the newest checkpoint in the directory of
    /// the outputs was made with. Where FFTW does not take it, on whichever rank, all estimate. Collective.
    func transformPlanning(on world: Communicator) throws -> TransformPlanning {
        guard let path = run.wisdom else { return TransformPlanning() }
        var remarks: [String] = []
        let text: String
        if let (kept, checkpoint) = try keptWisdom(insteadOf: path, on: world) {
            text = kept
            remarks.append("run.wisdom: \(path) is not there; that which \(checkpoint) was made with is used")
        } else {
            text = String(decoding: try world.fromRoot { try Files.read(path) }, as: UTF8.self)
        }
        guard let wisdom = TransformWisdom(parsing: text) else {
            throw UsageError(
                "run.wisdom: \(path) holds no wisdom of FFTW, or is damaged; it must be a file that palindrome bench --plan "
                    + "has written; make it again, or leave run.wisdom out")
        }
        guard world.minimum(wisdom.isTaken ? 1 : 0) == 1 else {
            return TransformPlanning(
                remarks: remarks + [
                    "warning: run.wisdom: FFTW does not take \(path) here: it is of another version of FFTW or another kind of "
                        + "processor; transforms are estimated, and the last bits may differ from those of a run with it; "
                        + "make it here by palindrome bench --plan"
                ])
        }
        return TransformPlanning(by: wisdom, remarks: remarks)
    }

    /// The wisdom of a checkpoint and its file; nil if the named file is there, or no checkpoint knows any. Collective.
    private func keptWisdom(
        insteadOf path: String, on world: Communicator
    ) throws -> (wisdom: String, checkpoint: String)? {
        let directory = output.directory
        guard world.broadcast([Files.exists(path) ? 1 : 0], from: 0) == [UInt8(0)],
            world.broadcast([Files.exists(directory) ? 1 : 0], from: 0) == [UInt8(1)]
        else { return nil }
        for store in [.simulate, .sample].flatMap({ (kind: RunKind) in kind.stores(of: self, in: directory) })
        {
            for step in store.steps(over: world).reversed() {
                let checkpoint = store.path(step: step)
                guard let file = try? InputFile(opening: checkpoint, fault: .environment, over: world),
                    let wisdom = try? Provenance(of: file)?.wisdom
                else { continue }
                return (wisdom, checkpoint)
            }
        }
        return nil
    }
}
