internal import Parallel
internal import Storage

extension RunContext {
    /// Takes a directory for files that are no run's, as catalogues and noise. Collective.
    ///
    /// - Parameters:
    ///   - names: the files that will be written there.
    ///   - isReplacing: whether those that are there already may be written over.
    /// - Throws: on all ranks when the directory cannot be written, another run is writing there, or, unasked,
    ///   something would be written over.
    func claim(_ directory: String, for names: [String], replacing isReplacing: Bool) throws
        -> ClaimedDirectory
    {
        let claim = try ClaimedDirectory(directory, over: world)
        claim.notes.forEach(say)
        if !isReplacing {
            let there = Set(try OutputDirectory.names(in: directory, over: world))
            if let name = names.first(where: there.contains) {
                throw UsageError(
                    "\(directory)/\(name) is there already; use another --output, or --overwrite to replace it"
                )
            }
        }
        return claim
    }
}
