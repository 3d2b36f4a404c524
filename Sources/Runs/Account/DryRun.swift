public import Configuration
public import Cost
internal import Parallel

extension RunConfiguration {
    /// Checks the files that a run reads and the memory it needs, and says what it would do. Collective.
    ///
    /// - Throws: on all ranks when a file cannot be read, or the memory does not suffice.
    public func rehearse(for purpose: MemoryEstimate.Purpose, in context: RunContext) throws {
        _ = try linearPowerModel(on: context.world)
        let grid = rankGrid(for: context.world.size)
        let estimate = MemoryEstimate(self, on: grid, for: purpose)
        let available = MachineMemory.availablePerRank(on: context.world)
        context.say(resolvedText)
        context.say("writes to \(output.directory), on \(grid.x) x \(grid.y) ranks")
        context.say("")
        context.say(estimate.table(available: available))
        try estimate.requireRoom(available: available)
    }

    /// Refuses a run that does not fit. Collective.
    func requireRoom(for purpose: MemoryEstimate.Purpose, on world: Communicator) throws {
        try MemoryEstimate(self, on: rankGrid(for: world.size), for: purpose)
            .requireRoom(available: MachineMemory.availablePerRank(on: world))
    }
}
