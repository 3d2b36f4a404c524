internal import Background
internal import Configuration
internal import Cost
internal import Parallel

/// What is known of a run before it starts.
enum DryRun {
    /// Checks the files that the run reads and the memory it needs, and prints what it would do.
    static func run(
        _ configuration: RunConfiguration, for purpose: MemoryEstimate.Purpose = .simulation,
        on world: Communicator
    ) throws {
        _ = try configuration.linearPowerModel(on: world)
        let grid = configuration.rankGrid(for: world.size)
        let estimate = MemoryEstimate(configuration, on: grid, for: purpose)
        let available = MachineMemory.availablePerRank(on: world)
        if world.isRoot {
            Console.say(configuration.resolvedText)
            Console.say("writes to \(configuration.output.directory), on \(grid.x) x \(grid.y) ranks")
            Console.say("")
            Console.say(estimate.table(available: available))
        }
        try estimate.requireRoom(available: available)
    }
}
