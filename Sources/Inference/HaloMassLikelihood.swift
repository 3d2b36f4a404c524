internal import Glibc
public import Mesh
public import Observables
public import Particles

/// Masses of haloes with errors of their logarithms, which training has measured.
///
///     −ln p = ½ Σ_k |S_R0 z_k|²/P_z(k),    z = (ln(M_d + M0) − ln(M + M0) − μ(M_d))/σ(M_d)
///
/// M_d and M are smoothed masses, not below 0; μ, σ and the power P_z of z, 1 for independent cells, are those of the
/// ``HaloResidual`` of the view. Neighbouring cells share what the smoothing of the masses spreads: a sum of z² over cells
/// counts it over and over, the division by P_z once. With C the cotangent of M,
///
///     C = −1/(σ (M + M0)) F⁻¹[S_R0² z_k/P_z],    0 where M ≤ 0
///
/// - Source: Modi, Feng & Seljak 2018, JCAP 10, 028, eq. 13, which has P_z = 1.
public final class HaloMassLikelihood<Scalar: ParticleScalar>: Likelihood {
    /// What is known of the errors.
    public enum Errors {
        /// μ, σ and P_z as trained.
        case whitened([HaloResidual])
        /// μ and σ as trained; P_z = 1.
        case byMass([HaloResidual])
        /// σ, the same everywhere; μ = 0, P_z = 1.
        case constant(Double)
    }

    /// All cells.
    public let cellCount: Int
    /// Of the masses.
    public let summary: DataSummary?
    private let masses: Cells<Scalar>
    private let errors: Errors
    private let name: String
    private let transform: FourierTransform<Scalar>
    private let cell: Double

    private var radius = 0.0
    private var seen: SeenMasses<Scalar>
    private var quadratic: Quadratic<Scalar>?

    /// A likelihood. Collective.
    ///
    /// - Parameters:
    ///   - masses: M_d, smoothed as those of the networks are [10¹⁰ Msun/h per cell].
    ///   - errors: of the logarithms.
    ///   - view: at first.
    ///   - transform: on the mesh.
    ///   - cell: its spacing [Mpc/h].
    ///   - name: of the objective, for errors.
    /// - Throws: ``ObjectiveError`` on all ranks when masses are no numbers or there are none, or nothing is known of errors in
    ///   the view.
    public init(
        of masses: consuming Cells<Scalar>, _ errors: Errors, seenThrough view: HaloView,
        on transform: FourierTransform<Scalar>, cell: Double, named name: String = "objective"
    ) throws {
        try masses.requireNumbers(as: name)
        masses.map { max($0, 0) }
        guard try masses.sum(of: "\(name).data", { $0 }) > 0 else {
            throw ObjectiveError(
                "\(name).data holds no haloes: no cell has a mass above 0; give masses of haloes on the force mesh, as "
                    + "`palindrome haloes --field` writes them")
        }
        cellCount = transform.decomposition.pointCount
        summary = try masses.summary(
            named: "\(name).data, smoothed [1e10 Msun/h per cell]", of: cellCount)
        seen = try SeenMasses(masses, errors, through: view, name)
        self.masses = masses
        self.errors = errors
        self.name = name
        self.transform = transform
        self.cell = cell
        quadratic = Quadratic(of: seen.power, smoothedBy: 0, on: transform, cell: cell)
    }

    /// A copy of M_d.
    public func copyOfData() -> Cells<Scalar> { masses.copy() }

    /// There are none.
    public func copyOfWeights() -> Cells<Scalar>? { nil }

    /// Takes S_R0 with another radius R0 [Mpc/h] from now on.
    public func smooth(by radius: Double) {
        guard radius != self.radius else { return }
        self.radius = radius
        quadratic = Quadratic(of: seen.power, smoothedBy: radius, on: transform, cell: cell)
    }

    /// Takes other M0 and statistics of errors from now on. Collective.
    ///
    /// - Throws: ``ObjectiveError`` on all ranks when the networks were not tested in that view.
    public func look(through view: HaloView) throws {
        guard view != seen.view else { return }
        seen = try SeenMasses(masses, errors, through: view, name)
        quadratic = Quadratic(of: seen.power, smoothedBy: radius, on: transform, cell: cell)
    }

    /// `½ Σ z Q z`. Collective.
    public func value(of prediction: consuming Cells<Scalar>) throws -> Double {
        let residual = residual(prediction)
        return try value(of: residual, weighted(residual))
    }

    /// `½ Σ z Q z`, and C above. Collective.
    public func evaluate(_ prediction: consuming Cells<Scalar>) throws -> Assessment<Scalar> {
        let residual = residual(prediction.copy())
        var cotangent = weighted(residual)
        let value = try value(of: residual, cotangent)
        let softening = seen.view.softening
        cotangent.combine(seen.weights) { -$0 * $1 }
        cotangent.combine(prediction) { $0 * LogarithmicMass.slope(of: $1, softening) }
        return Assessment(value: value, cotangent: cotangent)
    }

    private func value(
        of residual: borrowing Cells<Scalar>, _ weighted: borrowing Cells<Scalar>
    ) throws -> Double {
        try residual.sum(with: weighted, of: "the loss") { $0 * $1 } / 2
    }

    /// z.
    private func residual(_ prediction: consuming Cells<Scalar>) -> Cells<Scalar> {
        let softening = seen.view.softening
        prediction.combine(seen.target) { $1 - LogarithmicMass.value(of: $0, softening) }
        prediction.combine(seen.weights) { $0 * $1 }
        return prediction
    }

    /// Q z.
    private func weighted(_ residual: borrowing Cells<Scalar>) -> Cells<Scalar> {
        guard let quadratic else { return residual.copy() }
        return .mesh(quadratic.apply(to: residual.copy().takeField()))
    }
}

/// Masses of haloes in one view.
private final class SeenMasses<Scalar: ParticleScalar> {
    let view: HaloView
    /// ln(M_d + M0) − μ.
    let target: Cells<Scalar>
    /// 1/σ.
    let weights: Cells<Scalar>
    /// P_z; nil if it is 1.
    let power: HaloResidual?

    init(
        _ masses: borrowing Cells<Scalar>, _ errors: HaloMassLikelihood<Scalar>.Errors,
        through view: HaloView, _ name: String
    ) throws(ObjectiveError) {
        var (known, power): (HaloResidual?, HaloResidual?)
        switch errors {
        case .constant: break
        case .byMass(let residuals): known = try residuals.seen(through: view, name)
        case .whitened(let residuals):
            known = try residuals.seen(through: view, name)
            power = known
        }
        let means = known
        var target = masses.copy()
        target.map { mass in
            LogarithmicMass.value(of: mass, view.softening) - (means.map { $0.mean[$0.bin(of: mass)] } ?? 0)
        }
        var weights = masses.copy()
        if case .constant(let sigma) = errors {
            weights.map { _ in 1 / sigma }
        } else {
            weights.map { mass in 1 / means!.sigma[means!.bin(of: mass)] }
        }
        self.view = view
        self.power = power
        self.target = target
        self.weights = weights
    }
}

extension [HaloResidual] {
    /// What is known of errors in a view.
    fileprivate func seen(through view: HaloView, _ name: String) throws(ObjectiveError) -> HaloResidual {
        if let known = first(where: { $0.isOf(view) }) { return known }
        let views = map { "M0: \($0.softening), width: \($0.width)" }
        throw ObjectiveError(
            "\(name).network knows nothing of errors with M0: \(view.softening), width: \(view.width); these must be "
                + "ones that it was tested with (\(views.isEmpty ? "none" : views.joined(separator: "; "))); take "
                + "one of them, or train with other train.M0 and train.widths")
    }
}

/// A quadratic form that is diagonal in Fourier space, |S_R|²/P of |k|.
private final class Quadratic<Scalar: ParticleScalar> {
    private let transform: FourierTransform<Scalar>
    private let table: SpectralTable<Scalar>

    /// Nil if it is 1.
    init?(
        of power: HaloResidual?, smoothedBy radius: Double, on transform: FourierTransform<Scalar>,
        cell: Double
    ) {
        guard power != nil || radius > 0 else { return nil }
        let mesh = transform.decomposition
        let waves = (0..<3).map { Wavenumbers(along: $0, of: mesh.shape).values(spacing: cell) }
        self.transform = transform
        table = SpectralTable(mesh) { x, y, z in
            let square = waves[0][x] * waves[0][x] + waves[1][y] * waves[1][y] + waves[2][z] * waves[2][z]
            return exp(-square * radius * radius) / (power?.power(at: square.squareRoot()) ?? 1)
        }
    }

    func apply(to field: consuming Field<Scalar>) -> Field<Scalar> {
        var modes = transform.forward(field)
        table.multiply(&modes)
        return transform.inverse(modes, ghosts: .none)
    }
}

extension HaloResidual {
    /// Whether it was measured in a view.
    fileprivate func isOf(_ view: HaloView) -> Bool {
        abs(softening - view.softening) <= 1e-9 * softening && abs(width - view.width) <= 1e-9 * width
    }
}
