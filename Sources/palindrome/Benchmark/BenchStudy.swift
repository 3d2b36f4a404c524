internal import Configuration
internal import Mesh
internal import Parallel
internal import Report

/// One problem on some of the ranks.
struct BenchCase {
    /// The problem; its `run.ranks` is set.
    let configuration: RunConfiguration
    /// The grid of the ranks that work; the others wait.
    let grid: SIMD2<Int>

    var rankCount: Int { grid.x * grid.y }
}

/// The problems of `bench`, and who works on them.
struct BenchStudy {
    let kind: BenchRecord.Study
    /// Numbers of ranks, increasing.
    let counts: [Int]
    /// Whether every grid that fits is tried, not only the squarest.
    let triesAllGrids: Bool

    /// The cases in the order of the numbers of ranks, and those numbers on which the problem does not fit.
    func cases(of configuration: RunConfiguration) throws(UsageError) -> (cases: [BenchCase], unfit: [Int]) {
        var cases: [BenchCase] = []
        var unfit: [Int] = []
        for count in counts {
            let problem = kind == .weak ? try Self.grown(configuration, by: count) : configuration
            let grids: [SIMD2<Int>] =
                if let given = problem.run.ranks {
                    [given]
                } else {
                    RankGrid.shapes(for: count).filter { Decomposition.fits(problem.box.particles, on: $0) }
                }
            if grids.isEmpty { unfit.append(count) }
            for grid in triesAllGrids ? grids : Array(grids.prefix(1)) {
                var chosen = problem
                chosen.run.ranks = grid
                cases.append(BenchCase(configuration: chosen, grid: grid))
            }
        }
        return (cases, unfit)
    }

    /// A box so many times as large, its sides multiplied by three factors as equal as can be.
    private static func grown(_ configuration: RunConfiguration, by count: Int) throws(UsageError)
        -> RunConfiguration
    {
        guard case .seed = configuration.initial.noise else {
            throw UsageError(
                "initial.white_noise is a file; a box that grows with the ranks must have a seed; "
                    + "use --set initial.seed=1")
        }
        let factors = Self.factors(of: count)
        var grown = configuration
        grown.box.particles &*= factors
        grown.box.mesh &*= factors
        return grown
    }

    /// Three factors, the largest first.
    static func factors(of count: Int) -> SIMD3<Int> {
        let z = (1...count).last { $0 * $0 * $0 <= count && count % $0 == 0 }!
        let rest = count / z
        let y = (1...rest).last { $0 * $0 <= rest && rest % $0 == 0 }!
        return [rest / y, y, z]
    }

    /// 1, 2, 4 … and all of them.
    static func powersOfTwo(upTo most: Int) -> [Int] {
        var counts: [Int] = []
        var next = 1
        while next < most {
            counts.append(next)
            next *= 2
        }
        return counts + [most]
    }
}

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
                try palindrome.measure(problem.configuration, plan, on: part)
            }
        }
        // Not a barrier: that would keep the cores of those who wait as busy as of those who work.
        _ = meeting.isComplete(within: .infinity)
        return try world.agree { try outcome.get() }
    }
}
