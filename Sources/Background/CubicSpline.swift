/// A twice differentiable curve through points, with a third derivative that is continuous across the
/// first and the last inner point ("not a knot").
///
/// - Source: de Boor 1978, ch. IV.
struct CubicSpline: Sendable, Equatable {
    let xs: [Double]
    let ys: [Double]
    /// y″ at the points.
    private let curvatures: [Double]

    /// At least four points, x increasing.
    init(xs: [Double], ys: [Double]) {
        precondition(xs.count == ys.count && xs.count >= 4)
        let last = xs.count - 1
        let widths = (0..<last).map { xs[$0 + 1] - xs[$0] }
        let slopes = (0..<last).map { (ys[$0 + 1] - ys[$0]) / widths[$0] }

        // h₋ M₋ + 2 (h₋ + h₊) M + h₊ M₊ = 6 (d₊ − d₋) at the inner points; the two outer M are
        // eliminated by the end conditions (M₁ − M₀)/h₀ = (M₂ − M₁)/h₁ and its mirror image.
        var lower = Array(widths.dropLast())
        var diagonal = (1..<last).map { 2 * (widths[$0 - 1] + widths[$0]) }
        var upper = Array(widths.dropFirst())
        var solution = (1..<last).map { 6 * (slopes[$0] - slopes[$0 - 1]) }
        let (first, final) = (0, last - 2)
        let leftRatio = widths[0] / widths[1]
        diagonal[first] += widths[0] * (1 + leftRatio)
        upper[first] -= widths[0] * leftRatio
        let rightRatio = widths[last - 1] / widths[last - 2]
        diagonal[final] += widths[last - 1] * (1 + rightRatio)
        lower[final] -= widths[last - 1] * rightRatio

        for i in 1...final {
            let factor = lower[i] / diagonal[i - 1]
            diagonal[i] -= factor * upper[i - 1]
            solution[i] -= factor * solution[i - 1]
        }
        solution[final] /= diagonal[final]
        for i in (0..<final).reversed() {
            solution[i] = (solution[i] - upper[i] * solution[i + 1]) / diagonal[i]
        }

        let leftEnd = solution[0] * (1 + leftRatio) - solution[1] * leftRatio
        let rightEnd = solution[final] * (1 + rightRatio) - solution[final - 1] * rightRatio
        self.xs = xs
        self.ys = ys
        curvatures = [leftEnd] + solution + [rightEnd]
    }

    /// Whether it is a curve at all: points that can hardly be told apart make none.
    var isFinite: Bool {
        zip(xs, xs.dropFirst()).allSatisfy { $0 < $1 } && curvatures.allSatisfy(\.isFinite)
    }

    /// The curve; beyond its ends, the tangent there.
    func callAsFunction(_ x: Double) -> Double {
        let last = xs.count - 1
        if x <= xs[0] { return ys[0] + (x - xs[0]) * slope(interval: 0, at: 0) }
        if x >= xs[last] { return ys[last] + (x - xs[last]) * slope(interval: last - 1, at: 1) }
        var (low, high) = (0, last)
        while high - low > 1 {
            let middle = (low + high) / 2
            if xs[middle] <= x { low = middle } else { high = middle }
        }
        let width = xs[high] - xs[low]
        let b = (x - xs[low]) / width
        let a = 1 - b
        let bend = (a * a * a - a) * curvatures[low] + (b * b * b - b) * curvatures[high]
        return a * ys[low] + b * ys[high] + bend * width * width / 6
    }

    /// dy/dx at the fraction `b` of an interval.
    private func slope(interval: Int, at b: Double) -> Double {
        let width = xs[interval + 1] - xs[interval]
        let a = 1 - b
        return (ys[interval + 1] - ys[interval]) / width
            + width / 6
            * ((3 * b * b - 1) * curvatures[interval + 1] - (3 * a * a - 1) * curvatures[interval])
    }
}
