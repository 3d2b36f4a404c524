internal import Foundation
internal import Memory
public import Mesh
public import Parallel
public import Particles

/// Data, weights or their errors that no loss can be made of.
public struct ObjectiveError: ReportedError, Equatable {
    /// The one line.
    public let message: String
    /// Always the user: these are their data.
    public var fault: Fault { .user }

    init(_ message: String) { self.message = message }
}

/// A density field on the force mesh, compared point by point.
///
///     L = Σ_c r(c)² / (2σ²),    r = S_R[√w (ρ − d)],    S_R = exp(−k²R²/2)
///
/// ρ is the particles' density in units of its mean by cloud-in-cell, d the data, w weights or a mask. R may
/// be 0. The derivative with respect to ρ is `√w S_R[r] / σ²`.
public struct DensityObjective<Scalar: ParticleScalar>: Objective, ~Copyable {
    private let data: Field<Scalar>
    private let rootWeights: Field<Scalar>?
    private let sigma: Double
    private let cell: Double
    private var smoothing: SpectralMultiplier?
    private let transform: FourierTransform<Scalar>
    /// What a log should say of data and weights, a line each.
    public let remarks: [String]

    /// An objective.
    ///
    /// - Parameters:
    ///   - data: ρ/ρ̄ on the force mesh, without ghosts; where the weight is 0, anything, NaN too.
    ///   - weights: w ≥ 0 on the force mesh, without ghosts; all 1 if not given.
    ///   - sigma: σ > 0 of a mesh point.
    ///   - smoothing: R [Mpc/h], at least 0.
    ///   - cell: mesh cell [Mpc/h].
    ///   - transform: on the force mesh.
    /// - Throws: ``ObjectiveError`` on all ranks when data that count or weights are NaN or infinite, a weight is
    ///   negative, or all weights are 0.
    public init(
        data: consuming Field<Scalar>, weights: consuming Field<Scalar>?, sigma: Double, smoothing: Double,
        cell: Double, _ transform: FourierTransform<Scalar>
    ) throws {
        precondition(sigma > 0 && smoothing >= 0)
        let world = transform.decomposition.grid.world
        var data = data
        if var found = weights {
            try Self.check(found, over: world)
            Self.clear(&data, where: found)
            try Self.check(data)
            remarks = try Self.remarks(of: data, weights: found)
            found.mapPoints { _, _, _, weight in weight.squareRoot() }
            rootWeights = consume found
        } else {
            try Self.check(data)
            remarks = try Self.remarks(of: data)
            rootWeights = nil
        }
        self.data = data
        self.sigma = sigma
        self.transform = transform
        self.cell = cell
        self.smoothing = nil
        smooth(by: smoothing)
    }

    /// Smooths the residual with another radius R [Mpc/h] from now on.
    public mutating func smooth(by radius: Double) {
        smoothing = radius > 0 ? .gaussian(radius: radius / cell, shape: transform.decomposition.shape) : nil
    }

    /// The number of mesh points that count: those whose weight is not 0. Collective.
    public func pointCount() -> Int {
        guard rootWeights != nil else { return data.decomposition.pointCount }
        return Self.positiveCount(rootWeights!)
    }

    private static func positiveCount(_ weights: borrowing Field<Scalar>) -> Int {
        var count = 0
        weights.forEachPoint { _, _, _, weight in count += weight > 0 ? 1 : 0 }
        return weights.decomposition.grid.world.sum(count)
    }

    /// A copy of the data.
    public func copyOfData() -> Field<Scalar> { data.copy(for: "data") }

    /// A copy of the weights w, to the last rounding of a square root; nil if all are 1.
    public func copyOfWeights() -> Field<Scalar>? {
        guard rootWeights != nil else { return nil }
        var weights = rootWeights!.copy(for: "weights")
        weights.mapPoints { _, _, _, root in root * root }
        return weights
    }

    /// Nobody observed where the weight is 0: whatever stands there, a number takes its place.
    private static func clear(_ data: inout Field<Scalar>, where weights: borrowing Field<Scalar>) {
        data.mapPoints { x, y, z, value in
            value.isFinite || weights.values.span[weights.offset(x: x, y: y, z: z)] != 0 ? value : 0
        }
    }

    private static func check(_ data: borrowing Field<Scalar>) throws {
        let (world, shape) = (data.decomposition.grid.world, data.decomposition.shape)
        var (count, first) = (0, Int.max)
        data.forEachPoint { x, y, z, value in
            guard !value.isFinite else { return }
            count += 1
            first = min(first, (x * shape.y + y) * shape.z + z)
        }
        count = world.sum(count)
        guard count > 0 else { return }
        first = world.minimum(first)
        let place = [first / shape.z / shape.y, first / shape.z % shape.y, first % shape.z]
        throw ObjectiveError(
            "objective.data holds NaN or infinity at \(count) points that count, the first at \(place); "
                + "set objective.weights to 0 there, or give numbers")
    }

    private static func remarks(of data: borrowing Field<Scalar>) throws -> [String] {
        let world = data.decomposition.grid.world
        let (values, count) = (data.values.span, data.decomposition.pointCount)
        let mean =
            try world.exactSum(count: values.count, of: "objective.data") { Double(values[$0]) }
            / Double(count)
        let variance =
            try world.exactSum(count: values.count, of: "objective.data") { index in
                let deviation = Double(values[index]) - mean
                return deviation * deviation
            } / Double(count)
        return InputRemarks.ofDensity(
            mean: mean, variance: variance, counts: (count, of: count), weights: nil)
    }

    private static func remarks(
        of data: borrowing Field<Scalar>, weights: borrowing Field<Scalar>
    ) throws -> [String] {
        let world = data.decomposition.grid.world
        let (values, factors) = (data.values.span, weights.values.span)
        func sum(_ term: (Double, Double) -> Double) throws -> Double {
            try world.exactSum(count: values.count, of: "objective.data") { index in
                factors[index] == 0 ? 0 : term(Double(factors[index]), Double(values[index]))
            }
        }
        let total = try sum { weight, _ in weight }
        let mean = try sum { weight, value in weight * value } / total
        let variance = try sum { weight, value in weight * (value - mean) * (value - mean) } / total
        let all = data.decomposition.pointCount
        return InputRemarks.ofDensity(
            mean: mean, variance: variance, counts: (positiveCount(weights), of: all),
            weights: total / Double(all))
    }

    private static func check(_ weights: borrowing Field<Scalar>, over world: Communicator) throws {
        var isFinite = true
        var isNegative = false
        var isPositive = false
        weights.forEachPoint { _, _, _, weight in
            isFinite = isFinite && weight.isFinite
            isNegative = isNegative || weight < 0
            isPositive = isPositive || weight > 0
        }
        let flags = world.maximum([isFinite ? 0 : 1, isNegative ? 1 : 0, isPositive ? 1 : 0])
        guard flags[0] == 0 else {
            throw ObjectiveError(
                "objective.weights holds NaN or infinity; weights must be numbers, at least 0")
        }
        guard flags[1] == 0 else {
            throw ObjectiveError("objective.weights holds negative numbers; weights must be at least 0")
        }
        guard flags[2] == 1 else {
            throw ObjectiveError("objective.weights is 0 everywhere; at least one mesh point must count")
        }
    }

    /// `Σ r² / (2σ²)`. Collective.
    public func value(_ particles: borrowing ParticleSet<Scalar>) throws -> Double {
        try loss(of: residual(particles))
    }

    /// `Σ r² / (2σ²)`, and its derivative with respect to every position. Collective.
    public func evaluate(
        _ particles: borrowing ParticleSet<Scalar>, addingTo cotangents: inout CotangentSet<Scalar>
    ) throws -> Double {
        let residual = try residual(particles)
        let loss = try loss(of: residual)
        particles.depositAdjoint(densityCotangent(residual), carrying: &cotangents)
        return loss
    }

    /// `S_R[√w (ρ − d)]`
    private func residual(_ particles: borrowing ParticleSet<Scalar>) throws -> Field<Scalar> {
        var residual = try particles.relativeDensity()
        subtract(data, from: &residual)
        multiplyByRootWeights(&residual)
        guard let smoothing else { return residual }
        return transform.filter(residual, by: smoothing, ghosts: .none)
    }

    /// `√w S_R[r] / σ²`, the transpose of the residual applied to its own derivative.
    private func densityCotangent(_ residual: consuming Field<Scalar>) -> Field<Scalar> {
        var smoothed: Field<Scalar>
        if let smoothing {
            smoothed = transform.filter(residual, by: smoothing, ghosts: .none)
        } else {
            smoothed = residual
        }
        multiplyByRootWeights(&smoothed)
        var cotangent = Field<Scalar>(smoothed.decomposition, ghosts: .cloudInCell, for: "density cotangent")
        let factor = Scalar(1 / (sigma * sigma))
        copy(smoothed, times: factor, to: &cotangent)
        cotangent.fillGhosts()
        return cotangent
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func loss(of residual: borrowing Field<Scalar>) throws -> Double {
        let sum = try squaredNorm(
            residual.values.span, of: "the loss", over: residual.decomposition.grid.world)
        return sum / (2 * sigma * sigma)
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func subtract(_ other: borrowing Field<Scalar>, from field: inout Field<Scalar>) {
        let others = other.values.span
        var values = field.values.mutableSpan
        for index in values.indices { values[index] -= others[index] }
    }

    private func multiplyByRootWeights(_ field: inout Field<Scalar>) {
        guard rootWeights != nil else { return }
        multiply(&field, by: rootWeights!)
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func multiply(_ field: inout Field<Scalar>, by other: borrowing Field<Scalar>) {
        let others = other.values.span
        var values = field.values.mutableSpan
        for index in values.indices { values[index] *= others[index] }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func copy(
        _ field: borrowing Field<Scalar>, times factor: Scalar, to target: inout Field<Scalar>
    ) {
        let source = field.values.span
        target.mapPoints { x, y, z, _ in factor * source[field.offset(x: x, y: y, z: z)] }
    }
}

extension SpectralMultiplier {
    /// `exp(−k²R²/2)`, R in mesh cells.
    static func gaussian(radius: Double, shape: SIMD3<Int>) -> SpectralMultiplier {
        let tables = (0..<3).map { axis in
            (0..<(axis == 2 ? shape.z / 2 + 1 : shape[axis])).map { index in
                let length = shape[axis]
                let signed = Double(2 * index > length ? index - length : index)
                let wave = 2 * Double.pi * signed / Double(length) * radius
                return exp(-wave * wave / 2)
            }
        }
        return SpectralMultiplier(factors: .init(x: tables[0], y: tables[1], z: tables[2]))
    }
}
