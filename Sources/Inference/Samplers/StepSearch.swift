internal import Glibc

/// How the step is found in warm-up.
public enum StepSearch: Sendable, Equatable {
    /// From acceptances.
    case acceptance(DualAveraging)
    /// From the scatter of energy errors.
    case energyVariance(EnergyVarianceSearch)

    /// The step to take next.
    public var step: Double {
        switch self {
        case .acceptance(let search): search.step
        case .energyVariance(let search): search.step
        }
    }

    /// The step to keep.
    public var settled: Double {
        switch self {
        case .acceptance(let search): search.settled
        case .energyVariance(let search): search.step
        }
    }

    /// The energy error beyond which a walk turns back while the step is sought.
    var mostError: Double {
        switch self {
        case .acceptance: .infinity
        case .energyVariance(let search): search.mostError
        }
    }

    /// Learns from an iteration.
    mutating func learn(from draw: Draw) {
        switch self {
        case .acceptance(var search):
            search.learn(from: draw.acceptance)
            self = .acceptance(search)
        case .energyVariance(var search):
            search.learn(from: draw.energyError)
            self = .energyVariance(search)
        }
    }

    /// The search that begins where this one is; the mass is another.
    ///
    /// - Parameter isLate: whether burn-in is over.
    func restarted(isLate: Bool) -> StepSearch {
        switch self {
        case .acceptance(let search):
            .acceptance(DualAveraging(target: search.target, from: search.settled))
        case .energyVariance(let search):
            .energyVariance(search.restarted(isLate: isLate))
        }
    }

    /// What a checkpoint holds.
    public var numbers: [Double] {
        switch self {
        case .acceptance(let search): search.numbers
        case .energyVariance(let search): search.numbers
        }
    }

    /// The same kind of search with the numbers of a checkpoint; nil if they are not such.
    public func restored(_ numbers: [Double]) -> StepSearch? {
        switch self {
        case .acceptance: DualAveraging(numbers: numbers).map(StepSearch.acceptance)
        case .energyVariance: EnergyVarianceSearch(numbers: numbers).map(StepSearch.energyVariance)
        }
    }
}

/// Dual averaging of the step towards an acceptance.
///
///     H̄ ← (1 − 1/(m+10)) H̄ + (target − α)/(m+10)
///     ln ε = ln(10 ε₀) − (√m/0.05) H̄,    ln ε̄ ← m^(−.75) ln ε + (1 − m^(−.75)) ln ε̄
///
/// An iteration divides ε by ``mostShrinkage`` at most, H̄ being set to what gives that. Two or three rejections at the start, which
/// 10 ε₀ makes likely, would otherwise divide it by hundreds: trajectories of hundreds of steps, of which ε̄ remembers. In a walk
/// where ΔH has the scatter of ε², thirty iterations then end at ε̄ of 0.75 of the step that has the wanted acceptance, with the bound
/// at 0.97, for two thirds of the gradients.
///
/// - Source: Hoffman & Gelman 2014, eq. 6, without the bound.
public struct DualAveraging: Sendable, Equatable {
    let target: Double
    private let centre: Double
    private var mean = 0.0
    private var count = 0.0
    private var logarithm: Double
    private var average: Double

    private static let gain = 1 / 0.05
    /// The bound of ε from one iteration to the next.
    static let mostShrinkage = 3.0

    /// A search from a step ε₀.
    public init(target: Double, from step: Double) {
        self.target = target
        centre = log(10 * step)
        logarithm = log(step)
        average = log(step)
    }

    init?(numbers: [Double]) {
        guard numbers.count == 6 else { return nil }
        (target, centre, mean) = (numbers[0], numbers[1], numbers[2])
        (count, logarithm, average) = (numbers[3], numbers[4], numbers[5])
    }

    var numbers: [Double] { [target, centre, mean, count, logarithm, average] }

    /// ε.
    public var step: Double { exp(logarithm) }
    /// ε̄.
    public var settled: Double { exp(average) }

    /// Takes an acceptance α into account.
    public mutating func learn(from acceptance: Double) {
        count += 1
        mean = (1 - 1 / (count + 10)) * mean + (target - acceptance) / (count + 10)
        let shortest = logarithm - log(Self.mostShrinkage)
        logarithm = centre - count.squareRoot() * Self.gain * mean
        if logarithm < shortest {
            logarithm = shortest
            mean = (centre - shortest) / (count.squareRoot() * Self.gain)
        }
        let weight = pow(count, -0.75)
        average = weight * logarithm + (1 - weight) * average
    }
}

/// The step at which the energy error's variance per dimension is a wanted one.
///
///     ξ = ΔE²/(d·EEVPD) + 10⁻⁸,    weight exp(−½ (ln ξ/9)²),    ε = ⟨ξ/ε⁶⟩^(−1/6)
///
/// ⟨⟩ a running mean that forgets by 149/151 at each step. An iteration divides ε by ``mostShrinkage`` at most, ξ being bounded:
/// where a new mass makes a step err by hundreds of times what is wanted, the mean would remember it for the rest of the warm-up.
///
/// - Source: Robnik et al. 2023; Robnik & Seljak 2024, §3, without the bound.
public struct EnergyVarianceSearch: Sendable, Equatable {
    private let dimensions: Double
    private let wanted: Double
    private let early: Double
    private var isLate = false
    private var sums = SIMD2(0.0, 0)
    private var longest = Double.infinity
    /// ε.
    public private(set) var step: Double

    /// The bound of ε from one iteration to the next.
    static let mostShrinkage = 3.0

    /// Ten standard deviations of what is wanted.
    var mostError: Double { 10 * expected.squareRoot() }

    /// Of the square of an energy error.
    private var expected: Double { dimensions * (isLate ? wanted : early) }

    /// A search.
    ///
    /// - Parameters:
    ///   - variance: EEVPD that is wanted.
    ///   - early: the same in burn-in.
    ///   - step: where it starts.
    ///   - dimensions: d.
    public init(for variance: Double, early: Double, from step: Double, dimensions: Int) {
        wanted = variance
        self.early = early
        self.step = step
        self.dimensions = Double(dimensions)
    }

    init?(numbers: [Double]) {
        guard numbers.count == 8 else { return nil }
        (dimensions, wanted, early) = (numbers[0], numbers[1], numbers[2])
        isLate = numbers[3] == 1
        sums = SIMD2(numbers[4], numbers[5])
        longest = numbers[6] < 0 ? .infinity : numbers[6]
        step = numbers[7]
    }

    var numbers: [Double] {
        [
            dimensions, wanted, early, isLate ? 1 : 0, sums.x, sums.y, longest.isFinite ? longest : -1, step,
        ]
    }

    func restarted(isLate: Bool) -> EnergyVarianceSearch {
        var next = EnergyVarianceSearch(
            for: wanted, early: early, from: step, dimensions: Int(dimensions))
        next.isLate = isLate
        return next
    }

    /// Takes an energy error into account; one that is no number shortens the step for good.
    public mutating func learn(from energyError: Double) {
        guard energyError.isFinite else {
            longest = 0.8 * step
            step = longest
            return
        }
        let excess = min(energyError * energyError / expected + 1e-8, pow(Self.mostShrinkage, 6))
        let distance = log(excess) / 9
        let weight = exp(-0.5 * distance * distance)
        let decay = 149.0 / 151
        sums = decay * sums + SIMD2(weight * excess / pow(step, 6), weight)
        step = min(pow(sums.x / sums.y, -1.0 / 6), longest)
    }
}
