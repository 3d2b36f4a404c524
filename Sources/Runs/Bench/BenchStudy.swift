package import Configuration
internal import Mesh
package import Parallel
public import Records

/// One problem on some of the ranks.
package struct BenchCase {
    /// The problem; its `run.ranks` is set.
    package let configuration: RunConfiguration
    /// The grid of the ranks that work; the others wait.
    package let grid: SIMD2<Int>

    /// The number of ranks that work.
    package var rankCount: Int { grid.x * grid.y }
}

/// The problems of `bench`, and who works on them.
public struct BenchStudy: Sendable {
    /// Which grids of ranks are tried.
    public enum Grids: Sendable {
        /// The squarest that fits.
        case squarest
        /// Each that fits.
        case all
    }

    let kind: BenchRecord.Study
    /// Numbers of ranks, increasing.
    let counts: [Int]
    let grids: Grids

    /// A study.
    ///
    /// - Parameters:
    ///   - kind: what the measurements have in common.
    ///   - counts: numbers of ranks, increasing.
    ///   - grids: which grids of so many ranks.
    public init(_ kind: BenchRecord.Study, on counts: [Int], grids: Grids) {
        self.kind = kind
        self.counts = counts
        self.grids = grids
    }

    /// The cases in the order of the numbers of ranks, and those numbers on which the problem does not fit.
    package func cases(of configuration: RunConfiguration) throws(UsageError) -> (
        cases: [BenchCase], unfit: [Int]
    ) {
        var cases: [BenchCase] = []
        var unfit: [Int] = []
        for count in counts {
            let problem = kind == .weak ? try Self.grown(configuration, by: count) : configuration
            let fitting: [SIMD2<Int>] =
                if let given = problem.run.ranks {
                    [given]
                } else {
                    RankGrid.shapes(for: count).filter { Decomposition.fits(problem.box.particles, on: $0) }
                }
            if fitting.isEmpty { unfit.append(count) }
            for grid in grids == .all ? fitting : Array(fitting.prefix(1)) {
                cases.append(BenchCase(configuration: problem.onRanks(grid), grid: grid))
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
        return configuration.enlarged(by: Self.factors(of: count))
    }

    /// Three factors, the largest first.
    package static func factors(of count: Int) -> SIMD3<Int> {
        let z = (1...count).last { $0 * $0 * $0 <= count && count % $0 == 0 }!
        let rest = count / z
        let y = (1...rest).last { $0 * $0 <= rest && rest % $0 == 0 }!
        return [rest / y, y, z]
    }

    /// 1, 2, 4 … and all of them.
    public static func powersOfTwo(upTo most: Int) -> [Int] {
        var counts: [Int] = []
        var next = 1
        while next < most {
            counts.append(next)
            next *= 2
        }
        return counts + [most]
    }
}
