import Numerics

/// The solution of y′ = f(x, y), followed forwards by Gragg–Bulirsch–Stoer extrapolation of order 16.
///
/// A step is done with the modified midpoint rule in 2, 4, …, 16 substeps, whose errors are series in the
/// square of the substep, and extrapolated to none. The error is the last correction, measured on the
/// value part alone, so that `Dual` and `Double` take the same steps.
///
/// - Source: Hairer, Nørsett & Wanner 1993, §II.9.
struct ExtrapolatedPath<Scalar: CosmologyScalar, let count: Int> {
    typealias State = InlineArray<count, Scalar>
    typealias Rates = (Double, State) -> State

    /// Error allowed in a step, relative to the state or to one, whichever is larger.
    private static var tolerance: Double { 1e-13 }
    /// The longest step: a few e-folds could hide a late dark energy from the value but not from its derivatives.
    private static var longestStep: Double { 0.5 }
    private static var shortestStep: Double { 1e-9 }
    private static var rows: Int { 8 }

    private var x: Double
    private var state: State
    private var step = longestStep
    /// The accepted step from here, once it has been made.
    private var next: (state: State, error: Double)?

    init(start: Double, state: State) {
        x = start
        self.state = state
    }

    /// The solution at `target`, which must not lie before that of the call before.
    mutating func state(at target: Double, _ rates: Rates) -> State {
        while true {
            let next = acceptedStep(rates)
            // Not a number is an answer: a universe that cannot be followed.
            guard next.error.isFinite else { return State(repeating: Scalar(.nan)) }
            if target < x + step { return Self.advance(state, from: x, by: target - x, rates).state }
            x += step
            state = next.state
            step = min(Self.longestStep, step * min(3, Self.stepFactor(next.error)))
            self.next = nil
        }
    }

    /// Shortens the step until its error is allowed.
    private mutating func acceptedStep(_ rates: Rates) -> (state: State, error: Double) {
        while true {
            var trial = next ?? Self.advance(state, from: x, by: step, rates)
            // Steps dwindle where E² goes through zero.
            if step < Self.shortestStep { trial.error = .nan }
            if trial.error <= Self.tolerance || !trial.error.isFinite {
                next = trial
                return trial
            }
            step *= max(0.2, Self.stepFactor(trial.error))
        }
    }

    private static func stepFactor(_ error: Double) -> Double {
        0.9 * Double.pow(tolerance / error, 1.0 / 15)
    }

    private static func advance(
        _ state: State, from x: Double, by step: Double, _ rates: Rates
    ) -> (state: State, error: Double) {
        let initialRates = rates(x, state)
        var row: [State] = []
        var error = Double.infinity
        for j in 1...rows {
            // Aitken–Neville: `row` holds T(j,1), T(j,2), … in place of T(j−1,1), T(j−1,2), …
            var entry = midpoint(state, initialRates, from: x, by: step, substeps: 2 * j, rates)
            for k in 0..<row.count {
                let ratio = Double(j) / Double(j - k - 1)
                let better = combine(entry, entry, row[k], 1 / (ratio * ratio - 1))
                row[k] = entry
                if k == rows - 2 { error = difference(better, entry) / max(1, size(entry)) }
                entry = better
            }
            row.append(entry)
        }
        return (row[rows - 1], error)
    }

    /// The modified midpoint rule: z₁ = z₀ + h f(z₀), z_{m+1} = z_{m−1} + 2h f(z_m).
    private static func midpoint(
        _ state: State, _ initialRates: State, from x: Double, by step: Double, substeps: Int, _ rates: Rates
    ) -> State {
        let h = step / Double(substeps)
        var previous = state
        var current = State { state[$0] + initialRates[$0].scaled(by: h) }
        for m in 1..<substeps {
            let slope = rates(x + Double(m) * h, current)
            let next = State { previous[$0] + slope[$0].scaled(by: 2 * h) }
            previous = current
            current = next
        }
        return current
    }

    /// a + (b − c) factor.
    private static func combine(_ a: State, _ b: State, _ c: State, _ factor: Double) -> State {
        State { a[$0] + (b[$0] - c[$0]).scaled(by: factor) }
    }

    private static func size(_ state: State) -> Double {
        var sum = 0.0
        for i in 0..<count { sum += state[i].value.magnitude }
        return sum
    }

    /// Summed, so that a difference that is not a number shows.
    private static func difference(_ a: State, _ b: State) -> Double {
        var sum = 0.0
        for i in 0..<count { sum += (a[i].value - b[i].value).magnitude }
        return sum
    }
}
