internal import Glibc
internal import Mesh
internal import Parallel

/// A point that moves through the posterior at constant speed and only turns: the dynamics of MCLMC and MAMS, in
/// z = M^½ s with a unit vector u.
///
/// Unit vectors are rotated and normalised, so it runs in floating point: the same bits on any ranks, reversible to
/// rounding.
struct MicrocanonicalWalk<Scalar: FourierScalar>: ~Copyable {
    /// s.
    private(set) var position: ParameterVector<Scalar>
    /// u.
    private(set) var direction: ParameterVector<Scalar>
    /// U and g at the point.
    private(set) var evaluation: Evaluation<Scalar>
    private let mass: Preconditioner<Scalar>
    private var slope: ParameterVector<Scalar>  // M^(−½) g

    init(
        at position: consuming ParameterVector<Scalar>, _ evaluation: consuming Evaluation<Scalar>,
        along direction: consuming ParameterVector<Scalar>, mass: Preconditioner<Scalar>
    ) {
        let slope = mass.apply(.inverseSquareRoot, to: evaluation.gradient)
        self.mass = mass
        self.position = position
        self.direction = direction
        self.evaluation = evaluation
        self.slope = slope
    }

    /// One step: kick, drift, kick … kick. Collective.
    ///
    /// - Returns: ΔU + ΔK; nil where it leads out of the posterior.
    mutating func step(
        by integrator: SymplecticComposition, _ step: Double, on density: some SampledDensity<Scalar>
    ) throws -> Double? {
        let start = evaluation.value
        var kinetic = try kick(by: integrator.kicks[0] * step)
        for (drift, kick) in zip(integrator.drifts, integrator.kicks.dropFirst()) {
            position.add(mass.apply(.inverseSquareRoot, to: direction), times: drift * step)
            guard let next = try density.evaluate(at: position) else { return nil }
            evaluation = next
            slope = mass.apply(.inverseSquareRoot, to: evaluation.gradient)
            kinetic += try self.kick(by: kick * step)
        }
        return evaluation.value - start + kinetic
    }

    /// The exact turn of u in a constant gradient. Collective.
    ///
    ///     e = −g_z/|g_z|,    δ = h|g_z|/(d−1),    ζ = e^(−δ)
    ///     u′ ∝ e(1−ζ)(1 + ζ + e·u(1−ζ)) + 2ζu
    ///
    /// - Returns: ΔK = (d−1)[δ − ln 2 + ln(1 + e·u + (1 − e·u)ζ²)].
    /// - Source: Steeg & Galstyan 2021.
    private mutating func kick(by length: Double) throws -> Double {
        let norm = try innerProduct(slope, slope).squareRoot()
        guard norm > 0 else { return 0 }
        let others = Double(direction.count - 1)
        let along = -(try innerProduct(slope, direction)) / norm
        let delta = length * norm / others
        let zeta = exp(-delta)
        direction.scale(by: 2 * zeta)
        direction.add(slope, times: -(1 - zeta) * (1 + zeta + along * (1 - zeta)) / norm)
        try direction.normalise()
        return others * (delta - log(2) + log(1 + along + (1 - along) * zeta * zeta))
    }
}

extension ParameterVector {
    /// Makes it a unit vector. Collective.
    mutating func normalise() throws {
        scale(by: 1 / (try innerProduct(self, self).squareRoot()))
    }
}
