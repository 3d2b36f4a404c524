internal import Configuration
internal import Parallel
internal import Records

/// Measures cases one after the other; ranks that have no part in one sleep meanwhile.
struct BenchBoard {
    private let world: Communicator
    private let meeting: Meeting

    /// Collective.
    init(of world: Communicator) {
        self.world = world
        meeting = Meeting(of: world)
    }

    /// Measures a case. Collective over all ranks.
    ///
    /// - Returns: the measurement on the ranks that worked, nil on the others.
    /// - Throws: on all ranks what those that worked threw.
    func measure(_ problem: BenchCase, _ plan: BenchPlan) throws -> BenchRecord.Measurement? {
        let works = world.rank < problem.rankCount
        let part = world.split(colour: works ? 0 : 1, key: world.rank)
        var outcome: Result<BenchRecord.Measurement?, any Error> = .success(nil)
        if works {
            outcome = Result {
                try problem.configuration.measure(plan, on: part)
            }
        }
        // Not a barrier: that would keep the cores of those who wait as busy as of those who work.
        _ = meeting.isComplete(within: .infinity)
        return try world.agree { try outcome.get() }
    }
}
