internal import Glibc

/// How a step of a trajectory is composed of kicks and drifts, as data: kick, drift, kick … kick.
///
///     p −= b_i ε g,    s += a_i ε M⁻¹p
///
/// All are palindromes, so that a trajectory with its momentum reversed goes back.
public struct SymplecticComposition: Sendable, Equatable {
    /// As configurations name it.
    public let name: String
    /// b, one more than there are drifts; their sum is 1.
    public let kicks: [Double]
    /// a; their sum is 1. Each is followed by one gradient.
    public let drifts: [Double]

    /// A composition.
    public init(_ name: String, kicks: [Double], drifts: [Double]) {
        precondition(kicks.count == drifts.count + 1)
        self.name = name
        self.kicks = kicks
        self.drifts = drifts
    }

    /// Gradients of a step.
    public var gradients: Int { drifts.count }

    /// Störmer–Verlet.
    public static let leapfrog = SymplecticComposition("leapfrog", kicks: [0.5, 0.5], drifts: [1])

    /// Two drifts with the smallest error of second order (Omelyan et al. 2002).
    public static let minimumNorm = twoDrifts("minimum-norm", 0.1931833275037836)

    /// Two drifts that are of fourth order on a quadratic potential.
    public static let quartic = twoDrifts("quartic", (3 - 5.0.squareRoot()) / 4)

    /// Three drifts (Blanes, Casas & Sanz-Serna 2014).
    public static let bcss3 = {
        let (b, a) = (0.11888010966548, 0.29619504261126)
        return SymplecticComposition("bcss3", kicks: [b, 0.5 - b, 0.5 - b, b], drifts: [a, 1 - 2 * a, a])
    }()

    /// All of them.
    public static let all = [leapfrog, minimumNorm, quartic, bcss3]

    private static func twoDrifts(_ name: String, _ kick: Double) -> SymplecticComposition {
        SymplecticComposition(name, kicks: [kick, 1 - 2 * kick, kick], drifts: [0.5, 0.5])
    }

    /// The rows of the 2 × 2 matrix by which one step takes (q, p) of a mode of unit curvature.
    public func stepMatrix(_ step: Double) -> (q: SIMD2<Double>, p: SIMD2<Double>) {
        var (q, p) = (SIMD2(1.0, 0), SIMD2(0.0, 1))
        p -= kicks[0] * step * q
        for (drift, kick) in zip(drifts, kicks.dropFirst()) {
            q += drift * step * p
            p -= kick * step * q
        }
        return (q, p)
    }

    /// Whether oscillations of unit curvature stay bounded: |tr| < 2.
    public func isStable(at step: Double) -> Bool {
        let matrix = stepMatrix(step)
        return abs(matrix.q.x + matrix.p.y) < 2
    }

    /// The standard deviation of ΔH after some steps on d unit normals: √(d/2 tr((MᵀM − 1)²)).
    public func energyErrorDeviation(step: Double, steps: Int, dimensions: Int) -> Double {
        let one = stepMatrix(step)
        var (q, p) = (SIMD2(1.0, 0), SIMD2(0.0, 1))
        for _ in 0..<steps {
            (q, p) = (one.q.x * q + one.q.y * p, one.p.x * q + one.p.y * p)
        }
        let diagonal = SIMD2(q.x * q.x + p.x * p.x - 1, q.y * q.y + p.y * p.y - 1)
        let off = q.x * q.y + p.x * p.y
        let trace = (diagonal * diagonal).sum() + 2 * off * off
        return (Double(dimensions) / 2 * trace).squareRoot()
    }
}
