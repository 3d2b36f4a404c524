internal import InitialConditions
public import Observables
internal import Parallel
internal import Particles

extension PatchLikelihood: DrawnLikelihood {
    /// They are.
    public var areCounts: Bool { true }

    /// As many counts in each patch as were observed, each in a cell with the probability λ/Λ_p: multinomial variates.
    ///
    /// They are the first N_p arrivals of a patch whose cells see some at random, at the rates λ. So each rank draws its own
    /// arrivals, and only the time of the last one that counts is looked for together.
    public func draw(
        of prediction: consuming Cells<Scalar>, _ own: [Double], seed: UInt64
    ) throws -> Cells<Scalar> {
        var arrivals = mean(of: prediction)
        let expected = try arrivals.sums(over: patches, of: "a predictive check") { $0 }
        // By the end of which there are enough, but for a chance of 10⁻²⁰.
        let durations = zip(totals, expected).map { total, expected in
            total > 0 && expected > 0 ? (total + 10 * total.squareRoot() + 30) / expected : 0
        }
        arrivals.combine(patches) { $0 * durations[Int($1)] }
        arrivals.mapCells { PoissonVariate.draw(mean: $1, seed: seed, element: $0) }
        var places: [Int] = []
        var copy = patches.copy()
        copy.mapCells { _, patch in
            places.append(Int(patch))
            return patch
        }
        let times = Self.times(of: arrivals, seed: GammaVariate.key(seed, 2))
        var world: Communicator?
        if case .mesh(let transform, _) = grid { world = transform.decomposition.grid.world }
        let ends = Self.ends(of: times, in: places, wanted: totals.map { Int($0) }, over: world)
        var next = 0
        arrivals.mapCells { _, _ in
            defer { next += 1 }
            return Double(times[next].count { $0 <= ends[places[next]] })
        }
        return arrivals
    }

    /// The time of each arrival in each cell of this rank, in units of 2⁻⁶³ of the whole.
    private static func times(of arrivals: borrowing Cells<Scalar>, seed: UInt64) -> [[UInt64]] {
        var times: [[UInt64]] = []
        var copy = arrivals.copy()
        copy.mapCells { cell, count in
            let words = RandomBits.words(seed: seed, from: UInt64(cell) << 24, count: 2 * Int(count))
            times.append(
                (0..<Int(count)).map { UInt64(words[2 * $0]) << 31 | UInt64(words[2 * $0 + 1]) >> 1 })
            return count
        }
        return times
    }

    /// Pearson's `Σ (N − N_p λ/Λ_p)²/(N_p λ/Λ_p)`, N_p being that of the data which are judged.
    public func chiSquared(
        of data: borrowing Cells<Scalar>, about prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Double {
        var means = mean(of: prediction)
        let expected = try means.sums(over: patches, of: "a predictive check") { $0 }
        let counted = try data.sums(over: patches, of: "a predictive check") { $0 }
        means.combine(patches) { mean, patch in
            let whole = expected[Int(patch)]
            return whole > 0 ? mean * counted[Int(patch)] / whole : 0
        }
        return try means.sum(with: data, of: "a predictive check") { mean, count in
            mean > 0 ? (count - mean) * (count - mean) / mean : 0
        }
    }

    /// The time in each patch by which as many have arrived as are wanted, or the last one. Collective.
    ///
    /// - Parameters:
    ///   - times: of the arrivals in each cell of this rank.
    ///   - patches: the number of each cell's patch.
    ///   - wanted: in each patch.
    ///   - world: the ranks that share the cells; nil if each has them all.
    private static func ends(
        of times: [[UInt64]], in patches: [Int], wanted: [Int], over world: Communicator?
    ) -> [UInt64] {
        var (first, last) = (wanted.map { _ in UInt64(0) }, wanted.map { _ in UInt64(1) << 63 })
        for _ in 0..<64 {
            let middles = zip(first, last).map { $0 + ($1 - $0) / 2 }
            var arrived = wanted.map { _ in 0 }
            for (times, patch) in zip(times, patches) {
                arrived[patch] += times.count { $0 <= middles[patch] }
            }
            if let world { arrived = world.sum(arrived) }
            for patch in wanted.indices where first[patch] < last[patch] {
                if arrived[patch] >= wanted[patch] {
                    last[patch] = middles[patch]
                } else {
                    first[patch] = middles[patch] + 1
                }
            }
        }
        return zip(last, wanted).map { $1 > 0 ? $0 : 0 }
    }
}
