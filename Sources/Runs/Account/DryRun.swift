public import Configuration
public import Cost
internal import Parallel
internal import Storage

extension RunConfiguration {
    /// Reads the files that a run reads, looks for the memory it needs, and says what it would do. Collective.
    ///
    /// - Throws: on all ranks what the run would throw before its first step.
    public func rehearse(for purpose: MemoryEstimate.Purpose, in context: RunContext) throws {
        let inputs = InputCheck(configuration: self, purpose: purpose, world: context.world)
        try inputs.lookAtFiles()
        try OutputDirectory.foresee(output.directory, over: context.world)
        let grid = rankGrid(for: context.world.size)
        let estimate = MemoryEstimate(self, on: grid, for: purpose)
        let available = MachineMemory.availablePerRank(on: context.world)
        context.say(resolvedText)
        context.say("writes to \(output.directory), on \(grid.x) x \(grid.y) ranks")
        context.say("")
        context.say(estimate.table(available: available))
        try estimate.requireRoom(available: available)
        try inputs.readFiles().forEach(context.say)
    }

    /// Refuses a run that does not fit. Collective.
    ///
    /// - Parameter room: bytes that each rank may take; all that is left on the hosts if nil.
    func requireRoom(
        for purpose: MemoryEstimate.Purpose, on world: Communicator, having room: Int? = nil
    ) throws {
        try MemoryEstimate(self, on: rankGrid(for: world.size), for: purpose)
            .requireRoom(available: room ?? MachineMemory.availablePerRank(on: world))
    }
}
