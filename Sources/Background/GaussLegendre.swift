import Numerics

/// Gauss–Legendre quadrature with 16 points, exact for polynomials of degree 31.
///
/// - Source: Press et al. 2007, §4.6.
struct GaussLegendre: Sendable {
    static let shared = GaussLegendre(order: 16)

    /// Points in (−1, 1).
    let nodes: [Double]
    let weights: [Double]

    private init(order n: Int) {
        var nodes: [Double] = []
        var weights: [Double] = []
        for i in 0..<n {
            // Newton's method for the roots of the Legendre polynomial, from their asymptotic positions.
            var x = -Double.cos(Double.pi * (Double(i) + 0.75) / (Double(n) + 0.5))
            var slope = 0.0
            for _ in 0..<8 {
                var (previous, current) = (1.0, x)
                for k in 2...n {
                    let next = (Double(2 * k - 1) * x * current - Double(k - 1) * previous) / Double(k)
                    (previous, current) = (current, next)
                }
                slope = Double(n) * (x * current - previous) / (x * x - 1)
                x -= current / slope
            }
            nodes.append(x)
            weights.append(2 / ((1 - x * x) * slope * slope))
        }
        self.nodes = nodes
        self.weights = weights
    }

    /// ∫ f over the panels between consecutive edges.
    func integrate<Scalar: CosmologyScalar>(edges: [Double], _ f: (Double) -> Scalar) -> Scalar {
        var total = Scalar(0)
        for (lower, upper) in zip(edges, edges.dropFirst()) {
            let (centre, half) = (0.5 * (lower + upper), 0.5 * (upper - lower))
            for (node, weight) in zip(nodes, weights) {
                total += f(centre + half * node).scaled(by: half * weight)
            }
        }
        return total
    }

    /// Equal panels from `lower` to `upper`, none wider than `width`; either may be the larger.
    static func edges(from lower: Double, to upper: Double, width: Double) -> [Double] {
        let count = max(1, Int(((upper - lower).magnitude / width).rounded(.up)))
        return (0...count).map { lower + (upper - lower) * (Double($0) / Double(count)) }
    }
}
