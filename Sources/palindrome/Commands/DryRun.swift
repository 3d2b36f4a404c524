internal import Configuration
internal import Cost
internal import Parallel
internal import Storage

/// What is known of a run before it starts.
enum DryRun {
    /// Checks the files that the run reads and the memory it needs, and prints what it would do.
    static func run(
        _ configuration: RunConfiguration, for purpose: MemoryEstimate.Purpose = .simulation,
        on world: Communicator
    ) throws {
        let inputs = InputCheck(configuration: configuration, purpose: purpose, world: world)
        try inputs.lookAtFiles()
        try OutputDirectory.foresee(configuration.output.directory, over: world)
        let grid = configuration.rankGrid(for: world.size)
        let estimate = MemoryEstimate(configuration, on: grid, for: purpose)
        let available = MachineMemory.availablePerRank(on: world)
        if world.isRoot {
            Console.say(configuration.resolvedText)
            Console.say("writes to \(configuration.output.directory), on \(grid.x) x \(grid.y) ranks")
            Console.say("")
            Console.say(estimate.table(available: available))
        }
        try world.agree { try estimate.requireRoom(available: available) }
        for remark in try inputs.readFiles() where world.isRoot { Console.say(remark) }
    }
}
