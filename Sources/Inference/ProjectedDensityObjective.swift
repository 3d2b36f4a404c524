public import Particles

/// The density summed along an axis, compared with a picture pixel by pixel.
///
///     L = Σ_c r(c)² / (2σ²),    r = S_R[√w (Σ − T)],    S_R = exp(−k²R²/2)
///
/// Σ is ``ParticleSet/projectedDensity(on:)``, T the picture in units of its mean density, w weights or a mask. The
/// derivative with respect to Σ is `√w S_R[r] / σ²`. Pictures are small: each rank holds the whole of them and
/// computes the same numbers in the same order, so that only the integer masses are added over ranks.
public struct ProjectedDensityObjective<Scalar: ParticleScalar>: Objective {
    /// The pixels.
    public let plane: PixelPlane
    /// T, `[u][v]`.
    public let picture: [Double]
    private let rootWeights: [Double]?
    private let sigma: Double
    private let pixel: SIMD2<Double>
    private var smoothing: PeriodicSmoothing?
    /// What a log should say of picture and weights, a line each.
    public let remarks: [String]

    /// An objective.
    ///
    /// - Parameters:
    ///   - picture: T, Σ of the data in units of its mean, `[u][v]`; the same on all ranks, as the weights.
    ///   - weights: w ≥ 0, `[u][v]`; all 1 if not given.
    ///   - plane: the pixels.
    ///   - sigma: σ > 0 of a pixel.
    ///   - smoothing: R [Mpc/h], at least 0.
    ///   - box: side lengths [Mpc/h].
    /// - Throws: ``ObjectiveError`` on all ranks when pixels that count or weights are NaN or infinite, a weight is
    ///   negative, or all weights are 0.
    public init(
        picture: [Double], weights: [Double]?, on plane: PixelPlane, sigma: Double, smoothing: Double,
        box: SIMD3<Double>
    ) throws(ObjectiveError) {
        precondition(sigma > 0 && smoothing >= 0)
        precondition(picture.count == plane.count && (weights.map { $0.count == plane.count } ?? true))
        if let weights { try Self.check(weights) }
        // Nobody observed where the weight is 0: whatever stands there, a number takes its place.
        let picture =
            weights.map {
                zip(picture, $0).map { value, weight in weight == 0 && !value.isFinite ? 0 : value }
            } ?? picture
        if let first = picture.firstIndex(where: { !$0.isFinite }) {
            throw ObjectiveError(
                "objective.data holds NaN or infinity at \(picture.count { !$0.isFinite }) pixels that count, the first at "
                    + "\([first / plane.shape.y, first % plane.shape.y]); set objective.weights to 0 there, or give numbers"
            )
        }
        self.plane = plane
        self.picture = picture
        remarks = Self.remarks(of: picture, weights)
        self.sigma = sigma
        rootWeights = weights.map { $0.map { $0.squareRoot() } }
        let sides = SIMD2(box[plane.axes.x], box[plane.axes.y])
        pixel = sides / SIMD2<Double>(plane.shape)
        smooth(by: smoothing)
    }

    private static func remarks(of picture: [Double], _ weights: [Double]?) -> [String] {
        let factors = weights ?? [Double](repeating: 1, count: picture.count)
        let total = factors.reduce(0, +)
        let mean = zip(factors, picture).reduce(0) { $0 + $1.0 * $1.1 } / total
        let variance = zip(factors, picture).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / total
        return InputRemarks.ofDensity(
            mean: mean, variance: variance, counts: (factors.count { $0 > 0 }, of: factors.count),
            weights: weights.map { _ in total / Double(factors.count) })
    }

    private static func check(_ weights: [Double]) throws(ObjectiveError) {
        guard weights.allSatisfy(\.isFinite) else {
            throw ObjectiveError(
                "objective.weights holds NaN or infinity; weights must be numbers, at least 0")
        }
        guard weights.allSatisfy({ $0 >= 0 }) else {
            throw ObjectiveError("objective.weights holds negative numbers; weights must be at least 0")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw ObjectiveError("objective.weights is 0 everywhere; at least one pixel must count")
        }
    }

    /// The weights w, to the last rounding of a square root; nil if all are 1.
    public var weights: [Double]? { rootWeights?.map { $0 * $0 } }

    /// Smooths the residual with another radius R [Mpc/h] from now on.
    public mutating func smooth(by radius: Double) {
        smoothing = radius > 0 ? PeriodicSmoothing(radius: radius / pixel, shape: plane.shape) : nil
    }

    /// The number of pixels that count: those whose weight is not 0.
    public var pixelCount: Int { rootWeights.map { $0.count { $0 > 0 } } ?? plane.count }

    /// `Σ r² / (2σ²)`. Collective.
    public func value(_ particles: borrowing ParticleSet<Scalar>) throws -> Double {
        loss(of: try residual(particles))
    }

    /// `Σ r² / (2σ²)`, and its derivative with respect to every position. Collective.
    public func evaluate(
        _ particles: borrowing ParticleSet<Scalar>, addingTo cotangents: inout CotangentSet<Scalar>
    ) throws -> Double {
        let residual = try residual(particles)
        var slope = weighted(smoothing?(residual) ?? residual)
        let factor = 1 / (sigma * sigma)
        for index in slope.indices { slope[index] *= factor }
        particles.projectedDensityAdjoint(slope, on: plane, addingTo: &cotangents)
        return loss(of: residual)
    }

    /// `S_R[√w (Σ − T)]`
    private func residual(_ particles: borrowing ParticleSet<Scalar>) throws(MassError) -> [Double] {
        var residual = try particles.projectedDensity(on: plane)
        for index in residual.indices { residual[index] -= picture[index] }
        residual = weighted(residual)
        return smoothing?(residual) ?? residual
    }

    private func weighted(_ values: [Double]) -> [Double] {
        guard let rootWeights else { return values }
        return zip(values, rootWeights).map { $0 * $1 }
    }

    private func loss(of residual: [Double]) -> Double {
        residual.reduce(0) { $0 + $1 * $1 } / (2 * sigma * sigma)
    }
}
