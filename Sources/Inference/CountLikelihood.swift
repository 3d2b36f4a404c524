internal import Glibc
public import Observables
internal import Particles

/// A likelihood of counts that is written for ln B, where all of these stay finite in empty cells.
///
/// To add one: ``Likelihood/value(ofExponential:_:)`` and ``Likelihood/evaluate(exponential:_:)``; those of B itself follow,
/// `B̄ = η̄/B`. See ``NegativeBinomialLikelihood``.
public protocol CountLikelihood<Scalar>: Likelihood {}

extension CountLikelihood {
    /// `−ln p` of the logarithm. Collective.
    public func value(of prediction: consuming Cells<Scalar>, _ own: [Double]) throws -> Double {
        prediction.map { log($0) }
        return try value(ofExponential: prediction, own)
    }

    /// `−ln p` of the logarithm, and `B̄ = η̄/B`. Collective.
    public func evaluate(
        _ prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Assessment<Scalar> {
        let biased = prediction.copy()
        prediction.map { log($0) }
        let found = try evaluate(exponential: prediction, own)
        let (value, parameters, factor) = (found.value, found.parameters, found.leftOut)
        var cotangent = found.takeCotangent()
        cotangent.combine(biased) { $0 / $1 }
        return Assessment(value: value, parameters: parameters, leavingOut: factor, cotangent: cotangent)
    }

    /// Does nothing: counts are compared cell by cell.
    public func smooth(by radius: Double) {}
}

/// Counts, and the part of what is there that is seen: `λ = S B`, of cells with S > 0.
struct SelectedCounts<Scalar: ParticleScalar>: ~Copyable {
    /// N.
    let counts: Cells<Scalar>
    /// S; nil if all are 1.
    let selection: Cells<Scalar>?
    /// The cells that are seen.
    let cellCount: Int
    /// Of the counts.
    let summary: DataSummary

    /// What errors say of the data.
    struct Words {
        /// The objective.
        let name: String
        /// The key of the selection.
        let key: String
        /// The likelihood that needs them.
        let likelihood: String
    }

    /// Counts that can be used. Collective.
    ///
    /// - Throws: ``ObjectiveError`` on all ranks when counts are negative, fractions or no numbers, a selection is negative
    ///   or 0 everywhere, or something was counted where nothing is seen.
    init(
        _ counts: consuming Cells<Scalar>, _ selection: consuming Cells<Scalar>?, on grid: CellGrid<Scalar>,
        _ words: Words
    ) throws {
        var counts = counts
        var seen = grid.count
        var found: Cells<Scalar>?
        if let given = selection {
            seen = try given.requireWeights(as: "\(words.name).\(words.key)")
            counts.clear(where: given)
            try counts.requireCounts(as: words.name, for: words.likelihood)
            try counts.requireNone(outside: given, as: words.name, words.key)
            found = consume given
        } else {
            try counts.requireCounts(as: words.name, for: words.likelihood)
        }
        summary = try counts.summary(named: "\(words.name).data", of: grid.count)
        cellCount = seen
        self.selection = found
        self.counts = counts
    }

    /// A copy of S; nil if all are 1.
    func copyOfSelection() -> Cells<Scalar>? {
        guard selection != nil else { return nil }
        return selection!.copy()
    }

    /// λ of B.
    func select(_ prediction: inout Cells<Scalar>) {
        guard selection != nil else { return }
        prediction.combine(selection!) { $0 * $1 }
    }

    /// ln λ of ln B; minus infinity where nothing is seen, and λ is 0.
    func select(logarithm: inout Cells<Scalar>) {
        guard selection != nil else { return }
        logarithm.combine(selection!) { $0 + log($1) }
    }
}
