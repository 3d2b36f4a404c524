internal import Parallel

/// The lines that end a log.
enum RunSummary {
    /// Prints the phase table and the peak of memory. Collective.
    static func tell(on world: Communicator) {
        let table = PhaseTable(world.phases, on: world)
        let peak = MachineMemory.peak
        let (largest, total) = (world.maximum(peak), world.sum(peak))
        guard world.isRoot else { return }
        Console.say(table.text)
        Console.say(
            "peak memory \(fixed(Double(largest) / 1_048_576, 0)) MiB on the fullest rank, "
                + "\(fixed(Double(total) / 1_048_576, 0)) MiB in all")
    }
}
