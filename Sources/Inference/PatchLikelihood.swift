internal import Glibc
internal import Mesh
public import Observables
internal import Parallel
public import Particles

/// Counts of which only the shares within patches are believed: robust to an unknown selection of each patch.
///
///     −ln p = −Σ_c N_c ln(λ_c/Λ_p(c)),    Λ_p = Σ_{c ∈ p} λ_c,    λ = S B
///
/// It is Poisson's, maximised over a factor A_p of each patch, or, which is the same but for a constant, integrated over each with
/// the prior 1/A_p: it does not know the amplitude of a bias. Of one patch it says what that is (``LeftOutFactor``). The constant is
/// chosen such that λ = N makes 0. Cells with S = 0 do not count. With η = ln B and N_p the counts of a patch, `η̄ = N_p λ/Λ_p − N`.
///
/// - Source: Porqueres et al. 2019, A&A 624, A115.
public final class PatchLikelihood<Scalar: ParticleScalar>: CountLikelihood {
    /// The cells that are seen.
    public var cellCount: Int { data.cellCount }
    /// Of one patch in which something was counted.
    public var leavesOutFactor: Bool { totals.count == 1 && totals[0] > 0 }
    /// Of the counts.
    public var summary: DataSummary? { data.summary }
    private let data: SelectedCounts<Scalar>
    /// The cells.
    let grid: CellGrid<Scalar>
    /// The number of each cell's patch.
    let patches: Cells<Scalar>
    /// N_p.
    let totals: [Double]
    /// Σ N ln(N/N_p).
    private let least: Double

    /// A patch's number must be below this: every rank holds a few numbers of each.
    public static var mostPatches: Int { 1 << 16 }

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - counts: N, whole numbers ≥ 0, on the cells of the grid.
    ///   - selection: S ≥ 0; all 1 if not given.
    ///   - patches: the number of each cell's patch, whole and from 0 to below ``mostPatches``.
    ///   - grid: the cells.
    ///   - name: of the objective, for errors.
    ///   - key: by which the selection was given.
    /// - Throws: ``ObjectiveError`` on all ranks as ``PoissonLikelihood`` does, and when a patch has no such number.
    public init(
        counts: consuming Cells<Scalar>, selection: consuming Cells<Scalar>?,
        patches: consuming Cells<Scalar>,
        on grid: CellGrid<Scalar>, named name: String = "objective", selectedBy key: String = "selection"
    ) throws {
        let data = try SelectedCounts(
            counts, selection, on: grid, .init(name: name, key: key, likelihood: "patches"))
        let most = Double(Self.mostPatches)
        func isNone(_ number: Double) -> Bool {
            !(number >= 0 && number < most && number == number.rounded())
        }
        guard try patches.count(where: isNone) == 0 else {
            throw ObjectiveError(
                "\(name).patches holds what is no number of a patch, the first at \(patches.firstPlace(where: isNone)); "
                    + "they must be whole, from 0 to \(Self.mostPatches - 1); number them anew")
        }
        let totals = try data.counts.sums(over: patches, of: "counts") { $0 }
        least = try data.counts.sum(with: patches, of: "the loss") { count, patch in
            count == 0 ? 0 : count * log(count / totals[Int(patch)])
        }
        self.totals = totals
        self.grid = grid
        self.patches = patches
        self.data = data
    }

    /// A copy of N.
    public func copyOfData() -> Cells<Scalar> { data.counts.copy() }

    /// A copy of S; nil if all are 1.
    public func copyOfWeights() -> Cells<Scalar>? { data.copyOfSelection() }

    /// See the formula above. Collective.
    public func value(ofExponential logarithm: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        data.select(logarithm: &logarithm)
        return try loss(of: logarithm, expectations(logarithm))
    }

    /// See the formulas above. Collective.
    public func evaluate(
        exponential logarithm: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        data.select(logarithm: &logarithm)
        let expected = try expectations(logarithm)
        let value = try loss(of: logarithm, expected)
        logarithm.combine(patches) { logarithm, patch in
            let total = totals[Int(patch)]
            return total == 0 ? 0 : total * exp(logarithm) / expected[Int(patch)]
        }
        logarithm.combine(data.counts) { $0 - $1 }
        let factor = leavesOutFactor ? LeftOutFactor(shape: totals[0], rate: expected[0]) : nil
        return Assessment(value: value, leavingOut: factor, cotangent: logarithm)
    }

    /// Λ_p of ln λ.
    private func expectations(_ logarithm: borrowing Cells<Scalar>) throws -> [Double] {
        try logarithm.sums(over: patches, of: "the loss") { exp($0) }
    }

    /// `Σ_p N_p ln Λ_p − Σ_c N ln λ`, above its least.
    private func loss(of logarithm: borrowing Cells<Scalar>, _ expected: [Double]) throws -> Double {
        let cells = try logarithm.sum(with: data.counts, of: "the loss") { $1 == 0 ? 0 : $1 * $0 }
        let whole = zip(totals, expected).reduce(0) { $1.0 == 0 ? $0 : $0 + $1.0 * log($1.1) }
        guard whole.isFinite else { throw NotFiniteError(quantity: "the loss") }
        return whole - cells + least
    }
}

extension Cells {
    /// `Σ t(x)` over the cells of each patch of all ranks, the same bits on any ranks. Collective.
    ///
    /// - Parameters:
    ///   - patches: the number of each cell's patch.
    ///   - quantity: what is summed, for the error.
    ///   - term: a function of a cell's number, at least 0.
    /// - Returns: as many sums as there are patches, on all ranks.
    /// - Throws: `NotFiniteError` on all ranks.
    func sums(
        over patches: borrowing Cells, of quantity: String, _ term: (Double) -> Double
    ) throws(NotFiniteError) -> [Double] {
        switch self {
        case .mesh(let field):
            return try patches.withMesh { patches throws(NotFiniteError) in
                let (values, numbers) = (field.values.span, patches.values.span)
                var (largest, count) = (0.0, 0)
                for index in values.indices {
                    let value = term(Double(values[index]))
                    if !(value <= largest) { largest = value.isFinite ? value : .nan }
                    count = max(count, Int(numbers[index]) + 1)
                    if largest.isNaN { break }
                }
                let world = field.decomposition.grid.world
                largest = world.maximum(largest)
                guard largest.isFinite else { throw NotFiniteError(quantity: quantity) }
                var sums = [ExactSum](
                    repeating: ExactSum(maximum: largest), count: -world.minimum(-count))
                for index in values.indices { sums[Int(numbers[index])].add(term(Double(values[index]))) }
                return ExactSum.total(sums, over: world)
            }
        case .plane(let pixels):
            let numbers = patches.pixels
            var sums = [Double](repeating: 0, count: Int(numbers.max() ?? 0) + 1)
            for (pixel, number) in zip(pixels, numbers) { sums[Int(number)] += term(pixel) }
            guard sums.allSatisfy(\.isFinite) else { throw NotFiniteError(quantity: quantity) }
            return sums
        }
    }
}
